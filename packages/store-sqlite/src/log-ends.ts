/** Reads either end of a log without what stands between. */
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText } from './stored-text.ts'

/** The last record of a log, or undefined for one that was never written. One step down an index, however long the log is. */
export const sqliteLastRecord = (database: SqliteDatabase, key: string): Promise<string | undefined> => endOf(database, key, 'DESC')

/** The first record of a log, or undefined for one that was never written. */
export const sqliteFirstRecord = (database: SqliteDatabase, key: string): Promise<string | undefined> => endOf(database, key, 'ASC')

function endOf(database: SqliteDatabase, key: string, order: 'ASC' | 'DESC'): Promise<string | undefined> {
  return database.read(() => {
    const row = database
      .prepare(
        `SELECT record FROM seamfold_record WHERE log = (SELECT id FROM seamfold_log WHERE key = ?) ORDER BY offset ${order} LIMIT 1`,
      )
      .get(toStoredText(key)) as { readonly record: unknown } | undefined | null
    return row === undefined || row === null ? undefined : fromStoredText(row.record)
  })
}
