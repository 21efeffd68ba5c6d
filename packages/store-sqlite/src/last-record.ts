/** Reads the end of a log without what stands before it. */
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText } from './stored-text.ts'

/** The last record of a log, or undefined for one that was never written. One step down an index, however long the log is. */
export function sqliteLastRecord(database: SqliteDatabase, key: string): Promise<string | undefined> {
  return database.read(() => {
    const row = database
      .prepare('SELECT record FROM seamfold_record WHERE log = (SELECT id FROM seamfold_log WHERE key = ?) ORDER BY offset DESC LIMIT 1')
      .get(toStoredText(key)) as { readonly record: unknown } | undefined | null
    return row === undefined || row === null ? undefined : fromStoredText(row.record)
  })
}
