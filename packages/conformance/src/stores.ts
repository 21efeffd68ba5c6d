/** The stores of this repository: sessions, leases, large outputs and wake-ups. */
import { join } from 'node:path'
import { memoryLeases, memoryStore, storeBlobs, watchedStore } from '../../core/src/index.ts'
import type { LeaseStore, SessionStore } from '../../core/src/kit.ts'
import {
  blobStoreSuite,
  leaseStoreSuite,
  sessionStoreMutants,
  sessionStoreSuite,
  sharedStoreSuite,
  type TimedLeases,
  watchStoreMutants,
  watchStoreSuite,
  type WatchSubject,
} from '../../core/src/testing.ts'
import { jsonlBlobs, jsonlLeases, jsonlStore, jsonlWatch } from '../../store-jsonl/src/index.ts'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore, sqliteWatch } from '../../store-sqlite/src/index.ts'
import { betterSqliteStore } from '../../store-sqlite/test/better-sqlite-store.ts'
import { type Entry, entryOf, type Mutant } from './entry.ts'

/** `fresh` gives a path that nobody has used, below a folder that is removed at the end. */
export function storeEntries(fresh: (name: string) => string, heavy: boolean): readonly Entry[] {
  const file = (): string => fresh('store.db')
  const folder = (): string => fresh('logs')
  return [
    ...[
      sessions('memoryStore', memoryStore),
      sessions('sqliteStore', () => sqliteStore(file())),
      sessions("sqliteStore(':memory:')", () => sqliteStore(':memory:')),
      sessions('sqliteStore(better-sqlite3)', () => betterSqliteStore(file())),
      sessions('jsonlStore', () => jsonlStore(folder())),
    ].map((make) => make(heavy)),
    shared('sqliteStore', file, (path) => sqliteStore(path)),
    shared('jsonlStore', folder, (path) => jsonlStore(path)),
    leases('memoryLeases', (now) => memoryLeases({ clock: { now } })),
    leases('sqliteLeases', (now) => sqliteLeases(sqliteDatabase(file()), { now })),
    leases('jsonlLeases', (now) => jsonlLeases(folder(), { now })),
    entryOf(blobStoreSuite, { name: 'storeBlobs(memoryStore)', create: () => storeBlobs(memoryStore()) }),
    entryOf(blobStoreSuite, { name: 'sqliteBlobs', create: () => sqliteBlobs(sqliteDatabase(file())) }),
    entryOf(blobStoreSuite, { name: 'jsonlBlobs', create: () => jsonlBlobs(folder()) }),
    ...watches(file, folder),
  ]
}

function sessions(name: string, create: () => SessionStore): (heavy: boolean) => Entry {
  const mutants = sessionStoreMutants.map(({ name: broken, killedBy, mutate }): Mutant<SessionStore> => ({
    name: broken,
    killedBy,
    candidate: { name: broken, create: () => mutate(create()) },
  }))
  return (heavy) => entryOf(sessionStoreSuite, { name, create, destroy: (store) => store.close?.(), heavy }, { mutants })
}

const shared = (name: string, path: () => string, open: (path: string) => SessionStore): Entry =>
  entryOf(sharedStoreSuite, {
    name,
    create: () => {
      const place = path()
      return { open: () => open(place) }
    },
  })

const leases = (name: string, make: (now: () => number) => LeaseStore): Entry =>
  entryOf<TimedLeases>(leaseStoreSuite, {
    name,
    create: () => {
      let now = Date.UTC(2026, 0, 1)
      return { leases: make(() => now), advance: (ms) => void (now += ms) }
    },
  })

function watches(file: () => string, folder: () => string): readonly Entry[] {
  const subjects: Readonly<Record<string, () => WatchSubject>> = {
    'watchedStore(memoryStore)': () => {
      const store = watchedStore(memoryStore())
      return { watch: store, writer: store }
    },
    sqliteWatch: () => {
      const path = file()
      return { watch: sqliteWatch(sqliteDatabase(path)), writer: sqliteStore(path) }
    },
    jsonlWatch: () => {
      const path = folder()
      return { watch: jsonlWatch(path), writer: jsonlStore(path) }
    },
  }
  return Object.entries(subjects).map(([name, create]) => {
    const mutants = watchStoreMutants.map(({ name: broken, killedBy, mutate }) => ({
      name: broken,
      killedBy,
      candidate: { name: broken, create: () => mutate(create()) },
    }))
    return entryOf(watchStoreSuite, { name, create }, { mutants })
  })
}

/** Gives new paths below one folder. */
export function pathsIn(directory: string): (name: string) => string {
  let paths = 0
  return (name) => join(directory, `${++paths}-${name}`)
}
