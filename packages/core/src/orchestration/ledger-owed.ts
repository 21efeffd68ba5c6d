/** Settlements that the store has not taken yet: none is forgotten, and each counts once. */
import type { Spending } from '../model/spending.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { LedgerDraft, LedgerLog } from './ledger-log.ts'
import { excessOf } from './ledger-state.ts'

export type Settlement = {
  readonly id: string
  readonly how: 'reported' | 'lost' | 'released'
  amount(reserved: Spending): Spending
  /** Whoever is to be told of thresholds, and how they are found once it counts. */
  readonly warn?: (threshold: BudgetThreshold) => void
  passed?(draft: LedgerDraft): readonly BudgetThreshold[]
}

export type OwedOptions = {
  readonly holder: string
  readonly log: LedgerLog
  /** There may be more room now. */
  paid(): void
}

export class Owed {
  readonly #options: OwedOptions
  readonly #all = new Map<string, Settlement>()
  readonly #passed = new Map<string, readonly BudgetThreshold[]>()

  constructor(options: OwedOptions) {
    this.#options = options
  }

  /** The first one for an id counts. */
  add(settlement: Settlement): void {
    if (!this.#all.has(settlement.id)) this.#all.set(settlement.id, settlement)
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Decides when all that is owed was paid, and stores both at once. What the store does not take stays owed. */
  async pay<T>(decide: (draft: LedgerDraft) => T): Promise<T> {
    const due = [...this.#all.values()]
    const { log, paid } = this.#options
    const made = await log.transact((draft) => {
      this.#addTo(draft)
      return decide(draft)
    })
    for (const { id, warn } of due) {
      const passed = this.#passed.get(id) ?? []
      this.#passed.delete(id)
      this.#all.delete(id)
      for (const threshold of passed) warn?.(threshold)
    }
    if (due.length > 0) paid()
    return made
  }

  #addTo(draft: LedgerDraft): void {
    const { state, add } = draft
    for (const { id, how, amount, passed } of this.#all.values()) {
      const reservation = state.reservations.get(id)
      if (reservation === undefined) addLate({ id, how, amount }, draft)
      // Whoever took over may have begun the same try: only its own holder knows that it took nothing.
      else if (how !== 'released' || reservation.holder === this.#options.holder) {
        const taken = amount(reservation.amount)
        // What is lost is all that is set aside now, whatever was paid before.
        add({ type: 'settled', id, how, amount: how === 'reported' || reservation.selfPaid ? state.chargeOf(reservation, taken) : taken })
        if (passed !== undefined) this.#passed.set(id, passed(draft))
      }
    }
  }
}

/** It was counted as lost: what it took beyond that is known only now. */
function addLate({ id, how, amount }: Settlement, { state, add }: LedgerDraft): void {
  const lost = how === 'reported' ? state.lost(id) : undefined
  const excess = lost && excessOf(amount(lost.amount), lost.amount)
  if (lost && excess) add({ type: 'overrun', id, spender: lost.spender, amount: excess })
}
