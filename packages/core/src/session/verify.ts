/** `verifySession`: read a whole journal and check that every record is the one that was written, in its place. */
import { isAgentError, toMessage } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { journalKey } from '../journal/keys.ts'
import { decodeRecord, verifyRecord } from '../journal/record.ts'
import type { SessionStore } from '../ports/session-store.ts'

/** `records` were found good; `problem` says what is wrong with the one after them. */
export type Verification = { readonly records: number; readonly problem?: { readonly offset: number; readonly message: string } }

/**
 * Finds damage. It is no proof against somebody who can write the store: whoever changes a record can compute the chain anew.
 * What a rewinding left behind is checked too. A session that was never written has no records and no problem.
 */
export async function verifySession(store: SessionStore, id: string): Promise<Verification> {
  const host = systemHost()
  const key = journalKey(id)
  let previous = ''
  let records = 0
  for await (const { offset, record } of branchingStore(store).readAll(key)) {
    try {
      const { chain } = decodeRecord(record, offset, { host, key })
      const message = verifyRecord(record, previous, host)
      if (message !== undefined) return { records, problem: { offset, message } }
      previous = chain
    } catch (error) {
      if (!isAgentError(error)) throw error
      return { records, problem: { offset, message: toMessage(error) } }
    }
    records++
  }
  return { records }
}
