/** Takes a session for writing: the append at the length that was read is the compare-and-swap. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { deletedKey, journalKey, openRunKey } from '../journal/keys.ts'
import type { Fact } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { RunState, SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { Holding } from './holding.ts'
import type { SessionLog } from './session-log.ts'

/** Resumptions of a run that were cut off without any progress before it is given up. */
const MAX_CLAIMS = 10

/** Why a run is resumed no more: whoever did so was cut off again and again, at the same place. */
export function exhaustion(run: RunState, { claimsSinceProgress }: SessionState): AgentError | undefined {
  if (claimsSinceProgress < MAX_CLAIMS) return undefined
  return new AgentError(
    'recovery_exhausted',
    `Run ${run.id} was resumed ${claimsSinceProgress} times without progress: find out why, then send a new prompt`,
  )
}

/** Facts of another run that the same append ends. */
export type Before = { readonly runId: string; readonly facts: readonly Fact[] }

export type ClaimOptions = {
  readonly holding: Holding
  readonly runId: string
  /** For a session that is new. */
  readonly metadata: JsonObject
  /** What follows the claim. */
  readonly facts: readonly Fact[]
  readonly before?: Before | undefined
  /** Let go of it in the same append. Default: false. */
  readonly release?: boolean
}

/** Throws `session_lost` when another writer was first. */
export async function claim(
  { journal }: SessionLog,
  { holding, runId, metadata, facts, before, release = false }: ClaimOptions,
): Promise<void> {
  const { length, fence, claimsSinceProgress, claim: unreleased } = journal.said
  const mayLive = unreleased !== undefined && (holding.afterExpiry || !holding.leased)
  const created: readonly Fact[] = length === 0 ? [{ type: 'session_created', metadata, branch: journal.branchId() }] : []
  const released: readonly Fact[] = release ? [{ type: 'session_released', fence: fence + 1 }] : []
  const claimed: Fact = {
    type: 'session_claimed',
    holder: holding.holder,
    fence: fence + 1,
    attempt: claimsSinceProgress + 1,
    ...(mayLive ? { afterExpiry: true } : {}),
  }
  // Said in one breath, so they are one append: all of it stands, or none.
  await Promise.all([
    journal.append([...created, claimed], runId, { sync: true }),
    before === undefined ? undefined : journal.append(before.facts, before.runId),
    journal.append([...facts, ...released], runId),
  ])
}

/** What to tell a caller who did not get the session. */
export async function notClaimed({ journal }: SessionLog, error: unknown): Promise<unknown> {
  if (!isAgentError(error, 'session_lost')) return error
  await journal.catchUp()
  return new AgentError('session_held', `Another process claimed session ${journal.sessionId} first: speak to it through openSession(…)`, {
    cause: error,
    retryable: true,
  })
}

/** Throws `session_not_found` for a session that was deleted and whose records are kept for its forks. */
export async function assertNotDeleted(store: SessionStore, sessionId: string): Promise<void> {
  if (!(await hasRecords(store, deletedKey(sessionId)))) return
  if (await hasRecords(store, journalKey(sessionId)))
    throw new AgentError('session_not_found', `Session '${sessionId}' was deleted, and its forks still need its records`)
  await store.delete(deletedKey(sessionId)) // left by a deletion that was cut off
}

/** Whether a log holds anything, from an offset on. */
export async function hasRecords(store: SessionStore, key: string, from = 0): Promise<boolean> {
  for await (const _ of store.read(key, { from })) return true
  return false
}

/** Leave a mark, unless it is there already. */
export async function mark(store: SessionStore, key: string): Promise<void> {
  try {
    await store.append(key, ['open'], { expected: 0, sync: true })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error
  }
}

/** Leave a marker by which the run is found when this process is gone, before anything of it is stored. */
export const markOpen = (store: SessionStore, sessionId: string, runId: string): Promise<void> => mark(store, openRunKey(sessionId, runId))

/** Marks a run that is about to begin, unless its session is being deleted. */
export async function announceRun(store: SessionStore, sessionId: string, runId: string): Promise<void> {
  await markOpen(store, sessionId, runId)
  try {
    await assertNotDeleted(store, sessionId)
  } catch (error) {
    await store.delete(openRunKey(sessionId, runId))
    throw error
  }
}
