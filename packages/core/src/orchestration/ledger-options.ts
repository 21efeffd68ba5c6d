/** What a budget is opened with, held to what can be kept. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { unknownName } from '../model/nearest.ts'
import { type BudgetLimits, RESOURCES } from '../model/spending.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'

export interface LedgerOptions {
  /** Names the budget: whoever opens the same root in the same store spends from it. */
  readonly root: string
  /** The most that may be used up of the root, by everybody together. At least one. */
  readonly limits: BudgetLimits
  /** Parts of each limit that are told once when they are passed, more than 0 and at most 1. Default: `[0.8]`. */
  readonly thresholds?: readonly number[]
  /** Says whether whoever holds a reservation lives. Default: none, and one counts as lost after `holdMs`. */
  readonly leases?: LeaseStore
  /** Milliseconds. Default: 600,000. */
  readonly holdMs?: number
  /** Milliseconds that a call waits for others before it takes a shorter answer than it asked for. Default: 60,000. */
  readonly patienceMs?: number
  /** Wakes who waits for what other processes hold. Default: none, and they look from time to time. */
  readonly watch?: WatchStore
  readonly host?: Host
}

const fault = (message: string): AgentError => new AgentError('invalid_argument', message)

/** Throws `invalid_argument`, naming what is wrong. */
export function checkLedgerOptions({ root, limits, thresholds = [], holdMs, patienceMs }: LedgerOptions): void {
  if (root === '' || !root.isWellFormed()) throw fault(`A budget needs a root that names it; it is ${JSON.stringify(root)}`)
  const names = Object.keys(limits ?? {})
  const unknown = names.find((name) => !RESOURCES.some((each) => each === name))
  if (unknown !== undefined) throw fault(`The budget '${root}': ${unknownName('limit', unknown, RESOURCES).message}`)
  if (names.length === 0) throw fault(`The budget '${root}' limits nothing: give it at least one of ${RESOURCES.join(', ')}`)
  for (const [name, value] of [...Object.entries(limits), ['holdMs', holdMs ?? 1] as const, ['patienceMs', (patienceMs ?? 0) + 1] as const])
    if (!(typeof value === 'number' && value > 0 && value < Infinity))
      throw fault(`'${name}' of the budget '${root}' must be a number more than 0; it is ${value}`)
  const wrong = thresholds.find((share) => !(typeof share === 'number' && share > 0 && share <= 1))
  if (wrong !== undefined)
    throw fault(`A threshold of the budget '${root}' must be more than 0 and at most 1, such as 0.8 for four fifths; it is ${wrong}`)
}
