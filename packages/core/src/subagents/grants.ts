/** What is left of a run's budget for its tasks. */
import { openCalls } from '../model/session-state.ts'
import type { StepBudget } from '../model/step.ts'
import type { RunContext } from '../loop/middleware.ts'
import type { RunBudget, Spent } from '../middleware/run-budget.ts'
import type { AgentOptions } from '../session/types.ts'
import type { TaskState } from './task-state.ts'

/** The lesser of both, limit by limit. */
function leastOf(one: StepBudget, other: StepBudget): StepBudget {
  const least: { -readonly [K in keyof StepBudget]: StepBudget[K] } = { ...one, ...other }
  for (const name of ['tokens', 'usd', 'toolCalls'] as const)
    if (one[name] !== undefined && other[name] !== undefined) least[name] = Math.min(one[name], other[name])
  return least
}

/** What is divided: how many calls are open, which count although nobody has begun them, and how many shares there are. */
export type Division = { readonly open: number; readonly shares: number }

/** One of so many equal shares of what is left. Limits that there are not are left out. */
export function shareOf({ tokens, usd, toolCalls }: RunBudget, used: Spent, { open, shares }: Division): StepBudget {
  const { pending } = used
  return {
    ...(tokens === undefined ? {} : { tokens: Math.floor((tokens - used.tokens - (pending?.tokens ?? 0)) / shares) }),
    ...(usd === undefined ? {} : { usd: (usd - used.usd - (pending?.usd ?? 0)) / shares }),
    ...(toolCalls === undefined ? {} : { toolCalls: Math.floor((toolCalls - used.toolCalls - open) / shares) }),
  }
}

export type Granting = {
  readonly run: RunContext
  readonly budget: AgentOptions['budget']
  readonly state: TaskState
  /** Nested calls that are under way, which the facts do not tell of yet. */
  readonly nested?: Iterable<string>
}

/** An equal share of what is left, among the tasks of the call that have not begun and their parent, who has to answer in the end. */
export function grantOf(
  { run, budget = {}, state, nested: underWay = [] }: Granting,
  { callId, tasks }: { readonly callId: string; readonly tasks: number },
): StepBudget {
  const { children, used, usedInSession } = state
  const begun = [...children.values()].filter(({ start }) => start.callId === callId).length
  const { batch } = run.state().run ?? {}
  const states = [...(batch?.states.values() ?? [])].filter((call) => call.result === undefined && isNested(call.callId))
  const nested = new Set([...states.map((call) => call.callId), ...underWay])
  const division = { open: openCalls(batch).length + nested.size, shares: Math.max(1, tasks - begun) + 1 }
  return leastOf(shareOf(budget.perRun ?? {}, used, division), shareOf(budget.perSession ?? {}, usedInSession, division))
}

export const isNested = (callId: string): boolean => callId.includes('/')
