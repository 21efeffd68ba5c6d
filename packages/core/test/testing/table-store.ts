/** A session store in a table of a database, in as few lines as keep every promise. */
import type { DatabaseSync } from 'node:sqlite'
import { AgentError, type SessionStore } from '@seamfold/core/kit'

export function tableStore(db: DatabaseSync): SessionStore {
  db.exec('CREATE TABLE IF NOT EXISTS record (key BLOB, position INTEGER, text BLOB NOT NULL, PRIMARY KEY (key, position))')
  const insert = db.prepare('INSERT INTO record VALUES (?, ?, ?)')
  const count = db.prepare('SELECT count(*) AS length FROM record WHERE key = ?')
  let closed = false
  const check = (signal?: AbortSignal): void => {
    if (closed) throw new AgentError('store_unavailable', 'This store was closed: open it again', { retryable: false })
    signal?.throwIfAborted()
  }
  return {
    contract: 1,
    async append(key, records, { expected, signal }) {
      check(signal)
      db.exec('BEGIN IMMEDIATE')
      try {
        const length = Number(count.get(bytes(key))?.['length'])
        if (length !== expected) throw new AgentError('store_conflict', `The log holds ${length} records, not ${expected}: read it again`)
        records.forEach((record, index) => insert.run(bytes(key), expected + index, bytes(record)))
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    async *read(key, { from = 0, signal } = {}) {
      check(signal)
      const rows = db.prepare('SELECT position, text FROM record WHERE key = ? AND position >= ? ORDER BY position').all(bytes(key), from)
      for (const { position, text } of rows) {
        check(signal)
        yield { offset: Number(position), record: string(text) }
      }
    },
    async *keys({ prefix = '', signal } = {}) {
      check(signal)
      const keys = db
        .prepare('SELECT DISTINCT key FROM record')
        .all()
        .map((row) => string(row['key']))
      yield* keys.filter((key) => key.startsWith(prefix))
    },
    async delete(key) {
      check()
      db.prepare('DELETE FROM record WHERE key = ?').run(bytes(key))
    },
    async close() {
      closed = true
    },
  }
}

// UTF-16 bytes, because UTF-8 text cannot hold every JavaScript string.
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf16le')
const string = (value: unknown): string => Buffer.from(value as Uint8Array).toString('utf16le')
