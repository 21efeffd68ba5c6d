/** Large texts by digest in a SQLite file. */
import type { BlobStore } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText } from './stored-text.ts'

export interface SqliteBlobsOptions {
  /** Milliseconds since the epoch. Default: this machine's clock. */
  readonly now?: () => number
}

const PUT =
  'INSERT INTO seamfold_blob (digest, text, put_at) VALUES (?, ?, ?) ON CONFLICT (digest) DO UPDATE SET put_at = max(put_at, excluded.put_at)'

/** Shares the file with a store: `sqliteBlobs(database)`. A text is on the disk before `put` resolves, as the facts that name it will be. */
export function sqliteBlobs(database: SqliteDatabase, { now = Date.now }: SqliteBlobsOptions = {}): BlobStore {
  return {
    contract: 1,
    put: (digest, text) =>
      database.write({
        writer: 'blobs',
        sync: true,
        run: () => {
          database.prepare(PUT).run(toStoredText(digest), toStoredText(text), now())
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
    async sweep({ isNeeded, minimumAgeMs }) {
      const before = now() - minimumAgeMs
      const old = await database.read(() => database.prepare('SELECT digest FROM seamfold_blob WHERE put_at <= ?').all(before))
      const left = old.map((row) => (row as { digest: unknown }).digest).filter((digest) => !isNeeded(fromStoredText(digest)))
      let removed = 0
      await database.write({
        writer: 'blobs',
        sync: true,
        run: () => {
          removed = 0
          // What was put again in between is needed again.
          const remove = database.prepare('DELETE FROM seamfold_blob WHERE digest = ? AND put_at <= ?')
          for (const digest of left) removed += Number(remove.run(digest as string | Uint8Array, before).changes)
        },
      })
      return removed
    },
  }
}
