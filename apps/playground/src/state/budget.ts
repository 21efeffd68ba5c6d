/** What the run under way has used of its limits, and what is set aside for what has not ended yet. */
import { totalTokens, type Envelope } from '@seamfold/core/kit'
import type { Limits } from '../api/types.ts'

export type Spending = { readonly used: number; readonly reserved: number }

export type Spendings = { readonly [K in keyof Required<Limits>]: Spending }

type Sums = { tokens: number; usd: number; turns: number; toolCalls: number }

const nothing = (): Sums => ({ tokens: 0, usd: 0, turns: 0, toolCalls: 0 })

/** As the budget counts: an attempt that broke off counts as the most that it may have used, and so does a task until it has ended. */
export function spendings(facts: readonly Envelope[]): Spendings {
  let used = nothing()
  let attempt: { readonly tokens: number; readonly usd?: number } | undefined
  let grants = new Map<string, { readonly tokens?: number; readonly usd?: number }>()
  for (const { event } of facts) {
    switch (event.type) {
      case 'agent_start':
        used = nothing()
        attempt = undefined
        grants = new Map()
        break
      case 'session_forked':
      case 'session_rewound':
        attempt = undefined
        break
      case 'turn_start':
        used.tokens += attempt?.tokens ?? 0
        used.usd += attempt?.usd ?? 0
        attempt = event.reservation
        break
      case 'turn_end':
        used.tokens += totalTokens(event.usage)
        used.usd += event.cost ?? 0
        used.turns = event.turn
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
        used.tokens += totalTokens(event.usage)
        used.usd += event.cost ?? 0
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
