/** What is left of a run's budget for its tasks. */
import type { Fact } from '../model/event.ts'
import type { StepBudget } from '../model/step.ts'
import { type Price, costOf, totalTokens } from '../model/usage.ts'
import type { Budget } from '../session/types.ts'

/** What a run has used up, what it has granted counted as used. */
export type Used = { readonly tokens: number; readonly usd: number; readonly toolCalls: number }

export const NOTHING_USED: Used = { tokens: 0, usd: 0, toolCalls: 0 }

const plus = (used: Used, { tokens = 0, usd = 0, toolCalls = 0 }: StepBudget, sign: 1 | -1 = 1): Used => ({
  tokens: used.tokens + sign * tokens,
  usd: used.usd + sign * usd,
  toolCalls: used.toolCalls + sign * toolCalls,
})

/** Counted for one run, or for all runs of a session. What the origin of a fork used is the origin's. */
export const foldUsed =
  (price: Price | undefined, scope: 'run' | 'session') =>
  (used: Used, fact: Fact): Used => {
    switch (fact.type) {
      case 'agent_start':
        return scope === 'run' ? NOTHING_USED : used
      case 'session_forked':
        return scope === 'session' ? NOTHING_USED : used
      case 'turn_end':
        return plus(used, { tokens: totalTokens(fact.usage), usd: price ? costOf(fact.usage, price) : 0 })
      case 'tool_end':
        return plus(used, { toolCalls: 1 })
      case 'subagent_start':
        return fact.attempt > 1 ? used : plus(used, fact.grant ?? {})
      case 'subagent_end': {
        const { usage, cost = 0, toolCalls, grant = {} } = fact
        return plus(plus(used, grant, -1), { tokens: totalTokens(usage), usd: cost, toolCalls })
      }
      default:
        return used
    }
  }

/** The lesser of both, limit by limit. */
export function leastOf(one: StepBudget, other: StepBudget): StepBudget {
  const least: { -readonly [K in keyof StepBudget]: StepBudget[K] } = { ...one, ...other }
  for (const name of ['tokens', 'usd', 'toolCalls'] as const)
    if (one[name] !== undefined && other[name] !== undefined) least[name] = Math.min(one[name], other[name])
  return least
}

/** One of so many equal shares of what is left. Limits that there are not are left out. */
export function shareOf({ tokens, usd, toolCalls }: NonNullable<Budget['perRun']>, used: Used, shares: number): StepBudget {
  return {
    ...(tokens === undefined ? {} : { tokens: Math.floor((tokens - used.tokens) / shares) }),
    ...(usd === undefined ? {} : { usd: (usd - used.usd) / shares }),
    ...(toolCalls === undefined ? {} : { toolCalls: Math.floor((toolCalls - used.toolCalls) / shares) }),
  }
}
