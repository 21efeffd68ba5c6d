/** Takes a session for writing: the append at the length that was read is the compare-and-swap. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { openRunKey } from '../journal/keys.ts'
import type { Fact } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { Holding } from './holding.ts'
import type { SessionLog } from './session-log.ts'

/** Resumptions of a run without any progress before it is given up. */
const MAX_CLAIMS = 10

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

/** Throws `session_lost` when another writer was first, `recovery_exhausted` when resuming leads nowhere. */
export async function claim(
  { journal }: SessionLog,
  { holding, runId, metadata, facts, before, release = false }: ClaimOptions,
): Promise<void> {
  const { length, fence, claimsSinceProgress } = journal.said
  if (claimsSinceProgress >= MAX_CLAIMS && facts.length === 0) {
    throw new AgentError(
      'recovery_exhausted',
      `Run ${runId} was resumed ${claimsSinceProgress} times without getting anywhere: cancel it, or find out what stops it`,
    )
  }
  const created: readonly Fact[] = length === 0 ? [{ type: 'session_created', metadata }] : []
  const released: readonly Fact[] = release ? [{ type: 'session_released', fence: fence + 1 }] : []
  const claimed: Fact = {
    type: 'session_claimed',
    holder: holding.holder,
    fence: fence + 1,
    attempt: claimsSinceProgress + 1,
    ...(holding.afterExpiry ? { afterExpiry: true } : {}),
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
  return new AgentError(
    'session_held',
    `Another process claimed session ${journal.sessionId} first: watch it with openSession(…), or try again later`,
    {
      cause: error,
      retryable: true,
    },
  )
}

/** Leave a marker by which the run is found when this process is gone. */
export async function markOpen(store: SessionStore, sessionId: string, runId: string): Promise<void> {
  try {
    await store.append(openRunKey(sessionId, runId), ['open'], { expected: 0 })
  } catch (error) {
    if (!isAgentError(error, 'store_conflict')) throw error // it was marked before
  }
}
