/** Keeps a run within its tokens, dollars and tool calls: the worst case is set aside before each attempt. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, type ModelCall, resultOf, type RunContext } from '../loop/middleware.ts'
import type { Fact, Reservation } from '../model/event.ts'
import type { StepBudget } from '../model/step.ts'
import { failed } from '../model/tool.ts'
import { costOf, type Price, totalTokens } from '../model/usage.ts'

export type RunBudget = { readonly tokens?: number; readonly usd?: number; readonly toolCalls?: number }

/** What is used up, what the attempt under way may use, and what the last turn came to. */
type Spent = { readonly tokens: number; readonly usd: number; readonly pending: Reservation | undefined; readonly lastTurn: number }

const NOTHING: Spent = { tokens: 0, usd: 0, pending: undefined, lastTurn: 0 }

/** An answer shorter than this is not worth asking for. */
const LEAST_OUTPUT = 256
/** What one answer may have where neither the agent nor the model says. */
const DEFAULT_OUTPUT = 32_000
const WARN_AT = 0.8
/** What one image may cost at most, in tokens. */
const IMAGE_TOKENS = 4000

const settle = (spent: Spent, tokens: number, usd: number): Spent => ({
  ...spent,
  tokens: spent.tokens + tokens,
  usd: spent.usd + usd,
  pending: undefined,
})

/** What is used up after one more fact. */
const foldSpent =
  (price: Price | undefined) =>
  (spent: Spent, fact: Fact): Spent => {
    if (fact.type === 'agent_start') return NOTHING
    // An attempt under way belongs to the branch that was left.
    if (fact.type === 'session_forked' || fact.type === 'session_rewound') return { ...spent, pending: undefined }
    // An attempt whose end was never seen counts as its worst case.
    const before = fact.type === 'turn_start' && spent.pending ? settle(spent, spent.pending.tokens, spent.pending.usd ?? 0) : spent
    if (fact.type === 'turn_start') return { ...before, pending: fact.reservation }
    if (fact.type === 'turn_end')
      return { ...settle(before, totalTokens(fact.usage), price ? costOf(fact.usage, price) : 0), lastTurn: totalTokens(fact.usage) }
    if (fact.type === 'subagent_start') return fact.attempt > 1 ? before : moved(before, fact.grant, 1)
    if (fact.type === 'subagent_end') {
      const { tokens, usd } = moved(before, fact.grant, -1)
      return { ...before, tokens: tokens + totalTokens(fact.usage), usd: usd + (fact.cost ?? 0) }
    }
    return before
  }

/** What a sub-agent may use counts as used until it says what it did use. */
const moved = (spent: Spent, { tokens = 0, usd = 0 }: StepBudget = {}, sign: 1 | -1): Spent => ({
  ...spent,
  tokens: spent.tokens + sign * tokens,
  usd: spent.usd + sign * usd,
})

/** Throws `invalid_argument` for dollars without a price. */
export function runBudget(budget: RunBudget, price: Price | undefined): Middleware {
  if (budget.usd !== undefined && price === undefined) {
    throw new AgentError(
      'invalid_argument',
      'A budget in US dollars needs a model with a price: give the model adapter a `price`, or set the budget in tokens',
    )
  }
  return defineMiddleware<Spent>({
    name: 'run-budget',
    initial: NOTHING,
    fold: foldSpent(price),
    start(run, spent) {
      let warned = false
      const calls = callCount(run)
      return {
        wrapModelCall(call, next) {
          const input = spent().lastTurn + newTokens(call, spent().lastTurn > 0)
          const ceiling = Math.min(call.request.maxOutputTokens ?? Infinity, run.model.maxOutputTokens ?? DEFAULT_OUTPUT)
          const output = Math.floor(Math.min(leftFor({ budget, price, spent: spent(), input }), ceiling))
          if (output < Math.min(LEAST_OUTPUT, ceiling)) throw exhausted(budget, spent())
          if (!warned && shareOf(budget, spent()) >= WARN_AT) {
            warned = true
            warn({ budget, spent: spent(), run })
          }
          const reservation: Reservation = {
            tokens: input + output,
            ...(price === undefined ? {} : { usd: (input * dearest(price) + output * price.output) / 1e6 }),
          }
          return next({ ...call, request: { ...call.request, maxOutputTokens: output }, reservation })
        },
        async wrapToolCall(invocation, next) {
          const { toolCalls } = budget
          if (toolCalls === undefined || calls.begin(invocation.callId, toolCalls)) return next(invocation)
          return resultOf(
            failed(`The budget of ${toolCalls} tool calls is used up. Answer with what you know.`, { kind: 'permission_denied' }),
          )
        },
      }
    },
  })
}

const dearest = ({ input, cacheWrite = input, cacheRead = input }: Price): number => Math.max(input, cacheWrite, cacheRead)

/** What was added since the last turn, at the worst one token a byte; the rest was counted by the provider. */
function newTokens({ request }: ModelCall, counted: boolean): number {
  const from = counted ? request.messages.findLastIndex(({ role }) => role === 'assistant') + 1 : 0
  const messages = request.messages.slice(from)
  const images = messages.reduce((sum, { content }) => sum + content.filter(({ type }) => type === 'image').length, 0)
  const text = JSON.stringify(messages, (key, value: unknown) => (key === 'data' ? '' : value))
  const fixed = counted ? 0 : request.system.length + JSON.stringify(request.tools).length
  return new TextEncoder().encode(text).length + fixed + images * IMAGE_TOKENS
}

type LeftInput = { readonly budget: RunBudget; readonly price: Price | undefined; readonly spent: Spent; readonly input: number }

/** Output tokens that the limits leave after the input. */
function leftFor({ budget, price, spent, input }: LeftInput): number {
  const lost = spent.pending ?? { tokens: 0, usd: 0 }
  const byTokens = budget.tokens === undefined ? Infinity : budget.tokens - spent.tokens - lost.tokens - input
  if (budget.usd === undefined || price === undefined) return byTokens
  return Math.min(byTokens, ((budget.usd - spent.usd - (lost.usd ?? 0)) * 1e6 - input * dearest(price)) / price.output)
}

/** Counts the calls that have ended and those under way, which the facts do not tell of yet. */
function callCount(run: RunContext): { begin(callId: string, limit: number): boolean } {
  const begun = new Set<string>()
  let offset: number | undefined
  return {
    begin(callId, limit) {
      const { toolCalls = 0, batch } = run.state().run ?? {}
      if (batch?.offset !== offset) begun.clear()
      offset = batch?.offset
      for (const id of begun) if (batch?.states.get(id)?.result !== undefined) begun.delete(id)
      const may = toolCalls + begun.size < limit
      if (may) begun.add(callId)
      return may
    },
  }
}

const shareOf = (budget: RunBudget, spent: Spent): number =>
  Math.max(budget.tokens ? spent.tokens / budget.tokens : 0, budget.usd ? spent.usd / budget.usd : 0)

const exhausted = (budget: RunBudget, spent: Spent): AgentError =>
  new AgentError(
    'budget_exhausted',
    `The run's budget is used up: ${used(budget, spent)}${setAside(spent.pending)}, and the next call would go past it`,
    { details: { tokens: spent.tokens, usd: spent.usd, setAside: spent.pending?.tokens ?? 0 } },
  )

/** A provider counts what an attempt took when it ends: until then it counts as the most that it may have taken. */
const setAside = (pending: Reservation | undefined): string =>
  pending === undefined ? '' : `, with ${pending.tokens} more tokens set aside for an attempt that broke off`

const used = ({ tokens, usd }: RunBudget, spent: Spent): string =>
  [tokens === undefined ? '' : `${spent.tokens} of ${tokens} tokens`, usd === undefined ? '' : `$${spent.usd.toFixed(4)} of $${usd}`]
    .filter((part) => part !== '')
    .join(', ')

/** Says that most of it is gone. */
function warn({ budget, spent, run }: { readonly budget: RunBudget; readonly spent: Spent; readonly run: RunContext }): void {
  const inTokens = budget.tokens !== undefined
  run.emit({
    type: 'budget_threshold_hit',
    resource: inTokens ? 'tokens' : 'usd',
    kind: 'soft',
    consumed: inTokens ? spent.tokens : spent.usd,
    limit: (inTokens ? budget.tokens : budget.usd) ?? 0,
    message: used(budget, spent),
  })
}
