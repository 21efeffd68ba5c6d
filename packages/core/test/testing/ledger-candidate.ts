/** The budget ledger as a candidate for the budget-guard suite. */
import { budgetLedger, memoryStore } from '../../src/index.ts'
import type { BudgetSubject, Candidate } from '../../src/testing.ts'

export const ledgerCandidate: Candidate<BudgetSubject> = {
  name: 'budgetLedger',
  create: () => ({ guarding: async (limits) => budgetLedger(memoryStore(), { root: 'root', limits }) }),
}
