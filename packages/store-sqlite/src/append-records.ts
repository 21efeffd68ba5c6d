/** Appends one batch to a log inside a transaction, if the log holds exactly what the writer expects. */
import { AgentError } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { toStoredText } from './stored-text.ts'

export interface Batch {
  readonly key: string
  readonly records: readonly string[]
  readonly expected: number
}

/** Rows per statement: one statement for any ordinary batch, and a bounded number of prepared ones. */
const ROWS = 32

const TAIL = 'EXISTS (SELECT 1 FROM seamfold_record WHERE log = id AND offset = ?)'
const LENGTH = 'SELECT id, (SELECT max(offset) + 1 FROM seamfold_record WHERE log = id) AS length FROM seamfold_log WHERE key = ?'
/** Statements by number of rows, written once: for the beginning of a log, and for its end. */
const BEGINNING: readonly string[] = Array.from({ length: ROWS + 1 }, (_, rows) => insertSql(rows, `NOT ${TAIL}`))
const END: readonly string[] = Array.from({ length: ROWS + 1 }, (_, rows) => insertSql(rows, `${TAIL} AND NOT ${TAIL}`))

/** Throws `store_conflict`, having stored nothing, when the log is shorter or longer than expected. */
export function appendRecords(database: SqliteDatabase, { key, records, expected }: Batch): void {
  const storedKey = toStoredText(key)
  if (expected === 0 && records.length > 0) {
    database.prepare('INSERT INTO seamfold_log (key) VALUES (?) ON CONFLICT DO NOTHING').run(storedKey)
  }
  if (records.length === 0) {
    if (lengthOf(database, key) !== expected) throw conflict(database, key, expected)
    return
  }
  for (let start = 0; start < records.length; start += ROWS) {
    const rows = records.slice(start, start + ROWS)
    const from = expected + start
    const tail = from === 0 ? [0] : [from - 1, from]
    const values = rows.map((record) => toStoredText(record))
    const { changes } = database.prepare((from === 0 ? BEGINNING : END)[rows.length] ?? '').run(from, ...values, storedKey, ...tail)
    if (Number(changes) === rows.length) continue
    if (start === 0) throw conflict(database, key, expected)
    // The first rows are in, so this must undo the transaction, as any error but an AgentError does.
    throw new Error(`log ${JSON.stringify(key)} holds records beyond its end, at ${from}`)
  }
}

/** How many records a log holds; one step down an index, however long the log is. */
function lengthOf(database: SqliteDatabase, key: string): number {
  return findLog(database, key)?.length ?? 0
}

/** A log's row id and length, or undefined for a key never written. */
export function findLog(database: SqliteDatabase, key: string): { readonly id: number; readonly length: number } | undefined {
  const row = database.prepare(LENGTH).get(toStoredText(key)) as { id: number | bigint; length: number | bigint | null } | undefined | null
  return row === undefined || row === null ? undefined : { id: Number(row.id), length: Number(row.length ?? 0) }
}

/** One statement finds the log, checks its length and inserts every row, or inserts none. */
function insertSql(rows: number, check: string): string {
  const values = Array.from({ length: rows }, (_, index) => `(${index}, ?)`).join(', ')
  return `INSERT INTO seamfold_record (log, offset, record)
    SELECT id, ? + column1, column2 FROM seamfold_log, (VALUES ${values}) WHERE key = ? AND ${check}`
}

function conflict(database: SqliteDatabase, key: string, expected: number): AgentError {
  const length = lengthOf(database, key)
  return new AgentError(
    'store_conflict',
    `Log ${JSON.stringify(key)} holds ${length} records, not ${expected}: read it again and append at its end`,
    { details: { key, length, expected } },
  )
}
