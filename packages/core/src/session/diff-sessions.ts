/** `diffSessions`: what two branches share, and what each has beyond it. */
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { toCursor } from '../journal/cursor.ts'
import { toEnvelope } from '../journal/journal.ts'
import { journalKey } from '../journal/keys.ts'
import { type DecodedRecord, decodeRecord } from '../journal/record.ts'
import type { Envelope } from '../model/event.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assertSession } from './view.ts'

/** One of the two branches. */
export type Branch = {
  readonly id: string
  /** Facts that count, the shared ones included. */
  readonly facts: number
  /** Its last fact. */
  readonly cursor: string
  /** What it has beyond what both share, oldest first. Facts that this version does not know are left out. */
  readonly beyond: readonly Envelope[]
}

export type SessionDiff = {
  /** How many facts both begin with, and the last of them; the cursor is undefined where they have nothing in common. */
  readonly shared: { readonly facts: number; readonly cursor: string | undefined }
  readonly a: Branch
  readonly b: Branch
}

/**
 * Compares two sessions fact by fact, by their chain digests: forks, their origins and imported copies share what is the same past.
 * What a rewinding left behind does not count. Throws `session_not_found`.
 */
export async function diffSessions(store: SessionStore, a: string, b: string): Promise<SessionDiff> {
  await assertSession(store, a)
  await assertSession(store, b)
  const [left, right] = [await readBranch(store, a), await readBranch(store, b)]
  let facts = 0
  while (isSame(left[facts], right[facts])) facts++
  const last = left[facts - 1]
  return {
    shared: { facts, cursor: last && cursorOf(last) },
    a: branchOf(a, left, facts),
    b: branchOf(b, right, facts),
  }
}

async function readBranch(store: SessionStore, id: string): Promise<readonly DecodedRecord[]> {
  const where = { host: systemHost(), key: journalKey(id) }
  const records: DecodedRecord[] = []
  for await (const { offset, record } of branchingStore(store).read(where.key)) records.push(decodeRecord(record, offset, where))
  return records
}

const isSame = (a: DecodedRecord | undefined, b: DecodedRecord | undefined): boolean =>
  a !== undefined && b !== undefined && a.offset === b.offset && a.chain === b.chain

const cursorOf = ({ offset, chain }: DecodedRecord): string => toCursor(offset, chain)

function branchOf(id: string, records: readonly DecodedRecord[], shared: number): Branch {
  const last = records.at(-1)
  return {
    id,
    facts: records.length,
    cursor: last === undefined ? '' : cursorOf(last),
    beyond: records.slice(shared).flatMap((record) => toEnvelope(record, id) ?? []),
  }
}
