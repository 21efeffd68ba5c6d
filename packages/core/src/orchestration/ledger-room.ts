/** Whether a reservation fits: now, once others have come back, or not at all. */
import { addSpending, type BudgetLimits, NO_SPENDING, type Resource, RESOURCES, type Spending } from '../model/spending.ts'
import type { Reservation } from './ledger-record.ts'
import type { LedgerState } from './ledger-state.ts'

/** What is wanted: what it takes in any case, and what each token of the answer takes. */
export type Need = {
  readonly id: string
  readonly fixed: Partial<Spending>
  readonly perToken: Partial<Spending>
  /** Tokens that the answer may have, and the fewest that are of use. 0 for what has no answer. */
  readonly output: number
  readonly least: number
  /** Milliseconds that it is to be allowed in all; 0 for what takes no time of its own. */
  readonly workMs: number
  readonly elapsedMs: number
}

export type Room =
  | { readonly type: 'fits'; readonly output: number; readonly amount: Spending }
  /** It does not fit whole; `now` is what would be left of it, undefined where that is of no use. */
  | { readonly type: 'later'; readonly now: Extract<Room, { type: 'fits' }> | undefined }
  /** `grants`: there would be room if others gave back what they were granted. */
  | {
      readonly type: 'full'
      readonly grants: boolean
      readonly resource: Resource
      readonly consumed: number
      readonly limit: number
      readonly held: number
    }

/** Less time than this is not worth beginning with, in milliseconds. */
const LEAST_MS = 1000
/** Sums of dollars are off by less. */
const GRAIN = 1e-12

/**
 * Attempts and calls come back, but not all that they hold: a turn and a tool call that began are spent. A grant is out until somebody
 * reports it, which may be never: it is waited for only where there is nothing else, and not for ever.
 */
export function roomFor(state: LedgerState, limits: BudgetLimits, need: Need): Room {
  const now = heldBeside(state, need.id, () => false)
  const here = fitting({ limits, used: addSpending(state.used, now), need })
  if (here.output >= need.output && enoughTime(here.workMs, need, need.workMs)) return fits(need, here)
  const spent = heldBeside(state, need.id, ({ kind }) => kind !== 'grant')
  const later = fitting({ limits, used: addSpending(state.used, spent), need })
  const usable = here.output >= need.least && enoughTime(here.workMs, need, LEAST_MS)
  const better = later.output > here.output || later.workMs > here.workMs
  const hope = later.output >= need.least && enoughTime(later.workMs, need, LEAST_MS)
  if (better && hope) return { type: 'later', now: usable ? fits(need, here) : undefined }
  if (usable) return fits(need, here)
  const resource = later.output < need.least ? later.by : 'workMs'
  const beyond = fitting({
    limits,
    used: addSpending(
      state.used,
      heldBeside(state, need.id, ({ resting }) => resting !== true),
    ),
    need,
  })
  const grants = beyond.output >= need.least && enoughTime(beyond.workMs, need, LEAST_MS)
  return { type: 'full', grants, resource, consumed: state.used[resource], limit: limits[resource] ?? 0, held: now[resource] }
}

type Fitting = { readonly output: number; readonly by: Resource; readonly workMs: number }

/** Tokens of the answer that the limits leave, whole ones; negative where not even the question fits. */
function fitting({ limits, used, need }: { readonly limits: BudgetLimits; readonly used: Spending; readonly need: Need }): Fitting {
  let output = need.output
  let by: Resource = 'tokens'
  for (const resource of RESOURCES) {
    const limit = limits[resource]
    if (limit === undefined || resource === 'workMs') continue
    const left = limit - used[resource] - (need.fixed[resource] ?? 0)
    const each = need.perToken[resource] ?? 0
    const tokens = left < -GRAIN ? -1 : each > 0 ? Math.floor((left + GRAIN) / each) : Infinity
    if (tokens >= output) continue
    output = tokens
    by = resource
  }
  const time = limits.workMs === undefined ? Infinity : limits.workMs - used.workMs
  return { output, by, workMs: Math.min(need.workMs, time) }
}

const enoughTime = (workMs: number, need: Need, wanted: number): boolean =>
  need.workMs === 0 || workMs >= Math.min(need.workMs, need.elapsedMs + wanted)

const fits = (need: Need, { output, workMs }: Fitting): Extract<Room, { type: 'fits' }> => ({
  type: 'fits',
  output,
  amount: {
    tokens: (need.fixed.tokens ?? 0) + output * (need.perToken.tokens ?? 0),
    usd: (need.fixed.usd ?? 0) + output * (need.perToken.usd ?? 0),
    turns: need.fixed.turns ?? 0,
    toolCalls: need.fixed.toolCalls ?? 0,
    workMs,
  },
})

/** What others hold. Of what comes back only turns and tool calls: those that began are spent, unless they are of a grant. */
function heldBeside(state: LedgerState, id: string, comesBack: (reservation: Reservation) => boolean): Spending {
  let held = NO_SPENDING
  for (const reservation of state.reservations.values()) {
    if (reservation.id === id) continue
    const { turns, toolCalls } = reservation.amount
    if (!comesBack(reservation)) held = addSpending(held, reservation.amount)
    else if (reservation.kind !== 'grant') held = addSpending(held, { turns, toolCalls })
  }
  return held
}
