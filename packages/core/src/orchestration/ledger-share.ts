/** What is left of a ledger for somebody who cannot ask it again: a share, or all that is asked for. */
import { addSpending, type BudgetLimits, type Resource, RESOURCES, type Spending } from '../model/spending.ts'
import type { LedgerState } from './ledger-state.ts'

export type LedgerGrantRequest = {
  readonly id: string
  /** The workflow, or whatever else it is for. */
  readonly spender: string
  readonly agent?: string
  /** The session that it is for: where agents in it, or below it, spend from this ledger themselves, the grant counts nothing. Default: none. */
  readonly covers?: string
  /** The most that is of use. Default: a share of what is left. */
  readonly wanted?: Partial<Spending>
  /** Never more than this in all, however large the share is. Default: no limit. */
  readonly atMost?: Partial<Spending>
  /** How many are to have a share of what is left. Default: 1. */
  readonly sharers?: number
}

/** What whoever asks gets in all: `later` when what others hold may come back, `never` when nothing is left. */
export function grantedTo(state: LedgerState, limits: BudgetLimits, request: LedgerGrantRequest): Partial<Spending> | 'later' | 'never' {
  const own = state.reservations.get(request.id)
  if (own === undefined || own.selfPaid) return shareOf(state, limits, request)
  if (!own.resting) return limited(own.amount, limits)
  const beyond = (amount: Partial<Spending> = {}): Partial<Spending> =>
    Object.fromEntries(Object.entries(amount).map(([name, most]) => [name, most - own.amount[name as Resource]]))
  const more = shareOf(state, limits, { ...request, wanted: beyond(request.wanted), atMost: beyond(request.atMost) })
  return typeof more === 'string' ? more : limited(addSpending(own.amount, more), limits)
}

/** `later` when what others hold may come back, `never` when nothing is left. */
function shareOf(
  { used, reservations }: LedgerState,
  limits: BudgetLimits,
  { id, wanted = {}, atMost = {}, sharers = 1 }: LedgerGrantRequest,
): Partial<Spending> | 'later' | 'never' {
  const all = [...reservations.values()]
  const taken = all.reduce((sum, { amount }) => addSpending(sum, amount), used)
  const mayComeBack = (resource: Resource): boolean =>
    all.some((each) => each.id !== id && each.resting !== true && each.amount[resource] > 0)
  const granted: { -readonly [K in keyof Spending]?: Spending[K] } = {}
  for (const resource of RESOURCES) {
    const limit = limits[resource]
    if (limit === undefined) continue
    const left = limit - taken[resource]
    const share = resource === 'usd' ? left / sharers : Math.ceil(left / sharers)
    granted[resource] = Math.max(0, Math.min(left, wanted[resource] ?? share, atMost[resource] ?? Infinity))
    if (left <= 0) return mayComeBack(resource) ? 'later' : 'never'
  }
  return granted
}

/** Of an amount what the limits speak of. */
function limited(amount: Spending, limits: BudgetLimits): Partial<Spending> {
  const named = RESOURCES.filter((resource) => limits[resource] !== undefined)
  return Object.fromEntries(named.map((resource) => [resource, amount[resource]]))
}
