/** Reads a log in pages, so that no statement stays open while the reader is busy elsewhere. */
import { AgentError, type StoredRecord } from '@seamfold/core/kit'
import { findLog } from './append-records.ts'
import type { SqliteDatabase } from './database.ts'
import { fromStoredText } from './stored-text.ts'

/** A page ends after so many records or, so that large records do not pile up, so many characters. */
const PAGE_RECORDS = 512
const PAGE_CHARACTERS = 1_000_000

export interface ReadRequest {
  readonly key: string
  readonly from: number
  readonly signal: AbortSignal | undefined
  /** Throws when the store was closed before the first record was asked for. */
  assertOpen(): void
}

/** Yields what the log held when the first record was asked for. */
export async function* readRecords(database: SqliteDatabase, { key, from, signal, assertOpen }: ReadRequest): AsyncGenerator<StoredRecord> {
  assertOpen()
  signal?.throwIfAborted()
  const log = await database.read(() => findLog(database, key))
  if (log === undefined) return
  let next = Math.max(0, from)
  while (next < log.length) {
    const at = next
    const page = await database.read(() => readPage(database, log.id, { from: at, end: log.length }))
    // The log was deleted while it was read.
    if (page.length === 0) return
    for (const entry of page) {
      signal?.throwIfAborted()
      if (entry.offset !== next) throw missing(database, key, next)
      next += 1
      yield entry
    }
  }
}

function readPage(database: SqliteDatabase, log: number, { from, end }: { readonly from: number; readonly end: number }): StoredRecord[] {
  const rows = database
    .prepare('SELECT offset, record FROM seamfold_record WHERE log = ? AND offset >= ? AND offset < ? ORDER BY offset')
    .iterate(log, from, end) as Iterable<{ offset: number | bigint; record: unknown }>
  const page: StoredRecord[] = []
  let characters = 0
  for (const { offset, record } of rows) {
    const text = fromStoredText(record)
    page.push({ offset: Number(offset), record: text })
    characters += text.length
    if (page.length >= PAGE_RECORDS || characters >= PAGE_CHARACTERS) break
  }
  return page
}

function missing(database: SqliteDatabase, key: string, offset: number): AgentError {
  return new AgentError(
    'store_corrupt',
    `Log ${JSON.stringify(key)} in ${JSON.stringify(database.path)} lacks record ${offset}: restore a backup of the file`,
    { details: { key, offset, path: database.path } },
  )
}
