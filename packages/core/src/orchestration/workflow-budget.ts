/** Tokens and dollars for a whole workflow: each step gets a grant that counts as spent until it says what it used. */
import { AgentError } from '../base/errors.ts'
import type { Envelope } from '../model/event.ts'
import type { StepBudget, StepOutcome } from '../model/step.ts'
import { totalTokens, type Usage } from '../model/usage.ts'
import type { Ledger } from './ledger.ts'

export type BudgetSnapshot = {
  readonly consumedTokens: number
  readonly limitTokens?: number
  /** US dollars: told where they are limited. */
  readonly consumedUsd?: number
  readonly limitUsd?: number
}

export interface WorkflowBudgetOptions {
  /** Tokens in and out, cached ones included. Default: no limit, and they are only counted. */
  readonly tokens?: number
  /** US dollars. A step that does not say what it cost counts as all that it was granted. Default: no limit. */
  readonly usd?: number
  /** A budget that this one is a part of: what is used here is used there too. */
  readonly inner?: WorkflowBudget
  /**
   * A ledger to stand on: what a step is granted is set aside there too, until its end is reported; so a workflow that is resumed, and
   * several processes with one root, never overspend it. Not for agents that spend from the same ledger themselves: all would count twice.
   */
  readonly ledger?: Ledger
}

/** What one attempt may use up. */
export interface StepGrant {
  /** What is not limited is left out. */
  readonly budget: StepBudget
  /** The attempt is asked (again): its events come from its start. */
  restart(): void
  /** Counts what is used while it is used. */
  observe(envelope: Envelope): void
  /** It has ended, or waits: `outcome` is undefined when nobody knows how. */
  settle(outcome: StepOutcome | undefined): Promise<void>
}

type Amount = { readonly tokens: number; readonly usd: number }

const NOTHING: Amount = { tokens: 0, usd: 0 }

const plus = (a: Amount, b: Amount): Amount => ({ tokens: a.tokens + b.tokens, usd: a.usd + b.usd })
const least = (a: Amount, b: Amount): Amount => ({ tokens: Math.min(a.tokens, b.tokens), usd: Math.min(a.usd, b.usd) })
const most = (a: Amount, b: Amount): Amount => ({ tokens: Math.max(a.tokens, b.tokens), usd: Math.max(a.usd, b.usd) })
const minus = (a: Amount, b: Amount): Amount => ({ tokens: a.tokens - b.tokens, usd: a.usd - b.usd })

type Meter = { granted: Amount; used: Amount }

/**
 * What is consumed never passes the limits, as far as executors hold steps to their grants and providers report true counts.
 * One budget may serve several workflows.
 */
export class WorkflowBudget {
  readonly #limit: Amount
  readonly #inner: WorkflowBudget | undefined
  readonly #ledger: Ledger | undefined
  readonly #settled = new Map<string, Amount>()
  readonly #open = new Set<Meter>()
  readonly #waiting = new Set<() => void>()
  #refused = false

  /** Throws `invalid_argument` for a limit that is no amount. */
  constructor({ tokens = Infinity, usd = Infinity, inner, ledger }: WorkflowBudgetOptions = {}) {
    for (const [name, limit] of Object.entries({ tokens, usd }))
      if (!(limit >= 0))
        throw new AgentError('invalid_argument', `The limit '${name}' of a workflow's budget is ${limit}: give an amount, or none`)
    this.#limit = { tokens, usd }
    this.#inner = inner
    this.#ledger = ledger
  }

  get consumedTokens(): number {
    return this.#consumed().tokens
  }

  snapshot(): BudgetSnapshot {
    const { tokens, usd } = this.#limit
    const consumed = this.#consumed()
    return {
      consumedTokens: consumed.tokens,
      ...(tokens === Infinity ? {} : { limitTokens: tokens }),
      ...(usd === Infinity ? {} : { consumedUsd: consumed.usd, limitUsd: usd }),
    }
  }

  /** Whether a limit was reached, here or in the budget around it, or a step could not be given what it needed. */
  isExhausted(): boolean {
    const { tokens, usd } = minus(this.#limit, this.#consumed())
    return this.#refused || tokens <= 0 || usd <= 0 || this.#inner?.isExhausted() === true
  }

  /** What a root had used when its log was read: replaces what was counted for it here. */
  restore(rootId: string, usage: Usage, usd: number = 0): void {
    this.#settled.set(rootId, { tokens: totalTokens(usage), usd })
    this.#inner?.restore(rootId, usage, usd)
  }

  /**
   * What an attempt gets: what it asks for, else its share among `sharers` that may begin now; waits while others hold all that
   * is left. Undefined when nothing is left.
   */
  async grant(request: GrantRequest): Promise<StepGrant | undefined> {
    const { rootId, id, wanted, sharers, signal } = request
    for (;;) {
      signal.throwIfAborted()
      const free = this.#free()
      if (free.tokens > 0 && free.usd > 0) {
        const share = { tokens: Math.ceil(free.tokens / sharers), usd: free.usd / sharers }
        const amount = least(free, { tokens: wanted?.tokens ?? share.tokens, usd: wanted?.usd ?? share.usd })
        // Held here while the ledger is asked, so that nobody else is given it.
        const grant = this.#hand(rootId, id, amount)
        const allowed = await this.#askLedger(request, amount).catch((error: unknown) => {
          grant.withdraw()
          throw error
        })
        if (allowed !== undefined) return grant.narrowed(allowed)
        grant.withdraw()
      }
      if (!this.#someHold()) {
        this.#refused = true
        return undefined
      }
      await this.#released(signal)
    }
  }

  async #askLedger({ id, rootId, wanted, sharers, signal }: GrantRequest, amount: Amount): Promise<Amount | undefined> {
    if (this.#ledger === undefined) return amount
    const given = await this.#ledger.grant({ id, spender: rootId, wanted: { ...finite(amount), ...wanted }, sharers }, { signal })
    return given && least(amount, { tokens: given.tokens ?? Infinity, usd: given.usd ?? Infinity })
  }

  #hand(rootId: string, id: string, granted: Amount): Handed {
    const meters = this.#chain().map((budget) => budget.#meter(rootId, granted))
    const add = (used: Amount): void => meters.forEach((meter) => (meter.used = plus(meter.used, used)))
    const ledger = this.#ledger
    let lost = NOTHING
    const grant = (allowed: Amount): StepGrant => ({
      budget: finite(allowed),
      restart() {
        lost = NOTHING
        for (const meter of meters) meter.used = NOTHING
      },
      observe({ event }) {
        // An attempt whose end nobody saw counts as its worst case.
        if (event.type === 'turn_end') add({ tokens: totalTokens(event.usage), usd: event.cost ?? 0 })
        else if (event.type === 'turn_start') add(lost)
        else return
        lost = event.type === 'turn_start' ? { ...NOTHING, ...event.reservation } : NOTHING
      },
      async settle(outcome) {
        const late = outcome === undefined || outcome.code === 'timeout'
        const said = late ? undefined : saidIn(outcome, allowed)
        const seen = meters[0]?.used ?? NOTHING
        for (const meter of meters) meter.settle(said === undefined ? plus(meter.used, lost) : most(meter.used, said))
        // What waits or was cut off is not over: its grant stays out until its end, here or in another process.
        if (ledger === undefined || outcome === undefined || outcome.status === 'suspended') return
        const told = said === undefined ? ledger.lose(id) : ledger.settle(id, most(seen, said))
        await told.catch(() => {}) // it stays out, which is safe, and is told again with what comes next
      },
    })
    return {
      withdraw: () => meters.forEach((meter) => meter.settle(NOTHING)),
      narrowed(allowed) {
        for (const meter of meters) meter.granted = least(meter.granted, allowed)
        return grant(allowed)
      },
    }
  }

  #meter(rootId: string, granted: Amount): Meter & { settle(used: Amount): void } {
    const meter = { granted, used: NOTHING, settle: (used: Amount): void => this.#settle(rootId, meter, used) }
    this.#open.add(meter)
    return meter
  }

  #settle(rootId: string, meter: Meter, used: Amount): void {
    if (!this.#open.delete(meter)) return
    this.#settled.set(rootId, plus(this.#settled.get(rootId) ?? NOTHING, used))
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** A step failed for want of what it may use: is there more than it had? If not, the budget is used up for all purposes. */
  starved({ tokens = Infinity, usd = Infinity }: StepBudget): void {
    const free = this.#free()
    if ((tokens < Infinity && free.tokens <= tokens) || (usd < Infinity && free.usd <= usd)) this.#refused = true
  }

  #consumed(): Amount {
    let sum = NOTHING
    for (const amount of this.#settled.values()) sum = plus(sum, amount)
    for (const { used } of this.#open) sum = plus(sum, used)
    return sum
  }

  #free(): Amount {
    let left = minus(this.#limit, this.#consumed())
    for (const { granted, used } of this.#open) {
      const held = most(NOTHING, minus(granted, used))
      // What is granted without a limit is not held.
      left = minus(left, { tokens: held.tokens === Infinity ? 0 : held.tokens, usd: held.usd === Infinity ? 0 : held.usd })
    }
    return this.#inner === undefined ? left : least(left, this.#inner.#free())
  }

  #chain(): readonly WorkflowBudget[] {
    return this.#inner === undefined ? [this] : [this, ...this.#inner.#chain()]
  }

  #someHold(): boolean {
    return this.#chain().some((budget) => budget.#open.size > 0)
  }

  #released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        for (const budget of this.#chain()) budget.#waiting.delete(wake)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', stop, { once: true })
      for (const budget of this.#chain()) budget.#waiting.add(wake)
    })
  }
}

type Handed = { withdraw(): void; narrowed(allowed: Amount): StepGrant }

const finite = ({ tokens, usd }: Amount): StepBudget => ({
  ...(tokens === Infinity ? {} : { tokens }),
  ...(usd === Infinity ? {} : { usd }),
})

/** Dollars that nobody told of are all that were granted, where they are limited. */
const saidIn = ({ usage, cost }: StepOutcome, { usd }: Amount): Amount => ({
  tokens: totalTokens(usage),
  usd: cost ?? (usd === Infinity || totalTokens(usage) === 0 ? 0 : usd),
})

export type GrantRequest = {
  readonly rootId: string
  /** Names the attempt: the same when a process that comes later goes on with it. */
  readonly id: string
  readonly wanted: StepBudget | undefined
  readonly sharers: number
  readonly signal: AbortSignal
}
