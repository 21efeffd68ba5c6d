/** `deleteSession`: forget a session, and leave the forks that share its past whole. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { branchingStore, parseLineage } from '../journal/branching-store.ts'
import { deletedKey, forkKey, forkPrefix, inboxKey, journalKey, openRunPrefix, parseOpenRunKey, rewoundKey } from '../journal/keys.ts'
import { Journal } from '../journal/journal.ts'
import { openRun, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { systemHost } from '../base/host.ts'

/**
 * Records that forks share are kept for them, under a mark that hides the session; they go with the last fork. Throws
 * `session_busy` while a run is not finished: cancel it first. Deleting what is not there is fine.
 */
export async function deleteSession(store: SessionStore, id: string): Promise<void> {
  const { state } = await Journal.open({ store: branchingStore(store), sessionId: id, host: systemHost() })
  const open = openRun(state)
  if (open !== undefined)
    throw new AgentError('session_busy', `Session ${id} has the unfinished run ${open.id}: cancel it before you delete the session`)
  await mark(store, deletedKey(id))
  await assertNobodyBegins(store, id, state)
  await store.delete(inboxKey(id))
  for await (const key of store.keys({ prefix: openRunPrefix(id) })) await store.delete(key)
  await sweep(store, id)
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

/** Remove a hidden session's records once no fork needs them; then its own origin's, if that was hidden too. */
async function sweep(store: SessionStore, id: string): Promise<void> {
  for await (const _ of store.keys({ prefix: forkPrefix(id) })) return
  let origin: string | undefined
  for await (const { record } of store.read(journalKey(id))) {
    origin = parseLineage(record)?.origin
    break
  }
  await store.delete(journalKey(id))
  await store.delete(rewoundKey(id))
  await store.delete(deletedKey(id))
  if (origin === undefined) return
  await store.delete(forkKey(origin, id))
  for await (const _ of store.read(deletedKey(origin))) return sweep(store, origin)
}

async function mark(store: SessionStore, key: string): Promise<void> {
  try {
    await store.append(key, ['deleted'], { expected: 0, sync: true })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error // it was marked before
  }
}
