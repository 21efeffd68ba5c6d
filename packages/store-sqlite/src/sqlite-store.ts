/** A session store in a SQLite file. */
import { AgentError, type SessionStore } from '@seamfold/core/kit'
import { appendRecords } from './append-records.ts'
import { sqliteDatabase, type SqliteDatabase, type SqliteOptions, type SqliteSource } from './database.ts'
import { listKeys } from './list-keys.ts'
import { readRecords } from './read-records.ts'
import { replaceRecords } from './replace-records.ts'
import { toStoredText } from './stored-text.ts'

/**
 * Keeps sessions in one file that any number of processes on this machine may share. The file is opened at once.
 *
 * `close` also closes the file if this call opened it; a database or driver passed in stays open.
 */
export function sqliteStore(source: SqliteSource | SqliteDatabase, options?: SqliteOptions): SessionStore {
  const { database, owned } = toDatabase(source, options)
  let closed: Promise<void> | undefined
  const assertOpen = (): void => {
    if (closed === undefined) return
    throw new AgentError('store_unavailable', `The SQLite store ${JSON.stringify(database.path)} was closed: make a new one`, {
      retryable: false,
    })
  }
  return {
    contract: 1,
    async append(key, records, { expected, sync = false, signal }) {
      assertOpen()
      signal?.throwIfAborted()
      const batch = { key, records: checked(records), expected }
      await database.write({
        writer: key,
        sync,
        signal,
        run: () => {
          appendRecords(database, batch)
          // A transaction that writes nothing does not reach the disk, and `sync` covers what came before.
          if (sync && records.length === 0) database.prepare("UPDATE seamfold_meta SET value = value + 1 WHERE name = 'barrier'").run()
        },
      })
    },
    read: (key, { from = 0, signal } = {}) => readRecords(database, { key, from, signal, assertOpen }),
    async *keys({ prefix = '', signal } = {}) {
      assertOpen()
      yield* listKeys(database, { prefix, signal })
    },
    async delete(key) {
      assertOpen()
      await database.write({ writer: key, sync: false, run: () => deleteLog(database, key) })
    },
    async replace(key, changes) {
      assertOpen()
      await replaceRecords(database, key, [...changes])
    },
    close: () => (closed ??= owned ? database.close() : Promise.resolve()),
  }
}

/** Opens a path or wraps a driver; a database that is open already is used as it is. */
function toDatabase(source: SqliteSource | SqliteDatabase, options?: SqliteOptions): { database: SqliteDatabase; owned: boolean } {
  if (typeof source !== 'string' && 'write' in source) {
    if (options !== undefined) {
      throw new AgentError('invalid_argument', 'This database is open already: give the options to sqliteDatabase(path, options)')
    }
    return { database: source, owned: false }
  }
  return { database: sqliteDatabase(source, options), owned: true }
}

function deleteLog(database: SqliteDatabase, key: string): void {
  const stored = toStoredText(key)
  database.prepare('DELETE FROM seamfold_record WHERE log = (SELECT id FROM seamfold_log WHERE key = ?)').run(stored)
  database.prepare('DELETE FROM seamfold_log WHERE key = ?').run(stored)
}

/** A copy, because the batch is committed later than it is given. */
function checked(records: readonly string[]): readonly string[] {
  const wrong = records.findIndex((record) => typeof record !== 'string')
  if (wrong === -1) return [...records]
  throw new AgentError('invalid_argument', `Record ${wrong} of the batch is a ${typeof records[wrong]}, not a string: serialise it first`)
}
