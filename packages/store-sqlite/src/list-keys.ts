/** Lists the keys that begin with a prefix, to the letter, in pages. */
/// <reference lib="es2024.string" />
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText, type StoredText } from './stored-text.ts'

const PAGE_KEYS = 500

export interface KeysRequest {
  readonly prefix: string
  readonly signal: AbortSignal | undefined
}

/**
 * Keys are kept as text or, where text cannot hold them, as bytes, and SQLite sorts all text before all bytes; so each kind
 * is one range of the index. The range only narrows: JavaScript has the last word on what begins with the prefix.
 */
export async function* listKeys(database: SqliteDatabase, { prefix, signal }: KeysRequest): AsyncGenerator<string> {
  for (const { first, end } of [textRange(prefix), bytesRange(prefix)]) {
    let after: StoredText | undefined
    for (;;) {
      signal?.throwIfAborted()
      const page = await database.read(() => readPage(database, after ?? first, { end, inclusive: after === undefined }))
      for (const stored of page) {
        signal?.throwIfAborted()
        const key = fromStoredText(stored)
        if (key.startsWith(prefix)) yield key
      }
      after = page.at(-1)
      if (page.length < PAGE_KEYS || after === undefined) break
    }
  }
}

type Range = { readonly first: StoredText; readonly end: StoredText | undefined }

function readPage(
  database: SqliteDatabase,
  from: StoredText,
  { end, inclusive }: { readonly end: StoredText | undefined; readonly inclusive: boolean },
): StoredText[] {
  const lower = inclusive ? 'key >= ?' : 'key > ?'
  const upper = end === undefined ? '' : 'AND key < ?'
  const statement = database.prepare(`SELECT key FROM seamfold_log WHERE ${lower} ${upper} ORDER BY key LIMIT ${PAGE_KEYS}`)
  const rows = end === undefined ? statement.all(from) : statement.all(from, end)
  return (rows as { key: StoredText }[]).map(({ key }) => key)
}

/** Text keys that may begin with the prefix: UTF-8 sorts by code point, so the range ends at the next one. */
function textRange(prefix: string): Range {
  // A prefix may end in the middle of a surrogate pair, or hold what no text key holds.
  const whole = longestText(prefix)
  const characters = [...whole]
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const point = last.codePointAt(0) ?? 0
    if (point === 0x10ffff) continue
    return { first: whole, end: characters.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1) }
  }
  return { first: whole, end: new Uint8Array(0) }
}

function bytesRange(prefix: string): Range {
  const first = Buffer.from(prefix, 'utf16le')
  for (let length = first.length; length > 0; length--) {
    const last = first[length - 1] ?? 0xff
    if (last === 0xff) continue
    const end = Buffer.from(first.subarray(0, length))
    end[length - 1] = last + 1
    return { first, end }
  }
  return { first, end: undefined }
}

function longestText(prefix: string): string {
  for (let length = prefix.length; length > 0; length--) {
    const part = prefix.slice(0, length)
    const stored = toStoredText(part)
    if (typeof stored === 'string') return stored
  }
  return ''
}
