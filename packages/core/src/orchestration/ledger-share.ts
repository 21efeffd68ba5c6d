/** What is left of a ledger for somebody who cannot ask it again: a share, or all that is asked for. */
import { addSpending, type BudgetLimits, type Spending } from '../model/spending.ts'
import type { LedgerState } from './ledger-state.ts'

/** What a step or a worker may be limited to. */
const GRANTED = ['tokens', 'usd', 'toolCalls'] as const

export type LedgerGrantRequest = {
  readonly id: string
  /** The workflow, or whatever else it is for. */
  readonly spender: string
  readonly agent?: string
  /** The most that is of use. Default: a share of what is left. */
  readonly wanted?: Pick<Partial<Spending>, (typeof GRANTED)[number]>
  /** How many are to have a share of what is left. Default: 1. */
  readonly sharers?: number
}

/** `later` when what others hold for calls may come back, `never` when nothing is left. */
export function shareOf(
  { used, reservations }: LedgerState,
  limits: BudgetLimits,
  { wanted = {}, sharers = 1 }: LedgerGrantRequest,
): Partial<Spending> | 'later' | 'never' {
  let taken = used
  let calls = 0
  for (const { amount, kind } of reservations.values()) {
    taken = addSpending(taken, amount)
    if (kind === 'attempt') calls++
  }
  const granted: { -readonly [K in keyof Spending]?: Spending[K] } = {}
  for (const resource of GRANTED) {
    const limit = limits[resource]
    if (limit === undefined) continue
    const left = limit - taken[resource]
    const share = resource === 'usd' ? left / sharers : Math.ceil(left / sharers)
    granted[resource] = Math.min(left, wanted[resource] ?? share)
    if (left <= 0) return calls > 0 ? 'later' : 'never'
  }
  return granted
}

/** Of an amount what the limits speak of. */
export function limited(amount: Spending, limits: BudgetLimits): Partial<Spending> {
  const named = GRANTED.filter((resource) => limits[resource] !== undefined)
  return Object.fromEntries(named.map((resource) => [resource, amount[resource]]))
}
