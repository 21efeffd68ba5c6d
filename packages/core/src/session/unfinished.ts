/** Finds runs that are not finished by their markers, without reading every journal. */
import { type AgentError, isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { readInbox } from '../journal/inbox.ts'
import { Journal } from '../journal/journal.ts'
import { OPEN_RUN_PREFIX, parseOpenRunKey } from '../journal/keys.ts'
import type { WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import { isChildRun, isOverdue, openRun, waitingOf } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'

/** A run that has neither ended nor is under way here. */
export type UnfinishedRun = {
  readonly sessionId: string
  readonly runId: string
  /**
   * `suspended`: it waits. `overdue`: the deadline of a request has passed, which resuming it settles. `answered`: it can go on.
   * `interrupted`: its process is gone, or another one runs it. `unreadable`: its journal is damaged or newer, and `error` says how.
   */
  readonly status: 'suspended' | 'overdue' | 'answered' | 'interrupted' | 'unreadable'
  readonly error?: AgentError
  /** Each with its deadline, where it has one. */
  readonly waitingFor: readonly WaitingFor[]
  /**
   * Of a task or a step, which is told of only with `children`: what is known of whoever asked for it, `agent`, `description` and,
   * where that is a session, `parentSessionId`. Whoever asked for it goes on with it; its requests may be answered from anywhere.
   */
  readonly child?: JsonObject
}

export type UnfinishedOptions = {
  /** Tell of tasks and steps too. Default: false, as nobody but who asked for them can go on with them. */
  readonly children?: boolean
}

/** `isRunning` says which sessions have a run under way here: those are left out. A marker whose run has ended is removed. */
export async function* unfinishedRuns(
  store: SessionStore,
  host: Host,
  { isRunning, children }: UnfinishedOptions & { isRunning?(sessionId: string): boolean } = {},
): AsyncGenerator<UnfinishedRun, void, undefined> {
  for await (const key of store.keys({ prefix: OPEN_RUN_PREFIX })) {
    const place = parseOpenRunKey(key)
    if (place === undefined || isRunning?.(place.sessionId)) continue
    const found = await statusOf(store, host, place).catch((error: unknown) => unreadable(place, error))
    if (found === 'ended') await store.delete(key)
    else if (found !== 'starting' && (children || found.child === undefined)) yield found
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
  const found = { sessionId, runId, waitingFor, ...(isChildRun(run, state.metadata) && { child: state.metadata }) }
  if (run.status !== 'suspended') return { ...found, status: 'interrupted' }
  const answered = waitingFor.length === 0 || (await readInbox(store, sessionId, { state, check: { key: undefined } })).length > 0
  return { ...found, status: answered ? 'answered' : isOverdue(waitingFor, host.clock.now()) ? 'overdue' : 'suspended' }
}
