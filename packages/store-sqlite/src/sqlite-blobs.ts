/** Large texts by digest in a SQLite file. */
import type { BlobStore } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText } from './stored-text.ts'

/** Shares the file with a store: `sqliteBlobs(database)`. A text is on the disk before `put` resolves, as the facts that name it will be. */
export function sqliteBlobs(database: SqliteDatabase): BlobStore {
  return {
    contract: 1,
    put: (digest, text) =>
      database.write({
        writer: 'blobs',
        sync: true,
        run: () => {
          database.prepare('INSERT OR IGNORE INTO seamfold_blob (digest, text) VALUES (?, ?)').run(toStoredText(digest), toStoredText(text))
        },
      }),
    get: (digest) =>
      database.read(() => {
        const row = database.prepare('SELECT text FROM seamfold_blob WHERE digest = ?').get(toStoredText(digest)) as
          | { text: unknown }
          | undefined
          | null
        return row === undefined || row === null ? undefined : fromStoredText(row.text)
      }),
  }
}
