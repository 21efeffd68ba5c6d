/** What work uses up, counted in five ways. */

export type Spending = {
  /** Tokens in and out, cached ones included. */
  readonly tokens: number
  /** US dollars, at the price of the model. */
  readonly usd: number
  /** Model calls. */
  readonly turns: number
  /** Tool calls, nested ones included. */
  readonly toolCalls: number
  /** Milliseconds inside model calls and tool calls; waiting for people or for a turn is not work. */
  readonly workMs: number
}

export type Resource = keyof Spending

/** The most that may be used up. What is left out is not limited. */
export type BudgetLimits = Partial<Spending>

export const NO_SPENDING: Spending = { tokens: 0, usd: 0, turns: 0, toolCalls: 0, workMs: 0 }

export const RESOURCES: readonly Resource[] = ['tokens', 'usd', 'turns', 'toolCalls', 'workMs']

export const addSpending = (a: Spending, b: Partial<Spending>): Spending => ({
  tokens: a.tokens + (b.tokens ?? 0),
  usd: a.usd + (b.usd ?? 0),
  turns: a.turns + (b.turns ?? 0),
  toolCalls: a.toolCalls + (b.toolCalls ?? 0),
  workMs: a.workMs + (b.workMs ?? 0),
})

/** One figure in words: `900 tokens`, `$0.1200`. */
export function inWords(resource: Resource, amount: number): string {
  switch (resource) {
    case 'usd':
      return `$${amount.toFixed(4)}`
    case 'workMs':
      return `${Math.round(amount)} ms of work`
    case 'toolCalls':
      return `${amount} tool ${amount === 1 ? 'call' : 'calls'}`
    case 'tokens':
    case 'turns':
      return `${amount} ${amount === 1 ? resource.slice(0, -1) : resource}`
  }
}
