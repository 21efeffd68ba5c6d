/** Leases in a SQLite file: who holds a session, and until when. */
import type { Lease, LeaseStore } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { fromStoredText, toStoredText } from './stored-text.ts'

export interface SqliteLeasesOptions {
  /** Milliseconds since the epoch. Default: this machine's clock, which all processes that share the file see. */
  readonly now?: () => number
}

/** Shares the file with a store: `sqliteLeases(database)`. Closing it is the database's business. */
export function sqliteLeases(database: SqliteDatabase, { now = Date.now }: SqliteLeasesOptions = {}): LeaseStore {
  /** The lease as it stands, in force or not. */
  const stored = (key: string): Lease | undefined => {
    const row = database.prepare('SELECT holder, expires_at FROM seamfold_lease WHERE key = ?').get(toStoredText(key)) as
      | { holder: unknown; expires_at: number | bigint }
      | undefined
      | null
    return row === undefined || row === null ? undefined : { holder: fromStoredText(row.holder), expiresAt: Number(row.expires_at) }
  }
  const inForce = (key: string): Lease | undefined => {
    const lease = stored(key)
    return lease !== undefined && lease.expiresAt > now() ? lease : undefined
  }
  const put = (key: string, holder: string, ttlMs: number): Lease => {
    const lease = { holder, expiresAt: now() + ttlMs }
    database
      .prepare('INSERT OR REPLACE INTO seamfold_lease (key, holder, expires_at) VALUES (?, ?, ?)')
      .run(toStoredText(key), toStoredText(holder), lease.expiresAt)
    return lease
  }
  const change = <T>(key: string, run: () => T): Promise<T> => database.write({ writer: key, sync: false, run })
  return {
    contract: 1,
    acquire: (key, holder, ttlMs) =>
      change(key, () => {
        const current = inForce(key)
        if (current !== undefined && current.holder !== holder) return current
        const expired = stored(key)?.holder ?? holder
        return { ...put(key, holder, ttlMs), ...(expired === holder ? {} : { takenFrom: expired }) }
      }),
    renew: (key, holder, ttlMs) => change(key, () => (inForce(key)?.holder === holder ? put(key, holder, ttlMs) : undefined)),
    transfer: (key, holder, { to, ttlMs }) => change(key, () => (inForce(key)?.holder === holder ? put(key, to, ttlMs) : undefined)),
    release: (key, holder) =>
      change(key, () => {
        database.prepare('DELETE FROM seamfold_lease WHERE key = ? AND holder = ?').run(toStoredText(key), toStoredText(holder))
      }),
    read: (key) => database.read(() => inForce(key)),
  }
}
