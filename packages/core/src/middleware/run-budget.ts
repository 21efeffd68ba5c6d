/** Keeps a run, or a session, within its tokens, dollars, turns and tool calls: the worst case is set aside before each attempt. */
import { AgentError, wasRefused } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { defineMiddleware, type Middleware, resultOf, type RunContext } from '../loop/middleware.ts'
import type { Fact, Reservation } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
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
export type Spent = Required<RunBudget> & {
  readonly pending: Reservation | undefined
  readonly lastTurn: number
  readonly before: RunBudget
}

export const NOTHING_SPENT: Spent = { tokens: 0, usd: 0, turns: 0, toolCalls: 0, pending: undefined, lastTurn: 0, before: {} }

type Limit = readonly [resource: keyof RunBudget, most: number]

const limitsIn = (limits: RunBudget): readonly Limit[] => (Object.entries(limits) as readonly Limit[]).filter(([, most]) => most > 0)

const WARN_AT = 0.8

const plus = (spent: Spent, { tokens = 0, usd = 0, toolCalls = 0 }: StepBudget = {}, sign: 1 | -1 = 1): Spent => ({
  ...spent,
  tokens: spent.tokens + sign * tokens,
  usd: spent.usd + sign * usd,
  toolCalls: spent.toolCalls + sign * toolCalls,
})

const settle = (spent: Spent, amount?: StepBudget): Spent => ({ ...plus(spent, amount), pending: undefined })

/** What is used up after one more fact. */
export const foldSpent =
  ({ price, scope }: Pick<RunBudgetOptions, 'price' | 'scope'>) =>
  (spent: Spent, fact: Fact): Spent => {
    switch (fact.type) {
      // An attempt whose end was never seen counts as its worst case.
      case 'agent_start':
        return scope === 'run' ? NOTHING_SPENT : { ...settle(spent, spent.pending), lastTurn: 0 }
      // What the origin used is its own, and an attempt under way belongs to the branch that was left.
      case 'session_forked':
        return scope === 'run' ? { ...spent, pending: undefined } : NOTHING_SPENT
      case 'session_rewound':
        return { ...spent, pending: undefined }
      case 'turn_start': {
        const { before: _, ...before } = settle(spent, fact.reservation?.afterRefusal ? undefined : spent.pending)
        return { ...before, before, pending: fact.reservation }
      }
      case 'turn_end': {
        const tokens = totalTokens(fact.usage)
        const usd = price ? costOf(fact.usage, price) : 0
        // A provider that does not say what it took leaves nothing but the worst case.
        const took = fact.meta?.usageMissing === true ? spent.pending : undefined
        return { ...settle(spent, took ?? { tokens, usd }), turns: spent.turns + 1, lastTurn: tokens }
      }
      case 'tool_end':
        return plus(spent, { toolCalls: 1 })
      // What a sub-agent may use counts as used until it says what it did use.
      case 'subagent_start':
        return fact.attempt > 1 ? spent : plus(spent, fact.grant)
      case 'subagent_end': {
        const { usage, cost = 0, toolCalls, lost, grant } = fact
        return plus(plus(plus(spent, grant, -1), lost), { tokens: totalTokens(usage), usd: cost, toolCalls })
      }
      default:
        return spent
    }
  }

/** Throws `invalid_argument` for dollars without a price. */
export function runBudget(options: RunBudgetOptions): Middleware {
  const { limits, price } = options
  if (limits.usd !== undefined && price === undefined)
    throw new AgentError(
      'invalid_argument',
      'A budget in US dollars needs a model with a price: give its adapter a `price`, or limit tokens',
    )
  return defineMiddleware<Spent>({
    name: 'run-budget',
    initial: NOTHING_SPENT,
    fold: foldSpent(options),
    start(run, spent) {
      const mayBegin = callCount(run, spent)
      let afterRefusal = false // only what is tried again matters
      return {
        async *wrapModelCall(call, next) {
          const pending = afterRefusal ? undefined : spent().pending
          const known = plus(spent(), pending)
          const input = mostInputTokens(call.request, known.lastTurn)
          const ceiling = Math.min(call.request.maxOutputTokens ?? Infinity, run.model.maxOutputTokens ?? DEFAULT_OUTPUT)
          const output = Math.floor(Math.min(leftFor({ limits, price, known, input }), ceiling))
          if (output < Math.min(LEAST_OUTPUT, ceiling)) throw exhausted({ options, spent: spent(), pending, run })
          warn(run, limits, known)
          const usd = price && (input * dearestInput(price) + output * price.output) / 1e6
          const reservation = { tokens: input + output, ...present({ usd, afterRefusal: afterRefusal || undefined }) }
          let heard = false
          try {
            for await (const batch of next({ ...call, request: { ...call.request, maxOutputTokens: output }, reservation })) {
              heard = true
              yield batch
            }
          } catch (error) {
            afterRefusal = !heard && wasRefused(error)
            throw error
          }
        },
        async wrapToolCall(invocation, next) {
          const { toolCalls = Infinity } = limits
          if (invocation.settled || mayBegin(invocation.callId, toolCalls)) return next(invocation)
          say({ run, kind: 'hard' }, ['toolCalls', toolCalls], limits)
          const words = `The budget of ${toolCalls} tool calls is used up. Answer with what you know.`
          return resultOf(failed(words, { kind: 'permission_denied' }))
        },
      }
    },
  })
}

/** Of each limit once, by the turn that comes after it was passed. */
function warn(run: RunContext, limits: RunBudget, known: Spent): void {
  for (const limit of limitsIn(limits)) {
    const [resource, most] = limit
    if (known[resource] >= most * WARN_AT && (known.before[resource] ?? 0) < most * WARN_AT) say({ run, kind: 'soft' }, limit, known)
  }
}

type LeftInput = { readonly limits: RunBudget; readonly price: Price | undefined; readonly known: Spent; readonly input: number }

/** Output tokens that the limits leave after the input. */
function leftFor({ limits: { turns = Infinity, tokens = Infinity, usd = Infinity }, price, known, input }: LeftInput): number {
  if (known.turns >= turns) return -1
  const byTokens = tokens - known.tokens - input
  return price === undefined ? byTokens : Math.min(byTokens, ((usd - known.usd) * 1e6 - input * dearestInput(price)) / price.output)
}

/** Counts the calls that have ended and those under way, which the facts do not tell of yet. */
function callCount(run: RunContext, spent: () => Spent): (callId: string, limit: number) => boolean {
  let begun: readonly string[] = []
  return (callId, limit) => {
    const { offset, states } = run.state().run?.batch ?? {}
    begun = begun.filter((id) => id.startsWith(`${offset}.`) && id !== callId && states?.get(id)?.result === undefined)
    const may = spent().toolCalls + begun.length < limit
    if (may) begun = [...begun, callId]
    return may
  }
}

type Exhausted = {
  readonly options: RunBudgetOptions
  readonly spent: Spent
  readonly pending: Reservation | undefined
  readonly run: RunContext
}

/** A provider counts what an attempt took when it ends: until then it counts as the most that it may have taken. */
function exhausted({ options: { limits, scope }, spent, pending, run }: Exhausted): AgentError {
  const counted = limitsIn(limits).filter(([resource]) => resource !== 'toolCalls')
  const aside = pending === undefined ? '' : `, with ${pending.tokens} tokens set aside for an attempt that broke off`
  return new AgentError(
    'budget_exhausted',
    `The ${scope}'s budget is used up: ${counted.map((each) => used(each, spent)).join(', ')}${aside}, and the next call would go past it`,
    { details: say({ run, kind: 'hard' }, counted[0] ?? ['tokens', 0], spent) },
  )
}

const used = ([resource, most]: Limit, spent: RunBudget): string =>
  resource === 'usd'
    ? `$${spent.usd?.toFixed(4)} of $${most}`
    : `${spent[resource]} of ${most} ${resource === 'toolCalls' ? 'tool calls' : resource}`

type Say = { readonly run: RunContext; readonly kind: 'soft' | 'hard' }

/** Says that most of it is gone, or all. Gives the figures. */
function say({ run, kind }: Say, of: Limit, spent: RunBudget): JsonObject {
  const [resource, limit] = of
  const figures = { resource, consumed: spent[resource] ?? 0, limit }
  run.emit({ type: 'budget_threshold_hit', kind, ...figures, message: used(of, spent) })
  return figures
}
