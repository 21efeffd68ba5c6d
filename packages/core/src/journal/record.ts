/** One fact as one record: a header line that chains digests, and a payload line. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { Fact } from '../model/event.ts'
import { isJsonObject, parsedJson } from '../model/json.ts'
import { FACT_KINDS, type FactKind, upcast } from './fact-types.ts'

/** The header, with short names since it is written with every fact. */
type Header = {
  /** Type of the fact. */
  readonly t: string
  /** Version of its format. */
  readonly v: number
  /** 1 when a reader that does not know the type must refuse. */
  readonly k: 0 | 1
  readonly run: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Who wrote it and in which batch: how a writer knows its own append again. */
  readonly by: string
  /** Chain digest of the record before; empty for the first. */
  readonly p: string
  /** Digest of the header without this, and of the payload. */
  readonly d: string
}

/** What all records of one append share. */
export type RecordContext = { readonly runId: string; readonly timestamp: number; readonly writer: string }

/** A record as read: its fact, or undefined where a newer, uncritical one is skipped. */
export interface DecodedRecord {
  readonly offset: number
  readonly runId: string
  readonly timestamp: number
  /** The chain digest of the record before it. */
  readonly previous: string
  /** Its chain digest: computed when it is asked for, since most records are only folded. */
  readonly chain: string
  readonly fact: Fact | undefined
}

class ReadRecord implements DecodedRecord {
  readonly offset: number
  readonly runId: string
  readonly timestamp: number
  readonly fact: Fact | undefined
  readonly previous: string
  readonly #head: string
  readonly #host: Host

  constructor(head: string, { header, offset, fact, host }: { header: Header; offset: number; fact: Fact | undefined; host: Host }) {
    this.#head = head
    this.#host = host
    this.offset = offset
    this.runId = header.run
    this.timestamp = header.at
    this.fact = fact
    this.previous = header.p
  }

  get chain(): string {
    return shortDigest(this.#host, this.#head)
  }
}

/** Digests are cut to 128 bits: enough to notice damage, and short in every record. */
const DIGEST_LENGTH = 32

export const shortDigest = (host: Host, text: string): string => host.digest(text).slice(0, DIGEST_LENGTH)

export function encodeRecord(
  fact: Fact,
  previous: string,
  context: RecordContext & { readonly host: Host },
): { readonly record: string; readonly chain: string } {
  const { host, runId, timestamp, writer } = context
  const { version, critical } = FACT_KINDS[fact.type]
  const payload = JSON.stringify(fact)
  const header: Omit<Header, 'd'> = {
    t: fact.type,
    v: version,
    k: critical ? 1 : 0,
    run: runId,
    at: timestamp,
    by: writer,
    p: previous,
  }
  const start = JSON.stringify(header).slice(0, -1)
  const head = `${start},"d":"${digestOf(start, payload, host)}"}`
  return { record: `${head}\n${payload}`, chain: shortDigest(host, head) }
}

const digestOf = (start: string, payload: string, host: Host): string => shortDigest(host, `${start}\n${payload}`)

/** Whether header and payload are those that were written together. */
export function isWhole(record: string, host: Host): boolean {
  const line = record.indexOf('\n')
  const start = record.lastIndexOf(',"d":"', line)
  return start !== -1 && record.slice(start + 6, line) === `${digestOf(record.slice(0, start), record.slice(line + 1), host)}"}`
}

export const chainOf = (record: string, host: Host): string => shortDigest(host, record.slice(0, record.indexOf('\n')))

/** Where a record stands; `kinds` are the facts that the reader knows, by default those of this version. */
export type RecordPlace = { readonly host: Host; readonly key: string; readonly kinds?: Readonly<Record<string, FactKind>> }

/** Read a record. Throws `store_corrupt` or `store_newer`, naming the log and the offset. */
export function decodeRecord(record: string, offset: number, where: RecordPlace): DecodedRecord {
  const line = record.indexOf('\n')
  const head = record.slice(0, line)
  const header = parseHeader(head, offset, where.key)
  const { host } = where
  const kinds: Readonly<Record<string, FactKind>> = where.kinds ?? FACT_KINDS
  const kind = Object.hasOwn(kinds, header.t) ? kinds[header.t] : undefined
  if (kind !== undefined && header.v <= kind.version) {
    const fact = upcast(parsePayload(record.slice(line + 1), offset, where.key), header.v, kind)
    return new ReadRecord(head, { header, offset, fact, host })
  }
  if (header.k === 0) return new ReadRecord(head, { header, offset, fact: undefined, host })
  throw new AgentError(
    'store_newer',
    `Record ${offset} of ${where.key} is a '${header.t}' of version ${header.v}. Upgrade @seamfold/core to read it`,
    { details: { key: where.key, offset, type: header.t, version: header.v } },
  )
}

/** The header of a record, whose line `head` is. Throws `store_corrupt`. */
export function parseHeader(head: string, offset: number, key: string): Header {
  const header = parsedJson(head)
  const valid =
    isJsonObject(header) &&
    ['t', 'run', 'by', 'p', 'd'].every((field) => typeof header[field] === 'string') &&
    ['v', 'k', 'at'].every((field) => typeof header[field] === 'number')
  if (valid) return header as Header
  throw new AgentError('store_corrupt', `Record ${offset} of ${key} has no readable header: ${JSON.stringify(head.slice(0, 80))}`, {
    details: { key, offset },
  })
}

function parsePayload(payload: string, offset: number, key: string): Fact {
  const fact = parsedJson(payload)
  // The header vouches for the type; a wrong shape below it is damage, which verification finds by its digest.
  if (isJsonObject(fact) && typeof fact.type === 'string') return fact as unknown as Fact
  throw new AgentError('store_corrupt', `Record ${offset} of ${key} has no readable payload`, { details: { key, offset } })
}
