/** The records of a budget ledger, as text and back. */
import { AgentError } from '../base/errors.ts'
import { isJsonObject, type JsonObject, parsedJson } from '../model/json.ts'
import type { BudgetLimits, Resource, Spending } from '../model/spending.ts'

/** Attempts and tool calls are lost with whoever made them; a grant is out until somebody says what was used of it. */
export type ReservationKind = 'attempt' | 'call' | 'grant'

/** What is set aside for one try, as its worst case. */
export type Reservation = {
  readonly id: string
  readonly kind: ReservationKind
  /** The instance that set it aside, and whether a lease says that it lives. */
  readonly holder: string
  readonly leased: boolean
  /** The session, workflow or whatever else it is for. */
  readonly spender: string
  readonly agent?: string
  readonly amount: Spending
  /** Of a grant: the session that it is for. */
  readonly covers?: string
  /** Of a grant: that session, or a sub-agent of it, spends from this ledger itself. The grant holds and counts nothing. */
  readonly selfPaid?: true
  /** Of a grant: that session did so before it was asked for again. Some of what it has used is counted already. */
  readonly paidBefore?: true
  /** Of a grant: `amount` is what was used of it so far, and the rest was given back until whoever has it goes on. */
  readonly resting?: true
  /** Milliseconds since the epoch. */
  readonly at: number
  /** When it counts as lost, where no lease tells. */
  readonly until: number
}

/** What a ledger's log says. `closed` ends a part of the log; the next one begins with `carried`. */
export type LedgerEntry =
  | { readonly type: 'limits_set'; readonly limits: BudgetLimits }
  | ({ readonly type: 'reserved' } & Reservation)
  | {
      readonly type: 'settled'
      readonly id: string
      readonly how: 'reported' | 'lost' | 'released'
      /** What counts from now on. */
      readonly amount: Spending
    }
  /** A report that came after the try was counted as lost, and said more: what it took beyond that. */
  | { readonly type: 'overrun'; readonly id: string; readonly spender: string; readonly amount: Spending }
  | {
      readonly type: 'threshold_hit'
      readonly resource: Resource
      /** The part of the limit that was passed. */
      readonly share: number
      readonly consumed: number
      readonly limit: number
    }
  | { readonly type: 'carried'; readonly state: JsonObject }
  | { readonly type: 'closed' }

/** Who wrote a record, when, and as his which: no two records are equal. */
export type Signature = { readonly by: string; readonly at: number; readonly n: number }

const VERSION = 1

const TYPES: ReadonlySet<unknown> = new Set<LedgerEntry['type']>([
  'limits_set',
  'reserved',
  'settled',
  'overrun',
  'threshold_hit',
  'carried',
  'closed',
])

export const encodeLedgerRecord = (entry: LedgerEntry, signature: Signature): string => JSON.stringify({ v: VERSION, signature, entry })

/** Throws `store_corrupt` or `store_newer`, naming the log and the offset. Nothing in a ledger may be skipped: all of it is money. */
export function decodeLedgerRecord(text: string, offset: number, key: string): { readonly entry: LedgerEntry; readonly at: number } {
  const record = parsedJson(text)
  if (!isJsonObject(record) || typeof record.v !== 'number' || !isJsonObject(record.entry) || !isJsonObject(record.signature))
    throw new AgentError('store_corrupt', `Record ${offset} of ${key} is no record of a ledger: ${JSON.stringify(text.slice(0, 80))}`)
  if (record.v > VERSION || !TYPES.has(record.entry.type))
    throw new AgentError(
      'store_newer',
      `Record ${offset} of ${key} is a ${JSON.stringify(record.entry.type)} of version ${record.v}, which this version does not know. Upgrade @seamfold/core to read it`,
    )
  return { entry: record.entry as unknown as LedgerEntry, at: Number(record.signature.at) }
}
