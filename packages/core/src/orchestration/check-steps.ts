/** Refuses steps that cannot be meant so, before anything runs. */
import { AgentError } from '../base/errors.ts'
import type { JsonSchema } from '../model/json.ts'
import { unknownName } from '../model/nearest.ts'
import { schemaProblem } from '../model/schema-problem.ts'
import { RESOURCES } from '../model/spending.ts'
import type { StepBudget } from '../model/step.ts'
import type { WorkflowStep } from './workflow-types.ts'

/** Throws `invalid_argument` where one is none, and where two have one id. */
export function assertSteps(steps: readonly WorkflowStep[]): void {
  if (!Array.isArray(steps)) throw new AgentError('invalid_argument', `Steps are a list; this is ${JSON.stringify(steps)}`)
  const seen = new Set<string>()
  const schemas = new Set<JsonSchema>()
  for (const step of steps) {
    const problem = stepProblem(step, step?.outputSchema !== undefined && schemas.has(step.outputSchema))
    if (problem !== undefined) throw new AgentError('invalid_argument', `${problem}${problem.endsWith('?') ? '' : '.'} Nothing was run.`)
    const { taskId, outputSchema } = step
    if (seen.has(taskId))
      throw new AgentError('invalid_argument', `Two steps have the id '${taskId}', so nothing was run: give each step its own taskId`)
    seen.add(taskId)
    if (outputSchema !== undefined) schemas.add(outputSchema)
  }
}

/** What is wrong with a step. `schemaKnown`: its schema was looked at before. */
export function stepProblem(step: WorkflowStep, schemaKnown: boolean = false): string | undefined {
  if (typeof step !== 'object' || step === null) return `A step is an object with a taskId; this is ${JSON.stringify(step)}`
  const { taskId, maxSteps, timeoutMs, retry, budget, outputSchema } = step
  if (typeof taskId !== 'string' || taskId === '') return `A step needs a taskId, a text; this one has ${JSON.stringify(taskId)}`
  for (const field of ['agent', 'description', 'prompt'] as const)
    if (typeof step[field] !== 'string') return `Step '${taskId}' needs a text as its ${field}; it has ${JSON.stringify(step[field])}`
  if (maxSteps !== undefined && !isCount(maxSteps)) return `Step '${taskId}' has maxSteps ${maxSteps}: give a whole number above 0`
  if (timeoutMs !== undefined && !(isAmount(timeoutMs) && timeoutMs > 0))
    return `Step '${taskId}' has timeoutMs ${timeoutMs}: give milliseconds above 0`
  if (retry !== undefined && !isCount(retry?.attempts))
    return `Step '${taskId}' has retry.attempts ${retry?.attempts}: give a whole number above 0, which counts the first try`
  if (retry?.delayMs !== undefined && !isAmount(retry.delayMs))
    return `Step '${taskId}' has retry.delayMs ${retry.delayMs}: give milliseconds`
  const limited = budgetProblem(step, 'budget', budget) ?? authorityProblem(step)
  if (limited !== undefined) return limited
  const problem = outputSchema === undefined || schemaKnown ? undefined : schemaProblem(outputSchema)
  return problem === undefined ? undefined : `Step '${taskId}' cannot be done: ${problem}`
}

/** A limit that is not understood would be none. */
function budgetProblem({ taskId }: WorkflowStep, place: string, budget: StepBudget = {}): string | undefined {
  if (typeof budget !== 'object' || budget === null)
    return `Step '${taskId}' has ${place} ${JSON.stringify(budget)}: give its limits by name`
  for (const [name, limit] of Object.entries(budget)) {
    if (!RESOURCES.some((known) => known === name)) return `Step '${taskId}': ${unknownName('limit', name, RESOURCES).message}`
    if (!isAmount(limit)) return `Step '${taskId}' has ${place}.${name} ${String(limit)}: give a number that is not below 0`
  }
  return undefined
}

function authorityProblem(step: WorkflowStep): string | undefined {
  const { taskId, authority = {} } = step
  if (typeof authority !== 'object' || authority === null)
    return `Step '${taskId}' has authority ${JSON.stringify(authority)}: give an object`
  for (const name of ['deadline', 'depth'] as const) {
    const limit = authority[name]
    if (limit !== undefined && !isAmount(limit)) return `Step '${taskId}' has authority.${name} ${limit}: give a number that is not below 0`
  }
  return budgetProblem(step, 'authority.budget', authority.budget)
}

const isAmount = (value: unknown): boolean => typeof value === 'number' && value >= 0

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0
