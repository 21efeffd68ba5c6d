/** One attempt at a step: asks the executor, within its time. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import type { Envelope } from '../model/event.ts'
import { type AgentStepSpec, failedStep, type StepBudget, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { WorkflowStep } from './workflow-types.ts'

export interface AttemptParts {
  /** Guarded. */
  readonly executor: AgentExecutor
  readonly host: Host
  readonly signal: AbortSignal
  readonly onEvent: ((envelope: Envelope) => void) | undefined
}

/** Resolves with a failed outcome when the time is over. Rejects only with the signal's reason. */
export async function attemptStep(spec: AgentStepSpec, timeoutMs: number | undefined, parts: AttemptParts): Promise<StepOutcome> {
  const { executor, host, signal, onEvent } = parts
  const listening = onEvent === undefined ? {} : { onEvent }
  if (timeoutMs === undefined) return executor.executeStep(spec, { signal, ...listening })
  const late = new AgentError('timeout', `Step ${spec.taskId} did not end within ${timeoutMs} ms`)
  const control = childSignal(signal)
  const stop = host.clock.timer(timeoutMs, () => control.abort(late))
  try {
    return await executor.executeStep(withDeadline(spec, host.clock.now() + timeoutMs), { signal: control.signal, ...listening })
  } catch (error) {
    if (error !== late) throw error
    return { ...failedStep(spec, late.message), code: 'timeout' }
  } finally {
    stop()
    control.release()
  }
}

/** The step as the executor gets it: without what is done about it here, within what it may use. */
export function specOf(step: WorkflowStep, sessionId: string | undefined, granted: StepBudget | undefined): AgentStepSpec {
  const { retry: _retry, timeoutMs: _timeout, budget, ...spec } = step
  const { workMs: _held, ...limits } = stricter(stricter(spec.authority?.budget, budget), granted) ?? {}
  return {
    ...spec,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(Object.keys(limits).length === 0 ? {} : { authority: { ...spec.authority, budget: limits } }),
  }
}

function stricter(one: StepBudget | undefined, other: StepBudget | undefined): StepBudget | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const least = (name: keyof StepBudget): StepBudget => {
    const limit = Math.min(one[name] ?? Infinity, other[name] ?? Infinity)
    return limit === Infinity ? {} : { [name]: limit }
  }
  return { ...least('tokens'), ...least('usd'), ...least('turns'), ...least('toolCalls') }
}

const withDeadline = (spec: AgentStepSpec, deadline: number): AgentStepSpec => ({
  ...spec,
  authority: { ...spec.authority, deadline: Math.min(spec.authority?.deadline ?? Infinity, deadline) },
})
