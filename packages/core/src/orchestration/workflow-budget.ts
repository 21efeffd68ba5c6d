/** What a whole workflow may use up: each step gets a grant that counts as spent until it says what it used. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { unknownName } from '../model/nearest.ts'
import { addSpending, type BudgetLimits, NO_SPENDING, type Resource, RESOURCES, type Spending } from '../model/spending.ts'
import type { StepBudget } from '../model/step.ts'
import { finite, least, minus, most, shareOf, UNLIMITED } from './amounts.ts'
import type { Ledger, Warn } from './ledger.ts'
import { type StepGrant, stepGrant } from './step-grant.ts'
import { StepMeter } from './step-meter.ts'
import type { StepEntry } from './workflow-state.ts'

export type BudgetSnapshot = {
  readonly consumedTokens: number
  readonly limitTokens?: number
  /** US dollars: told where they are limited, as all that follows. */
  readonly consumedUsd?: number
  readonly limitUsd?: number
  readonly consumedTurns?: number
  readonly limitTurns?: number
  readonly consumedToolCalls?: number
  readonly limitToolCalls?: number
  readonly consumedWorkMs?: number
  readonly limitWorkMs?: number
}

export interface WorkflowBudgetOptions {
  /** Tokens in and out, cached ones included. Default: no limit, and they are only counted. */
  readonly tokens?: number
  /** US dollars. A step that does not say what it cost counts as all that it was granted. Default: no limit. */
  readonly usd?: number
  /** Turns of the agents that do the steps; those of their sub-agents are their own. Default: no limit. */
  readonly turns?: number
  /** Tool calls that were begun, those of sub-agents included. Default: no limit. */
  readonly toolCalls?: number
  /** Milliseconds inside model calls and tool calls of the steps, each counted by itself; a task is a tool call. Default: no limit. */
  readonly workMs?: number
  /** A budget that this one is a part of: what is used here is used there too. */
  readonly inner?: WorkflowBudget
  /**
   * A ledger to stand on: what a step is granted is set aside there too, until its end is reported; so a workflow that is resumed, and
   * several processes with one root, never overspend it. What the agents of the steps spend from the same ledger counts once.
   */
  readonly ledger?: Ledger
}

function checkLimits(limits: BudgetLimits): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (!RESOURCES.some((known) => known === name)) throw unknownName('limit', name, RESOURCES)
    if (limit !== undefined && !(typeof limit === 'number' && limit >= 0))
      throw new AgentError('invalid_argument', `The limit '${name}' of a workflow's budget is ${String(limit)}: give an amount, or none`)
  }
}

/** `isAsked`: held here while the ledger is asked, where nothing is held yet. */
type Meter = { granted: Spending; isAsked: boolean; readonly meter: StepMeter; settle(used: Spending): void }

/**
 * What is consumed never passes the limits, as far as executors hold steps to their grants and providers report true counts.
 * One budget may serve several workflows.
 */
export class WorkflowBudget {
  readonly #limit: Spending
  readonly #inner: WorkflowBudget | undefined
  readonly #ledger: Ledger | undefined
  readonly #settled = new Map<string, Spending>()
  readonly #open = new Set<Meter>()
  readonly #waiting = new Set<() => void>()
  #refused = false

  /** Throws `invalid_argument` for a limit that is no amount. */
  constructor({ inner, ledger, ...limits }: WorkflowBudgetOptions = {}) {
    checkLimits(limits)
    this.#limit = { ...UNLIMITED, ...limits }
    this.#inner = inner
    this.#ledger = ledger
  }

  get consumedTokens(): number {
    return this.#consumed().tokens
  }

  snapshot(): BudgetSnapshot {
    const consumed = this.#consumed()
    const told = RESOURCES.filter((resource) => this.#limit[resource] < Infinity).flatMap((resource) => {
      const name = `${resource[0]?.toUpperCase()}${resource.slice(1)}`
      return [
        [`consumed${name}`, consumed[resource]],
        [`limit${name}`, this.#limit[resource]],
      ] as const
    })
    return { consumedTokens: consumed.tokens, ...Object.fromEntries(told) }
  }

  /** Whether a limit was reached, here or in the budget around it, or a step could not be given what it needed. */
  isExhausted(): boolean {
    return this.#refused || lacking(minus(this.#limit, this.#consumed())) !== undefined || this.#inner?.isExhausted() === true
  }

  /** What a root had used when its log was read: replaces what was counted for it here. */
  restore(rootId: string, used: Partial<Spending>): void {
    this.#settled.set(rootId, addSpending(NO_SPENDING, used))
    this.#inner?.restore(rootId, used)
  }

  /** Settles what a process that died had granted to attempts whose end it had stored. */
  async settleEnded(rootId: string, steps: ReadonlyMap<string, StepEntry>): Promise<void> {
    const { reservations } = (await this.#ledger?.snapshot()) ?? { reservations: [] }
    for (const { id, kind, spender } of reservations) {
      if (kind !== 'grant' || spender !== rootId) continue
      const { key, attempt } = attemptIn(id, rootId)
      const entry = steps.get(key)
      // What was begun after it has a grant of its own: nobody knows what it used.
      if (entry !== undefined && entry.attempt > attempt) await this.#ledger?.lose(id)
      else if (entry?.attempt === attempt && entry.used !== undefined) await this.#ledger?.settle(id, entry.used)
    }
  }

  /**
   * What an attempt gets: what it asks for, else its share among `sharers` that may begin now; waits while others hold all that
   * is left. Undefined when nothing is left.
   */
  async grant(request: GrantRequest): Promise<StepGrant | undefined> {
    const { wanted, sharers, signal } = request
    for (;;) {
      signal.throwIfAborted()
      const free = this.#free()
      const isFull = lacking(free) !== undefined
      if (!isFull) {
        const amount = least(free, { ...shareOf(free, sharers), ...wanted })
        // Held here while the ledger is asked, so that nobody else is given it.
        const handed = this.#hand(request, amount)
        const allowed = await this.#askLedger(request, amount).catch((error: unknown) => {
          handed.withdraw()
          throw error
        })
        if (allowed !== undefined) return handed.narrowed(allowed)
        handed.withdraw()
      }
      // What the ledger has refused comes back from those only to whom it gave something.
      if (!this.#someHold(({ isAsked }) => isFull || !isAsked)) {
        this.#refused = true
        return undefined
      }
      await this.#released(signal)
    }
  }

  async #askLedger({ id, rootId, wanted, sharers, signal, covers, warn }: GrantRequest, amount: Spending): Promise<Spending | undefined> {
    if (this.#ledger === undefined) return amount
    const given = await this.#ledger.grant(
      { id, spender: rootId, wanted: { ...finite(amount), ...wanted }, sharers, ...(covers === undefined ? {} : { covers }) },
      { signal, ...(warn === undefined ? {} : { warn }) },
    )
    return given && least(amount, { ...UNLIMITED, ...given })
  }

  #hand({ rootId, id, now = systemHost().clock.now, warn }: GrantRequest, granted: Spending): Handed {
    const meter = new StepMeter(now)
    const meters = this.#chain().map((budget) => budget.#meter(rootId, { granted, isAsked: true, meter }))
    const settled = (used: Spending): void => meters.forEach((each) => each.settle(used))
    return {
      withdraw: () => settled(NO_SPENDING),
      narrowed: (allowed) => {
        for (const each of meters) {
          each.granted = least(each.granted, allowed)
          each.isAsked = false
        }
        return stepGrant(allowed, { id, meter, ledger: this.#ledger, warn, settled })
      },
    }
  }

  #meter(rootId: string, parts: Omit<Meter, 'settle'>): Meter {
    const open: Meter = { ...parts, settle: (used) => this.#settle(rootId, open, used) }
    this.#open.add(open)
    return open
  }

  #settle(rootId: string, meter: Meter, used: Spending): void {
    if (!this.#open.delete(meter)) return
    this.#settled.set(rootId, addSpending(this.#settled.get(rootId) ?? NO_SPENDING, used))
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** A step failed for want of what it may use: is there more than it had? If not, the budget is used up for all purposes. */
  starved(had: StepBudget): void {
    const free = this.#free()
    if (Object.entries(had).some(([name, amount]) => amount < Infinity && free[name as Resource] <= amount)) this.#refused = true
  }

  #consumed(): Spending {
    let sum = NO_SPENDING
    for (const amount of this.#settled.values()) sum = addSpending(sum, amount)
    for (const { meter } of this.#open) sum = addSpending(sum, meter.used({ pending: false }))
    return sum
  }

  #free(): Spending {
    let left = minus(this.#limit, this.#consumed())
    for (const { granted, meter } of this.#open) {
      const held = most(NO_SPENDING, minus(granted, meter.used({ pending: false })))
      // What is granted without a limit is not held.
      left = minus(left, addSpending(NO_SPENDING, finite(held)))
    }
    return this.#inner === undefined ? left : least(left, this.#inner.#free())
  }

  #chain(): readonly WorkflowBudget[] {
    return this.#inner === undefined ? [this] : [this, ...this.#inner.#chain()]
  }

  #someHold(counts: (meter: Meter) => boolean): boolean {
    return this.#chain().some((budget) => [...budget.#open].some(counts))
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

type Handed = { withdraw(): void; narrowed(allowed: Spending): StepGrant }

/** A resource of which nothing is left. */
const lacking = (left: Spending): Resource | undefined => RESOURCES.find((resource) => !(left[resource] > 0))

/** Names an attempt at a step of a root in a ledger. */
export const attemptId = (rootId: string, key: string, attempt: number): string => `${rootId}/${key}#${attempt}`

const attemptIn = (id: string, rootId: string): { readonly key: string; readonly attempt: number } => {
  const at = id.lastIndexOf('#')
  return { key: id.slice(rootId.length + 1, at), attempt: Number(id.slice(at + 1)) }
}

export type GrantRequest = {
  readonly rootId: string
  /** Names the attempt: the same when a process that comes later goes on with it. */
  readonly id: string
  readonly wanted: BudgetLimits | undefined
  readonly sharers: number
  readonly signal: AbortSignal
  /** The session that does it. */
  readonly covers?: string
  /** Is told of each threshold of the ledger that was passed, once. */
  readonly warn?: Warn
  /** The clock of whoever hears its events, in milliseconds. */
  readonly now?: () => number
}
