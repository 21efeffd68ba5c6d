/** Whether a record is the one that was written, in its place. */
import type { Host } from '../base/host.ts'
import { isWhole, parseHeader } from './record.ts'
import { isRedaction } from './redaction.ts'

export type RecordCheck = { readonly status: 'good' | 'redacted' } | { readonly status: 'damaged'; readonly message: string }

/** `previous` is the chain digest of the record before. Throws `store_corrupt` when the header cannot be read. */
export function checkRecord(record: string, previous: string, host: Host): RecordCheck {
  const { p } = parseHeader(record.slice(0, record.indexOf('\n')), 0, '')
  const status = isWhole(record, host) ? 'good' : isRedaction(record, host) ? 'redacted' : undefined
  if (status === undefined) return damaged('the record is not the one that was written')
  return p === previous ? { status } : damaged('the chain is broken: the record before is not the one that it followed')
}

const damaged = (message: string): RecordCheck => ({ status: 'damaged', message })
