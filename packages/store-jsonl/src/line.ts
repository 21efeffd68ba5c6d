/** One record as one line of a file: how it is written, checked and read back. */
import { crc32 } from 'node:zlib'

/** A place between two batches of a log. */
export type Mark = {
  /** How many records come before. */
  readonly offset: number
  /** How many bytes come before. */
  readonly position: number
  /** The checksum of everything before: each line continues that of the line above it. */
  readonly chain: number
}

export type Line = {
  readonly offset: number
  /** Which record of its batch it is, counted from one. */
  readonly index: number
  readonly size: number
  /** The record as JSON. */
  readonly body: Buffer
  readonly chain: number
}

const FRAME = /^\{"offset":(\d+),"batch":"(\d+)\/(\d+)","crc":"([0-9a-f]{8})","record":/
/** No frame is longer. */
const FRAME_LENGTH = 120
const BRACE = 0x7d

/** A batch as the lines that are to follow `start`, and where they end. */
export function toLines(records: readonly string[], start: Mark): { readonly bytes: Buffer; readonly end: Mark } {
  const parts: Buffer[] = []
  let { chain, position } = start
  records.forEach((record, index) => {
    const offset = start.offset + index
    const batch = `${index + 1}/${records.length}`
    const body = Buffer.from(toBody(record))
    chain = checksum({ offset, batch, body }, chain)
    parts.push(Buffer.from(`{"offset":${offset},"batch":"${batch}","crc":"${toHex(chain)}","record":`), body, Buffer.from('}\n'))
  })
  for (const part of parts) position += part.length
  return { bytes: Buffer.concat(parts), end: { offset: start.offset + records.length, position, chain } }
}

/** Reads a line, its newline left out, that follows one whose checksum is `chain`. Gives what is wrong with it instead, in words. */
export function parseLine(bytes: Buffer, chain: number): Line | string {
  if (bytes.includes(0)) return 'it holds zeros, as loss of power leaves them in what was stored last and never synced'
  const match = FRAME.exec(bytes.toString('latin1', 0, FRAME_LENGTH))
  if (match === null || bytes.at(-1) !== BRACE) return 'it is not a line that this store writes'
  const [frame, offset, index, size, crc] = match
  const body = bytes.subarray(frame.length, -1)
  const found = checksum({ offset: Number(offset), batch: `${index}/${size}`, body }, chain)
  if (toHex(found) !== crc) return 'its checksum does not match what it and the lines before it hold'
  return { offset: Number(offset), index: Number(index), size: Number(size), body, chain: found }
}

/** The record of a line, to the letter, or undefined for a shape that we never write. */
export function toRecord(body: Buffer): string | undefined {
  const value = parseJson(body.toString('utf8'))
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.map((part) => JSON.stringify(part)).join('\n') : undefined
}

/**
 * A record whose lines are JSON objects, as facts are, is a list of them, which people and tools can read as they are; any other
 * is one JSON string. An object only counts if it comes back to the letter.
 */
function toBody(record: string): string {
  if (!record.startsWith('{') || !record.endsWith('}')) return JSON.stringify(record)
  const parts = record.split('\n')
  return parts.every(isPlainObject) ? `[${parts.join(',')}]` : JSON.stringify(record)
}

function isPlainObject(text: string): boolean {
  if (!text.startsWith('{')) return false
  const value = parseJson(text)
  try {
    return value !== undefined && JSON.stringify(value) === text
  } catch {
    return false // nested too deep to be written again
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller says what that means
  }
}

function checksum({ offset, batch, body }: { offset: number; batch: string; body: Buffer }, chain: number): number {
  return crc32(body, crc32(`${offset} ${batch} `, chain))
}

function toHex(chain: number): string {
  return chain.toString(16).padStart(8, '0')
}
