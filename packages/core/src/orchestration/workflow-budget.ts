/** Tokens for a whole workflow: each step gets a grant that counts as spent until it says what it used. */
import type { Envelope } from '../model/event.ts'
import { totalTokens, type Usage } from '../model/usage.ts'

export type BudgetSnapshot = { readonly consumedTokens: number; readonly limitTokens?: number }

export interface WorkflowBudgetOptions {
  /** Tokens in and out, cached ones included. Default: no limit, and they are only counted. */
  readonly tokens?: number
  /** A budget that this one is a part of: what is used here is used there too. */
  readonly inner?: WorkflowBudget
}

/** What one attempt may use up. */
export interface StepGrant {
  /** Undefined where there is no limit. */
  readonly tokens: number | undefined
  /** The attempt is asked (again): its events come from its start. */
  restart(): void
  /** Counts what is used while it is used. */
  observe(envelope: Envelope): void
  /** It has ended: `usage` is what it says, undefined when it could not say. */
  settle(usage: Usage | undefined): void
}

type Meter = { granted: number; used: number }

/**
 * Consumed tokens never pass the limit, as far as executors hold steps to their grants and providers report true counts.
 * One budget may serve several workflows.
 */
export class WorkflowBudget {
  readonly #limit: number | undefined
  readonly #inner: WorkflowBudget | undefined
  readonly #settled = new Map<string, number>()
  readonly #open = new Set<Meter>()
  readonly #waiting = new Set<() => void>()
  #refused = false

  constructor({ tokens, inner }: WorkflowBudgetOptions = {}) {
    this.#limit = tokens
    this.#inner = inner
  }

  get consumedTokens(): number {
    let sum = 0
    for (const tokens of this.#settled.values()) sum += tokens
    for (const { used } of this.#open) sum += used
    return sum
  }

  snapshot(): BudgetSnapshot {
    return { consumedTokens: this.consumedTokens, ...(this.#limit === undefined ? {} : { limitTokens: this.#limit }) }
  }

  /** Whether the limit was reached, here or in the budget around it, or a step could not be given what it needed. */
  isExhausted(): boolean {
    return this.#refused || (this.#limit !== undefined && this.consumedTokens >= this.#limit) || this.#inner?.isExhausted() === true
  }

  /** What a root had used when its log was read: replaces what was counted for it here. */
  restore(rootId: string, usage: Usage): void {
    this.#settled.set(rootId, totalTokens(usage))
    this.#inner?.restore(rootId, usage)
  }

  /**
   * What an attempt gets: what it asks for, else its share among `sharers` that may begin now; waits while others hold all that
   * is left. Undefined when nothing is left.
   */
  async grant({ rootId, wanted, sharers, signal }: GrantRequest): Promise<StepGrant | undefined> {
    for (;;) {
      signal.throwIfAborted()
      const free = this.#free()
      if (free > 0) return this.#hand(rootId, Math.min(free, wanted ?? (free === Infinity ? free : Math.ceil(free / sharers))))
      if (!this.#someHold()) {
        this.#refused = true
        return undefined
      }
      await this.#released(signal)
    }
  }

  #hand(rootId: string, granted: number): StepGrant {
    const meters = this.#chain().map((budget) => budget.#meter(rootId, granted))
    let lost = 0
    return {
      tokens: granted === Infinity ? undefined : granted,
      restart() {
        lost = 0
        for (const meter of meters) meter.used = 0
      },
      observe({ event }) {
        // An attempt whose end nobody saw counts as its worst case.
        const used = event.type === 'turn_end' ? totalTokens(event.usage) : event.type === 'turn_start' ? lost : undefined
        if (used === undefined) return
        lost = event.type === 'turn_start' ? (event.reservation?.tokens ?? 0) : 0
        for (const meter of meters) meter.used += used
      },
      settle(usage) {
        for (const meter of meters) meter.settle(usage === undefined ? meter.used + lost : Math.max(meter.used, totalTokens(usage)))
      },
    }
  }

  #meter(rootId: string, granted: number): Meter & { settle(used: number): void } {
    const meter = { granted, used: 0, settle: (used: number): void => this.#settle(rootId, meter, used) }
    this.#open.add(meter)
    return meter
  }

  #settle(rootId: string, meter: Meter, used: number): void {
    if (!this.#open.delete(meter)) return
    this.#settled.set(rootId, (this.#settled.get(rootId) ?? 0) + used)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** A step failed for want of tokens: is there more than it had? If not, the budget is used up for all purposes. */
  starved(granted: number | undefined): void {
    if (granted !== undefined && this.#free() <= granted) this.#refused = true
  }

  #free(): number {
    const inner = this.#inner === undefined ? Infinity : this.#inner.#free()
    if (this.#limit === undefined) return inner
    let left = this.#limit - this.consumedTokens
    for (const { granted, used } of this.#open) left -= Math.max(0, granted - used)
    return Math.min(inner, left)
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

export type GrantRequest = {
  readonly rootId: string
  readonly wanted: number | undefined
  readonly sharers: number
  readonly signal: AbortSignal
}
