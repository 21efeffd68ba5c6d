/** Keeps a run, or a session, within its tokens, dollars, turns and tool calls: the worst case is set aside before each attempt. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, resultOf, type RunContext } from '../loop/middleware.ts'
import type { Fact, Reservation } from '../model/event.ts'
import type { StepBudget } from '../model/step.ts'
import { failed } from '../model/tool.ts'
import { costOf, type Price, totalTokens } from '../model/usage.ts'
import { DEFAULT_OUTPUT, dearestInput, LEAST_OUTPUT, mostInputTokens } from '../model/worst-case.ts'

export type RunBudget = { readonly tokens?: number; readonly usd?: number; readonly turns?: number; readonly toolCalls?: number }

export type RunBudgetOptions = {
  readonly limits: RunBudget
  readonly price: Price | undefined
  /** What it is counted for: one run, or all runs of a session. */
  readonly scope: 'run' | 'session'
}

/** What is used up, what the attempt under way may use, what the last turn came to, and how much was used when it began. */
type Spent = {
  readonly tokens: number
  readonly usd: number
  readonly turns: number
  readonly calls: number
  readonly pending: Reservation | undefined
  readonly lastTurn: number
  readonly before: Pick<Spent, 'tokens' | 'usd'> | undefined
}

const NOTHING: Spent = { tokens: 0, usd: 0, turns: 0, calls: 0, pending: undefined, lastTurn: 0, before: undefined }

const WARN_AT = 0.8

const settle = (spent: Spent, { tokens, usd = 0 }: Reservation): Spent => ({
  ...spent,
  tokens: spent.tokens + tokens,
  usd: spent.usd + usd,
  pending: undefined,
})

/** What is used up after one more fact. */
const foldSpent =
  ({ price, scope }: RunBudgetOptions) =>
  (spent: Spent, fact: Fact): Spent => {
    // An attempt whose end was never seen counts as its worst case.
    const before = fact.type === 'turn_start' || fact.type === 'agent_start' ? settle(spent, spent.pending ?? { tokens: 0 }) : spent
    switch (fact.type) {
      case 'agent_start':
        return scope === 'run' ? NOTHING : { ...before, lastTurn: 0 }
      // What the origin used is its own, and an attempt under way belongs to the branch that was left.
      case 'session_forked':
        return scope === 'run' ? { ...spent, pending: undefined } : NOTHING
      case 'session_rewound':
        return { ...spent, pending: undefined }
      case 'turn_start':
        return { ...before, before, pending: fact.reservation }
      case 'turn_end': {
        const tokens = totalTokens(fact.usage)
        const usd = price ? costOf(fact.usage, price) : 0
        // A provider that does not say what it took leaves nothing but the worst case.
        const took = fact.meta?.usageMissing === true ? spent.pending : undefined
        return { ...settle(spent, took ?? { tokens, usd }), turns: spent.turns + 1, lastTurn: tokens }
      }
      case 'tool_end':
        return { ...spent, calls: spent.calls + 1 }
      case 'subagent_start':
        return fact.attempt > 1 ? spent : moved(spent, fact.grant, 1)
      case 'subagent_end': {
        const { tokens, usd, calls } = moved(spent, fact.grant, -1)
        return { ...spent, tokens: tokens + totalTokens(fact.usage), usd: usd + (fact.cost ?? 0), calls: calls + fact.toolCalls }
      }
      default:
        return spent
    }
  }

/** What a sub-agent may use counts as used until it says what it did use. */
const moved = (spent: Spent, { tokens = 0, usd = 0 }: StepBudget = {}, sign: 1 | -1): Spent => ({
  ...spent,
  tokens: spent.tokens + sign * tokens,
  usd: spent.usd + sign * usd,
})

/** Throws `invalid_argument` for dollars without a price. */
export function runBudget(options: RunBudgetOptions): Middleware {
  const { limits, price, scope } = options
  if (limits.usd !== undefined && price === undefined) {
    throw new AgentError(
      'invalid_argument',
      'A budget in US dollars needs a model with a price: give the model adapter a `price`, or set the budget in tokens',
    )
  }
  return defineMiddleware<Spent>({
    name: 'run-budget',
    initial: NOTHING,
    fold: foldSpent(options),
    start(run, spent) {
      const calls = callCount(run, spent)
      return {
        wrapModelCall(call, next) {
          const input = mostInputTokens(call.request, spent().lastTurn)
          const ceiling = Math.min(call.request.maxOutputTokens ?? Infinity, run.model.maxOutputTokens ?? DEFAULT_OUTPUT)
          const output = Math.floor(Math.min(leftFor({ limits, price, spent: spent(), input }), ceiling))
          if (output < Math.min(LEAST_OUTPUT, ceiling)) throw exhausted({ limits, spent: spent(), scope, run })
          if (shareOf(limits, spent()) >= WARN_AT && shareOf(limits, spent().before) < WARN_AT) say(run, 'soft', { limits, spent: spent() })
          const reservation: Reservation = {
            tokens: input + output,
            ...(price === undefined ? {} : { usd: (input * dearestInput(price) + output * price.output) / 1e6 }),
          }
          return next({ ...call, request: { ...call.request, maxOutputTokens: output }, reservation })
        },
        async wrapToolCall(invocation, next) {
          const { toolCalls } = limits
          if (toolCalls === undefined || calls.begin(invocation.callId, toolCalls)) return next(invocation)
          return resultOf(
            failed(`The budget of ${toolCalls} tool calls is used up. Answer with what you know.`, { kind: 'permission_denied' }),
          )
        },
      }
    },
  })
}

type LeftInput = { readonly limits: RunBudget; readonly price: Price | undefined; readonly spent: Spent; readonly input: number }

/** Output tokens that the limits leave after the input. */
function leftFor({ limits, price, spent, input }: LeftInput): number {
  if (spent.turns >= (limits.turns ?? Infinity)) return -1
  const lost = spent.pending ?? { tokens: 0, usd: 0 }
  const byTokens = limits.tokens === undefined ? Infinity : limits.tokens - spent.tokens - lost.tokens - input
  if (limits.usd === undefined || price === undefined) return byTokens
  return Math.min(byTokens, ((limits.usd - spent.usd - (lost.usd ?? 0)) * 1e6 - input * dearestInput(price)) / price.output)
}

/** Counts the calls that have ended and those under way, which the facts do not tell of yet. */
function callCount(run: RunContext, spent: () => Spent): { begin(callId: string, limit: number): boolean } {
  const begun = new Set<string>()
  let offset: number | undefined
  return {
    begin(callId, limit) {
      const { batch } = run.state().run ?? {}
      if (batch?.offset !== offset) begun.clear()
      offset = batch?.offset
      for (const id of begun) if (batch?.states.get(id)?.result !== undefined) begun.delete(id)
      const may = spent().calls + begun.size < limit
      if (may) begun.add(callId)
      return may
    },
  }
}

const shareOf = ({ tokens, usd }: RunBudget, spent: Pick<Spent, 'tokens' | 'usd'> = NOTHING): number =>
  Math.max(tokens ? spent.tokens / tokens : 0, usd ? spent.usd / usd : 0)

function exhausted({ limits, spent, scope, run }: { limits: RunBudget; spent: Spent; scope: string; run: RunContext }): AgentError {
  say(run, 'hard', { limits, spent })
  return new AgentError(
    'budget_exhausted',
    `The ${scope}'s budget is used up: ${used(limits, spent)}${setAside(spent.pending)}, and the next call would go past it`,
    { details: { tokens: spent.tokens, usd: spent.usd, setAside: spent.pending?.tokens ?? 0 } },
  )
}

/** A provider counts what an attempt took when it ends: until then it counts as the most that it may have taken. */
const setAside = (pending: Reservation | undefined): string =>
  pending === undefined ? '' : `, with ${pending.tokens} more tokens set aside for an attempt that broke off`

const used = ({ tokens, usd, turns }: RunBudget, spent: Spent): string =>
  [
    tokens === undefined ? '' : `${spent.tokens} of ${tokens} tokens`,
    usd === undefined ? '' : `$${spent.usd.toFixed(4)} of $${usd}`,
    turns === undefined ? '' : `${spent.turns} of ${turns} turns`,
  ]
    .filter((part) => part !== '')
    .join(', ')

/** Says that most of it is gone, or all. */
function say(run: RunContext, kind: 'soft' | 'hard', { limits, spent }: { readonly limits: RunBudget; readonly spent: Spent }): void {
  const resource = limits.tokens !== undefined ? 'tokens' : limits.usd !== undefined ? 'usd' : 'turns'
  const message = used(limits, spent)
  run.emit({ type: 'budget_threshold_hit', resource, kind, consumed: spent[resource], limit: limits[resource] ?? 0, message })
}
