/** `verifySession`: read a whole journal and check that every record is the one that was written, in its place. */
import { isAgentError, toMessage } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import { checkRecord } from '../journal/verify-record.ts'
import type { SessionStore } from '../ports/session-store.ts'

/**
 * `records` were found good, and `redacted` of them say that they were redacted since; `problem` says what is wrong with the one
 * after them.
 */
export type Verification = {
  readonly records: number
  readonly redacted: number
  readonly problem?: { readonly offset: number; readonly message: string }
}

/**
 * Finds damage. It is no proof against somebody who can write the store: whoever changes a record can compute the chain anew.
 * What a rewinding left behind is checked too. A session that was never written has no records and no problem.
 */
export async function verifySession(store: SessionStore, id: string): Promise<Verification> {
  const host = systemHost()
  const key = journalKey(id)
  let previous = ''
  let [records, redacted] = [0, 0]
  for await (const { offset, record } of branchingStore(store).readAll(key)) {
    try {
      const check = checkRecord(record, previous, host)
      if (check.status === 'damaged') return { records, redacted, problem: { offset, message: check.message } }
      if (check.status === 'redacted') redacted++
      previous = decodeRecord(record, offset, { host, key }).chain
    } catch (error) {
      if (!isAgentError(error)) throw error
      return { records, redacted, problem: { offset, message: toMessage(error) } }
    }
    records++
  }
  return { records, redacted }
}
