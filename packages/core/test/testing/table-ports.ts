/** The smaller ports beside the store, in the same database. */
import type { DatabaseSync } from 'node:sqlite'
import { type BlobStore, type Lease, type LeaseStore, wakeUps, type WatchStore } from '@seamfold/core/kit'

export function tableLeases(db: DatabaseSync, now: () => number = Date.now): LeaseStore {
  db.exec('CREATE TABLE IF NOT EXISTS lease (key BLOB PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL)')
  const select = db.prepare('SELECT holder, until FROM lease WHERE key = ?')
  const put = db.prepare('INSERT OR REPLACE INTO lease VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM lease WHERE key = ? AND holder = ?')
  const stored = (key: string): Lease | undefined => {
    const row = select.get(bytes(key))
    return row && { holder: String(row['holder']), expiresAt: Number(row['until']) }
  }
  const inForce = (key: string): Lease | undefined => {
    const lease = stored(key)
    return lease !== undefined && lease.expiresAt > now() ? lease : undefined
  }
  const give = (key: string, holder: string, ttlMs: number): Lease => {
    put.run(bytes(key), holder, now() + ttlMs)
    return { holder, expiresAt: now() + ttlMs }
  }
  /** Looking and writing are one transaction, or two holders would both find the lease free. */
  const atOnce = async <T>(work: () => T): Promise<T> => {
    db.exec('BEGIN IMMEDIATE')
    try {
      return work()
    } finally {
      db.exec('COMMIT')
    }
  }
  return {
    contract: 1,
    acquire: (key, holder, ttlMs) =>
      atOnce(() => {
        const current = inForce(key)
        if (current !== undefined && current.holder !== holder) return current
        const before = stored(key)?.holder ?? holder
        return { ...give(key, holder, ttlMs), ...(before === holder ? {} : { takenFrom: before }) }
      }),
    renew: (key, holder, ttlMs) => atOnce(() => (inForce(key)?.holder === holder ? give(key, holder, ttlMs) : undefined)),
    transfer: (key, holder, { to, ttlMs }) => atOnce(() => (inForce(key)?.holder === holder ? give(key, to, ttlMs) : undefined)),
    release: async (key, holder) => void remove.run(bytes(key), holder),
    read: async (key) => inForce(key),
  }
}

export function tableBlobs(db: DatabaseSync): BlobStore {
  db.exec('CREATE TABLE IF NOT EXISTS blob (digest TEXT PRIMARY KEY, text BLOB NOT NULL)')
  return {
    contract: 1,
    put: async (digest, text) => void db.prepare('INSERT OR IGNORE INTO blob VALUES (?, ?)').run(digest, bytes(text)),
    async get(digest) {
      const row = db.prepare('SELECT text FROM blob WHERE digest = ?').get(digest)
      return row && Buffer.from(row['text'] as Uint8Array).toString('utf16le')
    },
  }
}

/** Looks at the number of changes for as long as anybody watches; a server that can notify would call `wake` instead. */
export function tableWatch(db: DatabaseSync): WatchStore {
  const changes = db.prepare('SELECT total_changes() AS own, data_version AS others FROM pragma_data_version')
  const { wake, watch } = wakeUps(() => {
    let seen = JSON.stringify(changes.get())
    const timer = setInterval(() => {
      const now = JSON.stringify(changes.get())
      if (now !== seen) wake()
      seen = now
    }, 25)
    timer.unref()
    return () => clearInterval(timer)
  })
  return { contract: 1, watch: (prefix, { signal } = {}) => watch(prefix, signal) }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf16le')
