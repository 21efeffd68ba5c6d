/** One step of an executor, settled once: what comes late is dropped, a throw becomes a failed outcome, an abort rejects at once. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { onAbort } from '../base/signals.ts'
import { type AgentStepSpec, failedStep, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'

export const DEFAULT_CONCURRENCY = 8

/** Rejects only with the reason of the signal. One promise, and a signal of its own only where a listener can stop the step: this is on the way of every step. */
export function guardedStep(
  work: AgentExecutor['executeStep'],
  spec: AgentStepSpec,
  { signal, onEvent }: ExecuteOptions,
): Promise<StepOutcome> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    let settled = false
    const inner = onEvent && new AbortController()
    const release = onAbort(signal, () => {
      settled = true
      reject(signal.reason as Error)
      inner?.abort(signal.reason)
    })
    const settle = (outcome: StepOutcome): void => {
      settled = true
      release()
      resolve(outcome)
    }
    const fail = (error: unknown): void =>
      settle({ ...failedStep(spec, toMessage(error)), ...(isAgentError(error) && { code: error.code }) })
    const listen: ExecuteOptions['onEvent'] = (envelope) => {
      if (settled) return
      try {
        onEvent?.(envelope)
      } catch (cause) {
        const why = `The listener of step ${spec.taskId} threw, so the step was stopped: ${toMessage(cause)}`
        const error = new AgentError('cancelled', why, { cause })
        fail(error)
        inner?.abort(error)
      }
    }
    work(spec, inner ? { signal: inner.signal, onEvent: listen } : { signal }).then(settle, fail)
  })
}
