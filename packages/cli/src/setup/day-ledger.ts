/** The budget of a day: all sessions in a journal spend from it, whichever process runs them. */
import { type BudgetLedger, budgetLedger } from '@seamfold/core'
import { holderHost, leasesOfTheLiving } from './holder.ts'
import type { Settings } from './settings.ts'
import type { Journal } from './store.ts'

const two = (part: number): string => String(part).padStart(2, '0')

/** The day by the clock of this machine, as `day-2026-11-21`. */
function dayRoot(now: Date = new Date()): string {
  return `day-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** A process spends from the day on which it began. Undefined where no day is limited. */
export function dayLedger({ dayBudget }: Settings, { store, leases }: Journal): BudgetLedger | undefined {
  if (dayBudget === undefined) return undefined
  return budgetLedger(store, { root: dayRoot(), limits: dayBudget, leases: leasesOfTheLiving(leases), host: holderHost() })
}
