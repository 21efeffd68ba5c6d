/** Amounts in all five ways of counting, where `Infinity` stands for what is not limited. */
import { type BudgetLimits, RESOURCES, type Spending } from '../model/spending.ts'

const each =
  (pick: (a: number, b: number) => number) =>
  (a: Spending, b: Spending): Spending => ({
    tokens: pick(a.tokens, b.tokens),
    usd: pick(a.usd, b.usd),
    turns: pick(a.turns, b.turns),
    toolCalls: pick(a.toolCalls, b.toolCalls),
    workMs: pick(a.workMs, b.workMs),
  })

export const UNLIMITED: Spending = { tokens: Infinity, usd: Infinity, turns: Infinity, toolCalls: Infinity, workMs: Infinity }

export const least: (a: Spending, b: Spending) => Spending = each(Math.min)

export const most: (a: Spending, b: Spending) => Spending = each(Math.max)

export const minus: (a: Spending, b: Spending) => Spending = each((a, b) => a - b)

/** The amounts that are limited. */
export const finite = (amount: Spending): BudgetLimits =>
  Object.fromEntries(RESOURCES.filter((resource) => amount[resource] < Infinity).map((resource) => [resource, amount[resource]]))

/** One of so many equal shares: whole ones, but for dollars. */
export const shareOf = ({ tokens, usd, turns, toolCalls, workMs }: Spending, sharers: number): Spending => ({
  tokens: Math.ceil(tokens / sharers),
  usd: usd / sharers,
  turns: Math.ceil(turns / sharers),
  toolCalls: Math.ceil(toolCalls / sharers),
  workMs: Math.ceil(workMs / sharers),
})
