/** `budgetLedger`: one budget for any number of runs, sessions and processes. */
import { budgetGuard } from '../middleware/budget-guard.ts'
import type { BudgetGuard } from '../ports/budget-guard.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assertPriced, ledgerGuard } from '../orchestration/ledger-guard.ts'
import type { LedgerOptions } from '../orchestration/ledger-options.ts'
import { Ledger } from '../orchestration/ledger.ts'
import type { SharedBudget } from './shared-budget.ts'

export interface BudgetLedger extends Ledger, BudgetGuard, SharedBudget {
  readonly contract: 1
}

/**
 * A budget of its own, kept in a store under the name of its root: whoever opens the same root spends from it, in this process or
 * another. Give it to `createAgent({ budget: { ledger } })`, to a `WorkflowBudget`, or to both of them for different roots.
 * Throws `invalid_argument` for limits and thresholds that cannot be held.
 */
export function budgetLedger(store: SessionStore, options: LedgerOptions): BudgetLedger {
  const ledger = new Ledger(store, options)
  const guard = ledgerGuard(ledger)
  return Object.assign(
    ledger,
    guard,
    guardedBudget(guard, {
      order: options.root,
      check: (price: unknown) => assertPriced(options.limits, price, options.root),
      grants: () => ledger,
    }),
  )
}

export interface GuardedBudgetOptions {
  /** Where it stands among other budgets: they are asked in the order of these texts, everywhere the same. Default: empty, first. */
  readonly order?: string
  /** Throws when it cannot work with a model of this price. */
  check?(price: unknown): void
  /** Where steps that are done elsewhere get their shares. Default: none, and what they use is not counted. */
  readonly grants?: SharedBudget['grants']
}

/** Your own budget guard as a budget for `createAgent({ budget: { ledger } })`. */
export function guardedBudget(guard: BudgetGuard, { order = '', check, grants }: GuardedBudgetOptions = {}): SharedBudget {
  return {
    order,
    ...(grants && { grants }),
    middleware({ price }) {
      check?.(price)
      return budgetGuard(() => guard, { price, name: order })
    },
  }
}
