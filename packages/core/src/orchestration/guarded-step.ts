/** One step of an executor, settled once: what comes late is dropped, a throw becomes a failed outcome, an abort rejects at once. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { childSignal, orAborted } from '../base/signals.ts'
import { type AgentStepSpec, failedStep, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'

export const DEFAULT_CONCURRENCY = 8

/** Rejects only with the reason of the signal. */
export async function guardedStep(
  work: AgentExecutor['executeStep'],
  spec: AgentStepSpec,
  { signal, onEvent }: ExecuteOptions,
): Promise<StepOutcome> {
  signal.throwIfAborted()
  const inner = childSignal(signal)
  let settled = false
  const listen: ExecuteOptions['onEvent'] = (envelope) => {
    if (settled || inner.signal.aborted) return
    try {
      onEvent?.(envelope)
    } catch (error) {
      const why = `The listener of step ${spec.taskId} threw, so the step was stopped: ${toMessage(error)}`
      inner.abort(new AgentError('cancelled', why, { cause: error }))
    }
  }
  try {
    return await orAborted(work(spec, { signal: inner.signal, ...(onEvent && { onEvent: listen }) }), inner.signal)
  } catch (error) {
    signal.throwIfAborted()
    return { ...failedStep(spec, toMessage(error)), ...(isAgentError(error) && { code: error.code }) }
  } finally {
    settled = true
    inner.release()
  }
}
