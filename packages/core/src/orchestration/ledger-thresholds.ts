/** Thresholds of a ledger: each is told once, and the log says that it was. */
import { type BudgetLimits, inWords, RESOURCES } from '../model/spending.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { LedgerDraft } from './ledger-log.ts'
import { thresholdName } from './ledger-state.ts'

export type Thresholds = { readonly root: string; readonly limits: BudgetLimits; readonly thresholds: readonly number[] }

/** Those that nobody has been told of. Adds to the draft that they are told now. */
export function passedThresholds({ state, add }: LedgerDraft, { root, limits, thresholds }: Thresholds): readonly BudgetThreshold[] {
  const passed: BudgetThreshold[] = []
  for (const resource of RESOURCES) {
    const limit = limits[resource]
    const consumed = state.used[resource]
    for (const share of thresholds) {
      if (limit === undefined || consumed < limit * share || state.thresholds.has(thresholdName(resource, share))) continue
      add({ type: 'threshold_hit', resource, share, consumed, limit })
      const message = `${inWords(resource, consumed)} of ${inWords(resource, limit)} of the budget '${root}' are used`
      passed.push({ resource, consumed, limit, message })
    }
  }
  return passed
}
