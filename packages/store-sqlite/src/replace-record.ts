/** Puts one record in the place of another, and leaves nothing of the old one in the file. */
import { AgentError } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { toStoredText } from './stored-text.ts'

export type Replacement = { readonly key: string; readonly offset: number; readonly expected: string; readonly record: string }

const REPLACE = `UPDATE seamfold_record SET record = ?
  WHERE log = (SELECT id FROM seamfold_log WHERE key = ?) AND offset = ? AND record = ?`

/** Throws `store_conflict`, having changed nothing, when another record stands there. */
export async function replaceRecord(database: SqliteDatabase, { key, offset, expected, record }: Replacement): Promise<void> {
  await database.write({
    writer: key,
    sync: true,
    run: () => {
      const { secure_delete: before } = database.prepare('PRAGMA secure_delete').get() as { readonly secure_delete: number }
      // What is freed is overwritten with zeros.
      database.prepare('PRAGMA secure_delete = ON').get()
      try {
        const { changes } = database.prepare(REPLACE).run(toStoredText(record), toStoredText(key), offset, toStoredText(expected))
        if (Number(changes) !== 1) throw conflict(key, offset)
      } finally {
        database.prepare(`PRAGMA secure_delete = ${before}`).get()
      }
    },
  })
  await emptyWal(database)
}

/** The write-ahead log still holds the page as it was. Readers in the middle of a read keep it there until they have ended. */
async function emptyWal(database: SqliteDatabase): Promise<void> {
  await database.read(() => void database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get())
}

const conflict = (key: string, offset: number): AgentError =>
  new AgentError('store_conflict', `Log ${JSON.stringify(key)} holds another record at ${offset} than the one that was to be replaced`, {
    details: { key, offset },
  })
