/** Asks a budget guard before every attempt and every tool call, and tells it what they took. */
import { AgentError, isAgentError, wasRefused } from '../base/errors.ts'
import type { Clock } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import { WorkTime } from '../base/work-time.ts'
import {
  defineMiddleware,
  type Middleware,
  type ModelCall,
  type ModelStream,
  resultOf,
  type RunContext,
  type ToolOutcome,
} from '../loop/middleware.ts'
import type { CallReservation } from '../model/call-gates.ts'
import type { Fact } from '../model/event.ts'
import { toolCallsOf } from '../model/message.ts'
import { failed } from '../model/tool.ts'
import { toolWith } from '../model/tool-with.ts'
import { costOf, type Price, totalTokens, type Usage } from '../model/usage.ts'
import { DEFAULT_OUTPUT, dearestInput, mostInputTokens } from '../model/worst-case.ts'
import type { BudgetDecision, BudgetGuard, LlmAttempt, Spender, SpendingEnd } from '../ports/budget-guard.ts'
import type { LlmEvent } from '../ports/llm-client.ts'

/** Where the run stands, as far as tries are named by it; `last` is the newest try, and what it took once that was said. */
type Place = {
  readonly branch: string
  readonly runs: number
  readonly turn: number
  readonly attempt: number
  readonly last: { readonly name: string; readonly end: SpendingEnd } | undefined
  readonly lastTurn: number
}

const NOWHERE: Place = { branch: '', runs: 0, turn: 0, attempt: 0, last: undefined, lastTurn: 0 }

const nameOf = ({ branch, runs }: Place, turn: number, attempt: number): string => `${branch}.${runs}.${turn}.${attempt}`

const foldPlace =
  (price: Price | undefined) =>
  (place: Place, fact: Fact): Place => {
    switch (fact.type) {
      case 'session_created':
        return { ...place, branch: fact.branch }
      // A try that is under way belongs to the branch that was left.
      case 'session_forked':
        return { ...NOWHERE, branch: fact.branch }
      case 'session_rewound':
        return { ...NOWHERE, branch: fact.id }
      case 'agent_start':
        return { ...place, runs: place.runs + 1, turn: 0, attempt: 0, lastTurn: 0 }
      case 'turn_start':
        return {
          ...place,
          turn: fact.turn,
          attempt: fact.attempt,
          last: { name: nameOf(place, fact.turn, fact.attempt), end: { type: 'lost' } },
        }
      case 'turn_end': {
        const name = nameOf(place, fact.turn, fact.attempt)
        return {
          ...place,
          last: { name, end: endOf(fact.usage, fact.meta?.usageMissing === true, price) },
          lastTurn: totalTokens(fact.usage),
        }
      }
      default:
        return place
    }
  }

/** A provider that does not say what it took leaves nothing but the worst case. */
const endOf = (usage: Usage, missing: boolean, price: Price | undefined): SpendingEnd =>
  missing ? { type: 'lost' } : { type: 'settled', usage, ...(price === undefined ? {} : { usd: costOf(usage, price) }) }

/** What a provider refuses before it has said anything is not paid for. */
const REFUSALS: ReadonlySet<string> = new Set(['llm_rejected', 'llm_unauthorized', 'context_overflow'])

export type BudgetGuardOptions = {
  readonly price: Price | undefined
  /** What the journal calls the budget. Default: empty, it has no name. */
  readonly name?: string
}

/** Each run has a guard, which may be that of others too. */
export function budgetGuard(guardOf: (run: RunContext) => BudgetGuard, { price, name }: BudgetGuardOptions): Middleware {
  return defineMiddleware<Place>({
    name: 'budget-guard',
    initial: NOWHERE,
    fold: foldPlace(price),
    start: (run, place) => {
      const guard = guardOf(run)
      const teller = tellerOf(guard, run, place)
      return {
        wrapModelCall: (call, next) => new GuardedAttempt({ guard, run, place, price, teller }).through(call, next),
        async wrapToolCall(invocation, next) {
          if (invocation.settled) return next(invocation)
          if (!teller.hasTold()) await teller.tellBefore()
          const { callId, tool, accesses, signal } = invocation
          const composite = tool.effect(invocation.input) === 'composite' || accesses.some(({ kind }) => kind === 'agent')
          const call = { ...spenderOf(run, `${place().branch}/${callId}`), toolName: tool.definition.name, composite }
          const decision = await guard.checkBeforeTool(call, { signal })
          tell(run, decision)
          if (decision.type === 'deny') return resultOf(failed(decision.reason, { kind: 'permission_denied' }))
          const time = keepTime({ run, signal, decision, again: (elapsedMs) => guard.checkBeforeTool({ ...call, elapsedMs }, { signal }) })
          const work = new WorkTime(run.host.clock)
          const execute: typeof tool.execute = (input, context) => work.during(() => tool.execute(input, context))
          let waits = false
          try {
            const gates = { ...invocation.gates, budgets: [...(invocation.gates?.budgets ?? []), reservedFor(decision, name)] }
            const outcome = await next({ ...invocation, tool: toolWith(tool, execute), signal: time.signal, gates })
            waits = outcome.type === 'suspended'
            return decision.workMs === undefined || composite ? outcome : withWork(outcome, work.ms())
          } finally {
            time.stop()
            // What waits for somebody is asked for again when it goes on.
            await guard
              .recordAfterTool(call, waits ? { type: 'released' } : { type: 'settled', workMs: composite ? 0 : work.ms(), soon: true })
              .catch(() => {}) // set aside it stays, which is safe
          }
        },
        async decideNext() {
          if (!teller.hasTold()) await teller.tellBefore()
          return undefined
        },
      }
    },
  })
}

const spenderOf = ({ sessionId, runId, metadata }: RunContext, name: string): Spender => ({
  id: `${sessionId}#${name}`,
  sessionId,
  runId,
  ...(typeof metadata.parentSessionId === 'string' ? { parentSessionId: metadata.parentSessionId } : {}),
  ...(typeof metadata.agent === 'string' ? { agent: metadata.agent } : {}),
})

type Teller = { hasTold(): boolean; tellBefore(): Promise<unknown> }

/** Tells of what was done before this process took over: whoever did it may not have come to that. */
function tellerOf(guard: BudgetGuard, run: RunContext, place: () => Place): Teller {
  let told: Promise<unknown> | undefined
  let hasTold = false
  const tellAll = (): Promise<unknown> => {
    const { last, branch } = place()
    const { batch } = run.state().run ?? {}
    const ended = [...(batch?.states ?? [])].filter(([, { result }]) => result !== undefined)
    return Promise.all([
      last && guard.recordAfterLlm(spenderOf(run, last.name), last.end),
      ...ended.map(([callId]) => guard.recordAfterTool(spenderOf(run, `${branch}/${callId}`), { type: 'settled' })),
    ])
  }
  return { hasTold: () => hasTold, tellBefore: () => (told ??= tellAll().then(() => (hasTold = true))) }
}

/** What it is settled at goes with its end. */
const withWork = (outcome: ToolOutcome, workMs: number): ToolOutcome =>
  outcome.type === 'result' ? resultOf({ ...outcome.result, metadata: { ...outcome.result.metadata, workMs } }) : outcome

const reservedFor = ({ workMs }: Extract<BudgetDecision, { type: 'allow' }>, name = ''): CallReservation => ({
  ...(name === '' ? {} : { name }),
  ...(workMs === undefined ? {} : { workMs }),
})

type AttemptParts = {
  readonly guard: BudgetGuard
  readonly run: RunContext
  readonly place: () => Place
  readonly price: Price | undefined
  readonly teller: Teller
}

class GuardedAttempt {
  readonly #parts: AttemptParts

  constructor(parts: AttemptParts) {
    this.#parts = parts
  }

  async *through(call: ModelCall, next: (call: ModelCall) => ModelStream): ModelStream {
    const { guard, run, place, price, teller } = this.#parts
    if (!teller.hasTold()) await teller.tellBefore()
    const number = place().turn === call.turn ? place().attempt + 1 : 1
    const attempt = this.#attempt(call, number)
    const decision = await guard.checkBeforeLlm(attempt, { signal: call.signal })
    tell(run, decision)
    if (decision.type === 'deny') throw exhausted(decision)
    const outputTokens = Math.min(attempt.outputTokens, decision.outputTokens ?? Infinity)
    const allowed = { ...attempt, outputTokens }
    const again = (elapsedMs: number): Promise<BudgetDecision> => guard.checkBeforeLlm({ ...allowed, elapsedMs }, { signal: call.signal })
    const time = keepTime({ run, signal: call.signal, decision, again })
    const begun = run.host.clock.now()
    let end: SpendingEnd | undefined
    let heard = false
    try {
      const request = { ...call.request, maxOutputTokens: outputTokens }
      const reservation = { ...reservationOf(allowed), ...(call.reservation?.afterRefusal ? { afterRefusal: true } : {}) }
      for await (const batch of next({ ...call, request, signal: time.signal, reservation })) {
        heard = true
        end = doneIn(batch, price) ?? end
        yield batch
      }
    } catch (error) {
      const { turn, attempt: said } = place()
      if (turn !== call.turn || said !== number) end = { type: 'released' } // its start was never said
      else if (!heard && (wasRefused(error) || (isAgentError(error) && REFUSALS.has(error.code)))) end = { type: 'released' }
      throw error
    } finally {
      time.stop()
      const took: SpendingEnd = end?.type === 'settled' ? { ...end, workMs: run.host.clock.now() - begun } : (end ?? { type: 'lost' })
      await guard.recordAfterLlm(attempt, took).catch(() => {}) // set aside it stays, which is safe
    }
  }

  #attempt({ request, turn }: ModelCall, number: number): LlmAttempt {
    const { run, place, price } = this.#parts
    return {
      ...spenderOf(run, nameOf(place(), turn, number)),
      turn,
      inputTokens: mostInputTokens(request, place().lastTurn),
      outputTokens: Math.min(request.maxOutputTokens ?? Infinity, run.model.maxOutputTokens ?? DEFAULT_OUTPUT),
      ...(price === undefined ? {} : { price }),
    }
  }
}

function doneIn(batch: readonly LlmEvent[], price: Price | undefined): SpendingEnd | undefined {
  const last = batch.at(-1)
  if (last?.type !== 'done') return undefined
  const end = endOf(last.usage, last.meta?.usageMissing === true, price)
  return end.type === 'settled' && toolCallsOf(last.message).length > 0 ? { ...end, soon: true } : end
}

const reservationOf = ({ inputTokens, outputTokens, price }: LlmAttempt): NonNullable<ModelCall['reservation']> => ({
  tokens: inputTokens + outputTokens,
  ...(price === undefined ? {} : { usd: (inputTokens * dearestInput(price) + outputTokens * price.output) / 1e6 }),
})

type Denied = Extract<BudgetDecision, { type: 'deny' }>

const exhausted = ({ reason, resource, consumed, limit }: Denied): AgentError =>
  new AgentError('budget_exhausted', reason, { details: { resource, consumed, limit } })

function tell(run: RunContext, decision: BudgetDecision): void {
  if (decision.type === 'deny') {
    const { resource, consumed, limit, reason } = decision
    return run.emit({ type: 'budget_threshold_hit', resource, kind: 'hard', consumed, limit, message: reason })
  }
  for (const threshold of decision.thresholds ?? []) run.emit({ type: 'budget_threshold_hit', kind: 'soft', ...threshold })
}

type TimeParts = {
  readonly run: RunContext
  readonly signal: AbortSignal
  readonly decision: BudgetDecision
  again(elapsedMs: number): Promise<BudgetDecision>
}

/** Asks for more time when half of what was allowed is over, and stops what has none left. */
function keepTime({ run, signal, decision, again }: TimeParts): { readonly signal: AbortSignal; stop(): void } {
  if (decision.type === 'deny' || decision.workMs === undefined) return { signal, stop: () => {} }
  const { clock } = run.host
  const begun = clock.now()
  const control = childSignal(signal)
  let clear: (() => void) | undefined
  let over = false
  /** The end has no timer before the first half is over: most of what is done is done by then. */
  const arm = (allowedMs: number): void => {
    const left = (): number => Math.max(0, allowedMs - (clock.now() - begun))
    clear = clock.timer(left() / 2, () => {
      clear = clock.timer(left(), () => control.abort(outOfTime(clock, begun)))
      void ask()
    })
  }
  const ask = async (): Promise<void> => {
    const more = await again(clock.now() - begun).catch(() => undefined) // without an answer its time runs out
    if (over || more?.type !== 'allow' || more.workMs === undefined) return
    tell(run, more)
    clear?.()
    arm(more.workMs)
  }
  arm(decision.workMs)
  return {
    signal: control.signal,
    stop() {
      over = true
      clear?.()
      control.release()
    },
  }
}

const outOfTime = (clock: Clock, begun: number): AgentError =>
  new AgentError('budget_exhausted', `The budget has no more time for work: this call was stopped after ${clock.now() - begun} ms`)
