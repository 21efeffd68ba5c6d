/** Payloads that were replaced after they had been written: how one is made, and how it is told from damage. */
import type { Host } from '../base/host.ts'
import { isJsonObject, type JsonObject, parsedJson } from '../model/json.ts'
import { scrubbed } from './scrub.ts'
import { shortDigest } from './record.ts'

/** In the payload, beside the fact's own fields: when it was redacted, and the digest of that and of what it says since. */
type Mark = { readonly at: number; readonly digest: string }

/** The record with its texts replaced. The header stays as it was, so that the chain holds; the payload says that it was redacted. */
export function redactRecord(record: string, replacement: string, host: Host): string {
  const line = record.indexOf('\n')
  const { redacted: _, ...payload } = JSON.parse(record.slice(line + 1)) as JsonObject
  const fact = scrubbed(payload, replacement)
  const at = host.clock.now()
  const head = record.slice(0, line)
  const redacted: Mark = { at, digest: digestOf({ head, fact, at }, host) }
  return `${head}\n${JSON.stringify({ ...fact, redacted })}`
}

/** Whether a record says that it was redacted, and is the one that was put there then. */
export function isRedaction(record: string, host: Host): boolean {
  const line = record.indexOf('\n')
  const parsed = parsedJson(record.slice(line + 1))
  if (!isJsonObject(parsed) || !isJsonObject(parsed.redacted)) return false
  const { redacted, ...fact } = parsed
  return typeof redacted.at === 'number' && redacted.digest === digestOf({ head: record.slice(0, line), fact, at: redacted.at }, host)
}

type Redacted = { readonly head: string; readonly fact: JsonObject; readonly at: number }

const digestOf = ({ head, fact, at }: Redacted, host: Host): string => shortDigest(host, `${head}\n${at}\n${JSON.stringify(fact)}`)
