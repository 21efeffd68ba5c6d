/** The budget of a day: all sessions in a journal spend from it, whichever process runs them. */
import { type DailyLedger, dailyLedger } from '@seamfold/core'
import { holderHost, leasesOfTheLiving } from './holder.ts'
import type { Settings } from './settings.ts'
import type { Journal } from './store.ts'

/** Days are those of this machine. Undefined where no day is limited. */
export function dayLedger({ dayBudget }: Settings, { store, leases, watch }: Journal): DailyLedger | undefined {
  if (dayBudget === undefined) return undefined
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return dailyLedger(store, { limits: dayBudget, leases: leasesOfTheLiving(leases), watch, zone: timeZone, host: holderHost() })
}
