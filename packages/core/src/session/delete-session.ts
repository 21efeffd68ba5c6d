/** `deleteSession`: forget a session, and leave the forks that share its past whole. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { branchingStore, parseLineage } from '../journal/branching-store.ts'
import {
  DELETED_PREFIX,
  deletedKey,
  FORK_PREFIX,
  forkKey,
  forkPrefix,
  inboxKey,
  journalKey,
  openRunPrefix,
  parseOpenRunKey,
  rewoundKey,
} from '../journal/keys.ts'
import { Journal } from '../journal/journal.ts'
import { openRun, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { systemHost } from '../base/host.ts'

/**
 * Records that forks share are kept for them, under a mark that hides the session; they go with the last fork. Throws
 * `session_busy` while a run is not finished: cancel it first. Deleting what is not there is fine, and tidies up after deletions and
 * forks that were cut off.
 */
export async function deleteSession(store: SessionStore, id: string): Promise<void> {
  const { state } = await Journal.open({ store: branchingStore(store), sessionId: id, host: systemHost() })
  const open = openRun(state)
  if (open !== undefined)
    throw new AgentError('session_busy', `Session ${id} has the unfinished run ${open.id}: cancel it before you delete the session`)
  if (state.length > 0) await hide(store, id, state)
  else {
    await forgetFork(store, id)
    await forgetTalk(store, id)
  }
  for await (const key of store.keys({ prefix: DELETED_PREFIX })) await sweep(store, key.slice(DELETED_PREFIX.length))
}

/** Whether a run begins in it, whose beginner may have looked before the session was marked. */
async function isBeginning(store: SessionStore, id: string): Promise<boolean> {
  for await (const _ of store.keys({ prefix: openRunPrefix(id) })) return true
  return false
}

async function hide(store: SessionStore, id: string, state: SessionState): Promise<void> {
  await mark(store, deletedKey(id))
  await assertNobodyBegins(store, id, state)
  await forgetTalk(store, id)
}

async function forgetTalk(store: SessionStore, id: string): Promise<void> {
  await store.delete(inboxKey(id))
  for await (const key of store.keys({ prefix: openRunPrefix(id) })) await store.delete(key)
}

/** Whoever was cut off while they forked it, or deleted it, has left a mark at its origin. */
async function forgetFork(store: SessionStore, id: string): Promise<void> {
  const mine = forkKey('', id).slice(FORK_PREFIX.length)
  for await (const key of store.keys({ prefix: FORK_PREFIX })) if (key.endsWith(mine)) await store.delete(key)
}

/**
 * Whoever begins a run leaves its marker before they look whether the session is being deleted, and whoever deletes leaves theirs
 * before they look for runs: at least one of them sees the other.
 */
async function assertNobodyBegins(store: SessionStore, id: string, { ended, run }: SessionState): Promise<void> {
  const known = new Set([...ended.toArray(), ...(run === undefined ? [] : [run])].map((each) => each.id))
  for await (const key of store.keys({ prefix: openRunPrefix(id) })) {
    const runId = parseOpenRunKey(key)?.runId
    if (runId === undefined || known.has(runId)) continue
    await store.delete(deletedKey(id))
    throw new AgentError('session_busy', `Session ${id} begins the run ${runId} just now: it was not deleted`)
  }
}

/** Remove a hidden session's records once no fork needs them; then its own origin's, if that is hidden too. */
async function sweep(store: SessionStore, id: string): Promise<void> {
  for await (const _ of store.keys({ prefix: forkPrefix(id) })) return
  if (await isBeginning(store, id)) return
  let origin: string | undefined
  for await (const { record } of store.read(journalKey(id))) {
    origin = parseLineage(record)?.origin
    break
  }
  // First, while the journal can still say whose fork it is: it is hidden, so that nobody misses the past that may go now.
  if (origin !== undefined) await store.delete(forkKey(origin, id))
  await store.delete(journalKey(id))
  await store.delete(rewoundKey(id))
  await store.delete(deletedKey(id))
  if (origin === undefined) return
  for await (const _ of store.read(deletedKey(origin))) return sweep(store, origin)
}

async function mark(store: SessionStore, key: string): Promise<void> {
  try {
    await store.append(key, ['deleted'], { expected: 0, sync: true })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error // it was marked before
  }
}
