/** Holds any executor to the contract of its seam, so that executors can be plain and callers need not check. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { present } from '../base/present.ts'
import type { Envelope } from '../model/event.ts'
import { failedStep, parseStepOutcome, type AgentStepSpec, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'

const DEFAULT_CONCURRENCY = 8

/**
 * The same executor, held to its contract: no event after a step settled; an outcome of another task, a malformed one or a
 * throw becomes a failed outcome in words; when the signal fires the promise rejects with its reason at once, whatever the
 * executor does; a signal that fired before starts nothing. `concurrencyHint` is 8 where the executor gives no usable one.
 * Throws `contract_violation` when this is not an executor of contract 1.
 */
export function guardedExecutor(executor: AgentExecutor): AgentExecutor {
  if (executor.contract !== 1) {
    const found = String((executor as { contract?: unknown }).contract)
    throw new AgentError('contract_violation', `An executor must have contract 1, this one has ${found}: update it or this package`)
  }
  return {
    contract: 1,
    get concurrencyHint(): number {
      const hint = executor.concurrencyHint
      return hint !== undefined && Number.isInteger(hint) && hint >= 1 ? hint : DEFAULT_CONCURRENCY
    },
    async executeStep(spec, options) {
      options.signal.throwIfAborted()
      return settleOnce(executor, spec, options)
    },
  }
}

function settleOnce(executor: AgentExecutor, spec: AgentStepSpec, { signal, onEvent }: ExecuteOptions): Promise<StepOutcome> {
  const inner = new AbortController()
  return new Promise<StepOutcome>((resolve, reject) => {
    let settled = false
    const settle = (act: () => void): void => {
      if (settled) return
      settled = true
      signal.removeEventListener('abort', stop)
      act()
    }
    const stop = (): void => {
      settle(() => reject(signal.reason as Error))
      inner.abort(signal.reason)
    }
    const fail = (why: string, error?: unknown): void =>
      settle(() => resolve({ ...failedStep(spec, why), ...(isAgentError(error) ? { code: error.code } : {}) }))
    const listen = (envelope: Envelope): void => {
      if (settled) return
      try {
        onEvent?.(envelope)
      } catch (error) {
        fail(`The listener of step ${spec.taskId} threw, so the step was stopped: ${toMessage(error)}`)
        inner.abort(new AgentError('cancelled', `The listener of step ${spec.taskId} threw`, { cause: error }))
      }
    }
    signal.addEventListener('abort', stop, { once: true })
    start(executor, spec, { signal: inner.signal, ...present({ onEvent: onEvent && listen }) }).then(
      (outcome) => settle(() => resolve(checked(outcome, spec))),
      (error: unknown) => fail(toMessage(error), error),
    )
  })
}

/** An executor that throws before it gives a promise is one that rejects. */
async function start(executor: AgentExecutor, spec: AgentStepSpec, options: ExecuteOptions): Promise<StepOutcome> {
  return executor.executeStep(spec, options)
}

function checked(outcome: StepOutcome, spec: AgentStepSpec): StepOutcome {
  try {
    parseStepOutcome(outcome)
  } catch (error) {
    return failedStep(spec, `The executor of step ${spec.taskId} broke its contract: ${toMessage(error)}`)
  }
  if (outcome.taskId === spec.taskId && outcome.agent === spec.agent) return outcome
  const other = `step ${outcome.taskId} of agent ${outcome.agent}`
  return failedStep(spec, `The executor answered step ${spec.taskId} of agent ${spec.agent} with the outcome of ${other}`)
}
