/** What is left of a run's budget for its tasks. */
import type { StepBudget } from '../model/step.ts'
import type { RunBudget, Spent } from '../middleware/run-budget.ts'

/** The lesser of both, limit by limit. */
export function leastOf(one: StepBudget, other: StepBudget): StepBudget {
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
