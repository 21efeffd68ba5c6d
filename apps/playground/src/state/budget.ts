/** What the run under way has used of its limits, and what is set aside for what has not ended yet. */
import { totalTokens, type Envelope } from '@seamfold/core/kit'
import type { Limits, SharedBudget } from '../api/types.ts'

export type Spending = { readonly used: number; readonly reserved: number }

export type Spendings = { readonly [K in keyof Required<Limits>]: Spending }

type Sums = { tokens: number; usd: number; turns: number; toolCalls: number }

type Taken = { readonly tokens?: number | undefined; readonly usd?: number | undefined }

const plus = (sums: Sums, { tokens = 0, usd = 0 }: Taken = {}): Sums => ({
  ...sums,
  tokens: sums.tokens + tokens,
  usd: sums.usd + usd,
})

const nothing = (): Sums => ({ tokens: 0, usd: 0, turns: 0, toolCalls: 0 })

/**
 * As the budget counts: an attempt that broke off counts as the most that it may have used, unless the provider refused it, and so
 * does a task until it has ended. Of a session, all its runs count; what its origin used is that one's.
 */
export function spendings(facts: readonly Envelope[], scope: 'run' | 'session' = 'run'): Spendings {
  let used = nothing()
  let attempt: { readonly tokens: number; readonly usd?: number } | undefined
  let grants = new Map<string, { readonly tokens?: number; readonly usd?: number }>()
  for (const { event } of facts) {
    switch (event.type) {
      case 'agent_start':
        used = scope === 'session' ? plus(used, attempt) : nothing()
        if (scope === 'run') grants = new Map()
        attempt = undefined
        break
      case 'session_forked':
        if (scope === 'session') used = nothing()
        attempt = undefined
        break
      case 'session_rewound':
        attempt = undefined
        break
      case 'turn_start':
        used = event.reservation?.afterRefusal === true ? used : plus(used, attempt)
        attempt = event.reservation
        break
      case 'turn_end':
        used = plus(used, event.meta?.usageMissing === true ? attempt : { tokens: totalTokens(event.usage), usd: event.cost })
        used.turns += 1
        attempt = undefined
        break
      case 'tool_end':
        used.toolCalls += 1
        break
      case 'subagent_start':
        grants.set(event.taskId, event.grant ?? {})
        break
      case 'subagent_end':
        grants.delete(event.taskId)
        used = plus(plus(used, event.lost), { tokens: totalTokens(event.usage), usd: event.cost })
        used.toolCalls += event.toolCalls
        break
    }
  }
  const granted = [...grants.values(), ...(attempt === undefined ? [] : [attempt])]
  return {
    tokens: { used: used.tokens, reserved: granted.reduce((sum, { tokens = 0 }) => sum + tokens, 0) },
    usd: { used: used.usd, reserved: granted.reduce((sum, { usd = 0 }) => sum + usd, 0) },
    turns: { used: used.turns, reserved: 0 },
    toolCalls: { used: used.toolCalls, reserved: 0 },
  }
}

export type SharedLine = {
  readonly kind: keyof SharedBudget['used']
  readonly limit: number
  readonly spending: Spending
  /** What this session used of it. */
  readonly own: number
}

const resources = ['tokens', 'usd', 'turns', 'toolCalls', 'workMs'] as const

/** What of a shared budget is limited. */
export const sharedLines = ({ limits, used, held, own }: SharedBudget): readonly SharedLine[] =>
  resources.flatMap((kind) => {
    const limit = limits[kind]
    return limit === undefined ? [] : [{ kind, limit, spending: { used: used[kind], reserved: held[kind] }, own: own[kind] }]
  })
