/** What a ledger's records come to: what is used, what is held, what was lost, and by whom. */
import type { JsonObject } from '../model/json.ts'
import { addSpending, type BudgetLimits, NO_SPENDING, type Resource, RESOURCES, type Spending } from '../model/spending.ts'
import type { LedgerEntry, Reservation } from './ledger-record.ts'

/** One thing that went wrong: an attempt whose end nobody saw, or one that took more than was set aside. */
export type LedgerIncident = { readonly id: string; readonly spender: string; readonly amount: Spending; readonly at: number }

/** A ledger as it stands: plain data. */
export type LedgerSnapshot = {
  /** As set last, by whoever opened the ledger with them. */
  readonly limits: BudgetLimits
  /** Settled, lost attempts included. */
  readonly used: Spending
  /** Set aside, the worst case of what is under way. */
  readonly held: Spending
  readonly reservations: readonly Reservation[]
  /** `amount` is what all lost attempts counted; the newest are listed. */
  readonly lost: { readonly count: number; readonly amount: Spending; readonly newest: readonly LedgerIncident[] }
  /** What providers reported beyond what was set aside; the newest are listed, each with its excess. */
  readonly overruns: { readonly count: number; readonly amount: Spending; readonly newest: readonly LedgerIncident[] }
  /** By session, workflow or whatever else spent; those that came late are `others` where there are many. */
  readonly spenders: Readonly<Record<string, Spending>>
  /** Thresholds that were passed and told. */
  readonly thresholds: readonly { readonly resource: Resource; readonly share: number }[]
}

/** Incidents that are listed, and spenders that are told apart. */
const NEWEST = 20
const MOST_SPENDERS = 200

/** Dollars are sums of fractions: less than this is no excess. */
const GRAIN: Spending = { ...NO_SPENDING, usd: 1e-9 }

type Tally = LedgerSnapshot['lost']

const NO_TALLY: Tally = { count: 0, amount: NO_SPENDING, newest: [] }

const counted = ({ count, amount, newest }: Tally, incident: LedgerIncident): Tally => ({
  count: count + 1,
  amount: addSpending(amount, incident.amount),
  newest: [...newest, incident].slice(-NEWEST),
})

export class LedgerState {
  limits: BudgetLimits = {}
  used: Spending = NO_SPENDING
  readonly reservations: Map<string, Reservation>
  readonly spenders: Map<string, Spending>
  /** Replaced when there is one more, which is rare: copies share it. */
  thresholds: ReadonlySet<string>
  #lost: Tally = NO_TALLY
  #overruns: Tally = NO_TALLY

  constructor(reservations?: Map<string, Reservation>, spenders?: Map<string, Spending>, thresholds: ReadonlySet<string> = new Set()) {
    this.reservations = new Map(reservations)
    this.spenders = new Map(spenders)
    this.thresholds = thresholds
  }

  clone(): LedgerState {
    const copy = new LedgerState(this.reservations, this.spenders, this.thresholds)
    copy.limits = this.limits
    copy.used = this.used
    copy.#lost = this.#lost
    copy.#overruns = this.#overruns
    return copy
  }

  apply(entry: LedgerEntry, at: number): void {
    switch (entry.type) {
      case 'limits_set':
        this.limits = entry.limits
        return
      case 'reserved': {
        const { type: _, ...reservation } = entry
        this.reservations.set(entry.id, reservation)
        return
      }
      case 'settled':
        return this.#settle(entry, at)
      case 'overrun':
        return this.#exceed(entry, at)
      case 'threshold_hit':
        this.thresholds = new Set(this.thresholds).add(thresholdName(entry.resource, entry.share))
        return
      case 'carried':
        return this.#restore(entry.state as unknown as LedgerSnapshot)
      case 'closed':
    }
  }

  #settle({ id, how, amount }: Extract<LedgerEntry, { type: 'settled' }>, at: number): void {
    const reservation = this.reservations.get(id)
    if (reservation === undefined) return // settled before: it counts once
    this.reservations.delete(id)
    const { spender } = reservation
    this.#count(spender, amount)
    if (how === 'lost') this.#lost = counted(this.#lost, { id, spender, amount, at })
    // A grant is a bound where there is a limit.
    const excess = excessOf(amount, reservation.amount, reservation.kind === 'grant' ? this.limits : undefined)
    if (excess !== undefined) this.#overruns = counted(this.#overruns, { id, spender, amount: excess, at })
  }

  #exceed({ id, spender, amount }: Extract<LedgerEntry, { type: 'overrun' }>, at: number): void {
    this.#count(spender, amount)
    this.#overruns = counted(this.#overruns, { id, spender, amount, at })
    const newest = this.#lost.newest.map((each) => (each.id === id ? { ...each, amount: addSpending(each.amount, amount) } : each))
    this.#lost = { ...this.#lost, newest }
  }

  #count(spender: string, amount: Spending): void {
    this.used = addSpending(this.used, amount)
    const known = this.spenders.has(spender) || this.spenders.size < MOST_SPENDERS ? spender : 'others'
    this.spenders.set(known, addSpending(this.spenders.get(known) ?? NO_SPENDING, amount))
  }

  /** One of the newest tries whose end nobody saw, with what it counts. */
  lost(id: string): LedgerIncident | undefined {
    return this.#lost.newest.findLast((each) => each.id === id)
  }

  /** What counts of what was used of a grant: not what its session has paid itself, and then no more than is set aside. */
  chargeOf({ amount: aside, covers = '', selfPaid, paidBefore }: Reservation, taken: Spending): Spending {
    if (selfPaid) return NO_SPENDING
    if (!paidBefore) return taken
    const paid = this.spenders.get(covers) ?? NO_SPENDING
    const charge = { ...taken }
    for (const resource of RESOURCES) {
      const most = this.limits[resource] === undefined ? Infinity : aside[resource]
      charge[resource] = Math.min(most, Math.max(0, taken[resource] - paid[resource]))
    }
    return charge
  }

  /** The grant that is for a session. */
  grantOf(sessionId: string): Reservation | undefined {
    for (const each of this.reservations.values()) if (each.covers === sessionId) return each
    return undefined
  }

  #restore({ limits, used, reservations, lost, overruns, spenders, thresholds }: LedgerSnapshot): void {
    this.limits = limits
    this.used = used
    this.#lost = lost
    this.#overruns = overruns
    this.reservations.clear()
    for (const each of reservations) this.reservations.set(each.id, each)
    this.spenders.clear()
    for (const [name, amount] of Object.entries(spenders)) this.spenders.set(name, amount)
    this.thresholds = new Set(thresholds.map(({ resource, share }) => thresholdName(resource, share)))
  }

  snapshot(): LedgerSnapshot {
    const reservations = [...this.reservations.values()]
    return {
      limits: this.limits,
      used: this.used,
      held: reservations.reduce((sum, { amount }) => addSpending(sum, amount), NO_SPENDING),
      reservations,
      lost: this.#lost,
      overruns: this.#overruns,
      spenders: Object.fromEntries(this.spenders),
      thresholds: [...this.thresholds].map(toThreshold),
    }
  }

  toJson(): JsonObject {
    return this.snapshot()
  }
}

export const thresholdName = (resource: Resource, share: number): string => `${resource}@${share}`

const toThreshold = (name: string): { readonly resource: Resource; readonly share: number } => {
  const [resource, share] = name.split('@')
  return { resource: resource as Resource, share: Number(share) }
}

/** What was taken beyond what was set aside. Time is no matter of a provider's count. */
export function excessOf(amount: Spending, reserved: Spending, bounds: BudgetLimits = reserved): Spending | undefined {
  const excess = { ...NO_SPENDING }
  let any = false
  for (const resource of RESOURCES) {
    if (resource === 'workMs' || bounds[resource] === undefined || amount[resource] - reserved[resource] <= GRAIN[resource]) continue
    excess[resource] = amount[resource] - reserved[resource]
    any = true
  }
  return any ? excess : undefined
}
