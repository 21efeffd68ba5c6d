/** Holds any executor to the contract of its seam, so that executors can be plain and callers need not check. */
import { AgentError, toMessage } from '../base/errors.ts'
import { failedStep, parseStepOutcome, type AgentStepSpec, type StepOutcome } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import { DEFAULT_CONCURRENCY, guardedStep } from './guarded-step.ts'

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
  const work: AgentExecutor['executeStep'] = async (spec, options) => checked(await executor.executeStep(spec, options), spec)
  return {
    contract: 1,
    get concurrencyHint(): number {
      const hint = executor.concurrencyHint
      return hint !== undefined && Number.isInteger(hint) && hint >= 1 ? hint : DEFAULT_CONCURRENCY
    },
    executeStep: (spec, options) => guardedStep(work, spec, options),
  }
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
