/** What a segment of a run came to, as a value; what it held is let go of. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { openRunKey } from '../journal/keys.ts'
import { openRun, type RunState } from '../model/session-state.ts'
import type { Holding } from './holding.ts'
import type { AgentParts } from './parts.ts'
import { failedResult, resultFrom } from './run-result.ts'
import type { Segment } from './segment.ts'
import type { SessionLog } from './session-log.ts'
import type { RunResult } from './types.ts'

export type Settling = { readonly parts: AgentParts; readonly log: SessionLog; readonly state: RunState; readonly holding: Holding }

/** Runs it. Never rejects: a store that fails is a failed result. */
export async function settled(segment: Segment, { parts, log, state, holding }: Settling): Promise<RunResult> {
  const { sessionId } = log.journal
  await Promise.resolve() // the run is in its reader's hands before anything happens
  try {
    await segment.run()
    const ended = log.journal.state.run ?? state
    if (openRun(log.journal.state) === undefined) await parts.store.delete(openRunKey(sessionId, state.id))
    return resultFrom(ended, sessionId)
  } catch (error) {
    const failure = isAgentError(error) ? error : new AgentError('internal', toMessage(error), { cause: error })
    log.hub.publishLive([{ type: 'persistence_failed', operation: 'end of run', error: failure.message }], state.id)
    return failedResult(log.journal.state.run ?? state, sessionId, failure)
  } finally {
    await holding.release(log.journal.state.claim === undefined)
  }
}
