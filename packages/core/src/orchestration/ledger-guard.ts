/** A ledger as a budget guard: what a try may take at the most is set aside before it, and settled after it. */
import { AgentError } from '../base/errors.ts'
import { type BudgetLimits, inWords, type Spending } from '../model/spending.ts'
import { totalTokens } from '../model/usage.ts'
import { dearestInput, LEAST_OUTPUT } from '../model/worst-case.ts'
import type { BudgetDecision, BudgetGuard, LlmAttempt, Spender, SpendingEnd, ToolAttempt } from '../ports/budget-guard.ts'
import type { Ledger, Refused, Reserved, ReserveRequest } from './ledger.ts'

/** Milliseconds that are set aside at a time; what takes longer asks for as much again as it has had. */
const SLICE_MS = 20_000

export function ledgerGuard(ledger: Ledger): BudgetGuard {
  const record = (id: string, end: SpendingEnd, base: Partial<Spending>): Promise<void> => {
    if (end.type === 'lost') return ledger.lose(id)
    if (end.type === 'released') return ledger.release(id)
    const { usage, usd, workMs, soon = false } = end
    const taken = {
      ...base,
      ...(usage === undefined ? {} : { tokens: totalTokens(usage) }),
      ...(usd === undefined ? {} : { usd }),
      ...(workMs === undefined ? {} : { workMs }),
    }
    return ledger.settle(id, taken, { soon })
  }
  return {
    contract: 1,
    async checkBeforeLlm(attempt, { signal }) {
      return toDecision(ledger, await ledger.reserve(needOfAttempt(ledger, attempt), { signal }))
    },
    recordAfterLlm: ({ id }, end) => record(id, end, { turns: 1 }),
    async checkBeforeTool(call, { signal }) {
      return toDecision(ledger, await ledger.reserve(needOfCall(ledger, call), { signal }))
    },
    recordAfterTool: ({ id }, end) => record(id, end, { toolCalls: 1 }),
  }
}

/** Throws `invalid_argument` for dollars without a price. */
export function assertPriced({ usd }: BudgetLimits, price: unknown, root: string): void {
  if (usd === undefined || price !== undefined) return
  throw new AgentError(
    'invalid_argument',
    `The budget '${root}' is in US dollars, which needs a model with a price: give the model adapter a \`price\`, or limit tokens`,
  )
}

function needOfAttempt({ limits, root }: Ledger, attempt: LlmAttempt): ReserveRequest {
  const { price, inputTokens, outputTokens } = attempt
  assertPriced(limits, price, root)
  return {
    ...spenderOf(attempt, 'attempt'),
    fixed: { tokens: inputTokens, turns: 1, ...(price === undefined ? {} : { usd: (inputTokens * dearestInput(price)) / 1e6 }) },
    perToken: { tokens: 1, ...(price === undefined ? {} : { usd: price.output / 1e6 }) },
    output: outputTokens,
    least: Math.min(LEAST_OUTPUT, outputTokens),
    ...timeOf(limits, attempt),
  }
}

function needOfCall({ limits }: Ledger, call: ToolAttempt): ReserveRequest {
  const time = call.composite === true ? { workMs: 0, elapsedMs: 0 } : timeOf(limits, call)
  return { ...spenderOf(call, 'call'), fixed: { toolCalls: 1 }, perToken: {}, output: 0, least: 0, ...time }
}

const spenderOf = (
  { id, sessionId, parentSessionId, agent }: Spender,
  kind: 'attempt' | 'call',
): Pick<ReserveRequest, 'id' | 'kind' | 'spender' | 'parent' | 'agent'> => ({
  id,
  kind,
  spender: sessionId,
  parent: parentSessionId,
  agent,
})

const timeOf = ({ workMs }: BudgetLimits, { elapsedMs = 0 }: Spender): Pick<ReserveRequest, 'workMs' | 'elapsedMs'> => ({
  workMs: workMs === undefined ? 0 : elapsedMs + Math.max(SLICE_MS, elapsedMs),
  elapsedMs,
})

function toDecision({ root, limits }: Ledger, outcome: Reserved | Refused): BudgetDecision {
  if (outcome.type === 'refused') return { ...outcome, type: 'deny', reason: refusal(root, outcome) }
  const { output, amount, thresholds } = outcome
  return {
    type: 'allow',
    outputTokens: output,
    thresholds,
    ...(limits.workMs === undefined || amount.workMs === 0 ? {} : { workMs: amount.workMs }),
  }
}

const refusal = (root: string, { resource, consumed, limit, held }: Refused): string =>
  `The budget '${root}' is used up: ${inWords(resource, consumed)} of ${inWords(resource, limit)}` +
  `${held > 0 ? `, with ${inWords(resource, held)} more set aside` : ''}, and the next call would go past it`
