/** Finds runs that are not finished by their markers, without reading every journal. */
import { isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { readInbox } from '../journal/inbox.ts'
import { Journal } from '../journal/journal.ts'
import { OPEN_RUN_PREFIX, parseOpenRunKey } from '../journal/keys.ts'
import type { JsonObject } from '../model/json.ts'
import { isOverdue, openRun, waitingOf } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { UnfinishedRun } from './types.ts'

/** `isRunning` says which sessions have a run under way here: those are left out, and so are sub-agents. A marker whose run has ended is removed. */
export async function* unfinishedRuns(
  store: SessionStore,
  host: Host,
  isRunning: (sessionId: string) => boolean,
): AsyncGenerator<UnfinishedRun, void, undefined> {
  for await (const key of store.keys({ prefix: OPEN_RUN_PREFIX })) {
    const place = parseOpenRunKey(key)
    if (place === undefined || isRunning(place.sessionId)) continue
    const found = await statusOf(store, host, place).catch((error: unknown) => unreadable(place, error))
    if (found === 'ended') await store.delete(key)
    else if (found !== 'starting' && found.parentSessionId === undefined) yield found
  }
}

/** One session that cannot be read must not hide the others. */
function unreadable(place: { readonly sessionId: string; readonly runId: string }, error: unknown): UnfinishedRun {
  if (!isAgentError(error, 'store_newer') && !isAgentError(error, 'store_corrupt')) throw error
  return { ...place, status: 'unreadable', error, waitingFor: [] }
}

/** How the run of a marker stands: `ended` when it has, `starting` when its first fact is not there yet. */
export async function statusOf(
  store: SessionStore,
  host: Host,
  { sessionId, runId }: { readonly sessionId: string; readonly runId: string },
): Promise<UnfinishedRun | 'ended' | 'starting'> {
  const { state } = await Journal.open({ store, sessionId, host })
  const run = openRun(state)
  if (run?.id !== runId) {
    // A marker stands before its run: one that is not there yet may still come.
    const known = state.run?.id === runId || state.ended.toArray().some(({ id }) => id === runId)
    return known ? 'ended' : 'starting'
  }
  const waitingFor = waitingOf(run)
  const found = { sessionId, runId, waitingFor, ...parentOf(state.metadata) }
  if (run.status !== 'suspended') return { ...found, status: 'interrupted' }
  const answered = waitingFor.length === 0 || (await readInbox(store, sessionId, { state, check: { key: undefined } })).length > 0
  return { ...found, status: answered ? 'answered' : isOverdue(waitingFor, host.clock.now()) ? 'overdue' : 'suspended' }
}

/** A sub-agent's run is gone on with by its parent's. */
const parentOf = ({ parentCallId, parentSessionId }: JsonObject): Pick<UnfinishedRun, 'parentSessionId'> =>
  typeof parentCallId === 'string' && typeof parentSessionId === 'string' ? { parentSessionId } : {}
