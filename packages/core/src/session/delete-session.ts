/** `deleteSession`: forget a session with its sub-agents, and leave the forks that share its past whole. */
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
  ledgerPrefix,
  openRunPrefix,
  ownRoot,
  parseOpenRunKey,
  rewoundKey,
} from '../journal/keys.ts'
import { Journal } from '../journal/journal.ts'
import { isJsonObject, type JsonObject, parsedJson } from '../model/json.ts'
import { LETTER_PREFIX } from '../model/lane.ts'
import { openRun, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { systemHost } from '../base/host.ts'
import { isDeleted } from './view.ts'

export interface DeleteOptions {
  /**
   * Delete it although a run of it is not finished, or it cannot be read. Whoever works on it loses it at their next fact. Default:
   * false, and that is refused.
   */
  readonly force?: boolean
}

/**
 * Sessions of its sub-agents in this store go with it, and so do calls that their lanes gave up, and
 * budgets of its own (`runLedgers`). Records that forks share are kept for them, under a mark that hides the
 * session; they go with the last fork, and so do the sub-agents that they name. Throws `session_busy` while a run is not finished,
 * and what reading it throws. Deleting what is not there is fine, and tidies up after deletions and forks that were cut off. Texts
 * in a blob store stay.
 */
export async function deleteSession(store: SessionStore, id: string, { force = false }: DeleteOptions = {}): Promise<void> {
  if (!force) await refuseUnfinished(store, id)
  await forget(store, id)
  for await (const key of store.keys({ prefix: DELETED_PREFIX })) await sweep(store, key.slice(DELETED_PREFIX.length))
}

async function refuseUnfinished(store: SessionStore, id: string): Promise<void> {
  const { state } = await Journal.open({ store: branchingStore(store), sessionId: id, host: systemHost() })
  const open = openRun(state)
  if (open !== undefined)
    throw new AgentError('session_busy', `Session ${id} has the unfinished run ${open.id}: cancel it before you delete the session`)
  if (state.length === 0) return
  await mark(store, deletedKey(id))
  await assertNobodyBegins(store, id, state)
}

/** Hides what is there, and removes what no fork shares. */
async function forget(store: SessionStore, id: string): Promise<void> {
  if ((await firstRecord(store, id)) === undefined) await forgetFork(store, id)
  else await mark(store, deletedKey(id))
  for await (const key of store.keys({ prefix: openRunPrefix(id) })) await store.delete(key)
  await forgetWords(store, id)
  await forgetBudgets(store, id)
}

/** What was said to it, and the letters of its calls. */
async function forgetWords(store: SessionStore, id: string): Promise<void> {
  await store.delete(inboxKey(id))
  for await (const key of store.keys({ prefix: LETTER_PREFIX })) if ((await letterAt(store, key))?.sessionId === id) await store.delete(key)
}

async function forgetBudgets(store: SessionStore, id: string): Promise<void> {
  const runs = new Set<string>()
  for await (const { record } of store.read(journalKey(id))) {
    const run = jsonOf(record.slice(0, record.indexOf('\n')))?.run
    if (typeof run === 'string' && run !== '') runs.add(run)
  }
  for (const root of [ownRoot('session', id), ...[...runs].map((run) => ownRoot('run', run))])
    for await (const key of store.keys({ prefix: ledgerPrefix(root) })) await store.delete(key)
}

async function letterAt(store: SessionStore, key: string): Promise<JsonObject | undefined> {
  for await (const { record } of store.read(key)) return payloadOf(record)
  return undefined
}

async function firstRecord(store: SessionStore, id: string): Promise<string | undefined> {
  for await (const { record } of store.read(journalKey(id))) return record
  return undefined
}

/** Whether a run begins in it, whose beginner may have looked before the session was marked. */
async function isBeginning(store: SessionStore, id: string): Promise<boolean> {
  for await (const _ of store.keys({ prefix: openRunPrefix(id) })) return true
  return false
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
  if (await isBeginning(store, id)) return
  await forgetWords(store, id) // whoever hid it may have been cut off there
  for await (const _ of store.keys({ prefix: forkPrefix(id) })) return
  const first = await firstRecord(store, id)
  const origin = first === undefined ? undefined : parseLineage(first)?.origin
  // First, while the journal can still name them; a run of theirs that was left open is nobody's any more.
  for (const child of await childrenOf(store, id)) {
    await forget(store, child)
    await sweep(store, child)
  }
  await forgetBudgets(store, id)
  // While the journal can still say whose fork it is: it is hidden, so that nobody misses the past that may go now.
  if (origin !== undefined) await store.delete(forkKey(origin, id))
  await store.delete(journalKey(id))
  await store.delete(rewoundKey(id))
  await store.delete(deletedKey(id))
  if (origin === undefined) return
  for await (const _ of store.read(deletedKey(origin))) return sweep(store, origin)
}

/** Sessions of its sub-agents: those that it names, that name it, and that are not on their way out already. */
async function childrenOf(store: SessionStore, id: string): Promise<readonly string[]> {
  const named = new Set<string>()
  for await (const { record } of store.read(journalKey(id))) {
    const fact = record.includes('"subagent_start"') ? payloadOf(record) : undefined
    if (fact?.type === 'subagent_start' && typeof fact.childSessionId === 'string') named.add(fact.childSessionId)
  }
  const children: string[] = []
  for (const child of named) {
    const metadata = payloadOf((await firstRecord(store, child)) ?? '')?.metadata
    const itsOwn = isJsonObject(metadata) && metadata.parentSessionId === id
    if (itsOwn && !(await isDeleted(store, child))) children.push(child)
  }
  return children
}

const payloadOf = (record: string): JsonObject | undefined => jsonOf(record.slice(record.indexOf('\n') + 1))

/** Undefined for what cannot be read, which names nobody. */
function jsonOf(text: string): JsonObject | undefined {
  const value = parsedJson(text)
  return isJsonObject(value) ? value : undefined
}

async function mark(store: SessionStore, key: string): Promise<void> {
  try {
    await store.append(key, ['deleted'], { expected: 0, sync: true })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error // it was marked before
  }
}
