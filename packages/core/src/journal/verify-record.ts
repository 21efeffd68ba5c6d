/** Whether a record is the one that was written, in its place. */
import type { Host } from '../base/host.ts'
import { parseHeader, shortDigest } from './record.ts'
import { isRedaction } from './redaction.ts'

export type RecordCheck = { readonly status: 'good' | 'redacted' } | { readonly status: 'damaged'; readonly message: string }

/** `previous` is the chain digest of the record before. Throws `store_corrupt` when the header cannot be read. */
export function checkRecord(record: string, previous: string, host: Host): RecordCheck {
  const line = record.indexOf('\n')
  const header = parseHeader(record.slice(0, line), 0, '')
  const payload = record.slice(line + 1)
  if (header.p !== previous) return damaged('the chain is broken: the record before is not the one that it followed')
  if (header.d === shortDigest(host, payload)) return { status: 'good' }
  return isRedaction(payload, host) ? { status: 'redacted' } : damaged('the payload is not the one that was written')
}

const damaged = (message: string): RecordCheck => ({ status: 'damaged', message })
