/** `recordedFacts`: everything that a session's journal holds, for audits. */
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { toEnvelope } from '../journal/journal.ts'
import { journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import type { Envelope } from '../model/event.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assertSession } from './view.ts'

/**
 * Every fact in the order in which they were stored, also those that a rewinding left behind and that no longer count: `openSession`
 * shows the others. Throws `session_not_found`.
 */
export async function* recordedFacts(store: SessionStore, id: string): AsyncGenerator<Envelope, void, undefined> {
  await assertSession(store, id)
  const where = { host: systemHost(), key: journalKey(id) }
  for await (const { offset, record } of branchingStore(store).readAll(where.key)) {
    const envelope = toEnvelope(decodeRecord(record, offset, where), id)
    if (envelope !== undefined) yield envelope
  }
}
