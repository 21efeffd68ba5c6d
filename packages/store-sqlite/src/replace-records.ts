/** Puts records in the place of others, and leaves nothing of the old ones in the file. */
import { AgentError, type Replacement } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { toStoredText } from './stored-text.ts'

const FIND = 'SELECT 1 FROM seamfold_record WHERE log = (SELECT id FROM seamfold_log WHERE key = ?) AND offset = ? AND record = ?'
const REPLACE = 'UPDATE seamfold_record SET record = ? WHERE log = (SELECT id FROM seamfold_log WHERE key = ?) AND offset = ?'

/**
 * Throws `store_conflict`, having changed nothing, when another record stands where one is to be replaced, and `store_unavailable` when
 * the records were replaced and another reader still keeps the old ones in the write-ahead log.
 */
export async function replaceRecords(database: SqliteDatabase, key: string, changes: readonly Replacement[]): Promise<void> {
  const log = toStoredText(key)
  await database.write({
    writer: key,
    sync: true,
    run: () => {
      const find = database.prepare(FIND)
      for (const { offset, expected } of changes) if (!find.get(log, offset, toStoredText(expected))) throw conflict(key, offset)
      for (const { offset, record } of changes) database.prepare(REPLACE).run(toStoredText(record), log, offset)
    },
  })
  await writeAnew(database)
}

/**
 * SQLite leaves copies of rows in the free room of its pages and in the write-ahead log. Written anew, the file holds only what it
 * holds; a reader in the middle of a read keeps the old log until it has ended.
 */
async function writeAnew(database: SqliteDatabase): Promise<void> {
  await database.read(() => void database.prepare('VACUUM').run())
  const { busy } = (await database.read(() => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get())) as {
    readonly busy: number | bigint
  }
  if (Number(busy) === 0) return
  throw new AgentError(
    'store_unavailable',
    `The records of ${JSON.stringify(database.path)} were replaced, but somebody who reads the file keeps the old ones in its write-ahead log: end that reader (a backup, an open sqlite3 shell) and do this again`,
  )
}

const conflict = (key: string, offset: number): AgentError =>
  new AgentError('store_conflict', `Log ${JSON.stringify(key)} holds another record at ${offset} than the one that was to be replaced`, {
    details: { key, offset },
  })
