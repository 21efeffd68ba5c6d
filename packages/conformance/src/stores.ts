/** The stores of this repository: sessions, leases, large outputs and wake-ups. */
import { join } from 'node:path'
import { memoryLeases, memoryStore, storeBlobs, watchedStore } from '../../core/src/index.ts'
import type { LeaseStore, SessionStore } from '../../core/src/kit.ts'
import {
  blobStoreMutants,
  blobStoreSuite,
  type Candidate,
  leaseStoreMutants,
  leaseStoreSuite,
  sessionStoreMutants,
  sessionStoreSuite,
  sharedStoreSuite,
  type Suite,
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
    judged(blobStoreSuite, { name: 'storeBlobs(memoryStore)', create: () => storeBlobs(memoryStore()) }, blobStoreMutants),
    judged(blobStoreSuite, { name: 'sqliteBlobs', create: () => sqliteBlobs(sqliteDatabase(file())) }, blobStoreMutants),
    judged(blobStoreSuite, { name: 'jsonlBlobs', create: () => jsonlBlobs(folder()) }, blobStoreMutants),
    ...watches(file, folder),
  ]
}

type Broken<S> = { readonly name: string; readonly killedBy: string; readonly mutate: (good: S) => S }

/** With mutants that are made of the adapter itself, so that the suite has teeth there, too. */
function judged<S>(suite: Suite<S>, candidate: Candidate<S>, broken: readonly Broken<S>[]): Entry {
  const mutants = broken.map(({ name, killedBy, mutate }): Mutant<S> => ({
    name,
    killedBy,
    candidate: { name, create: async () => mutate(await candidate.create()) },
  }))
  return entryOf(suite, candidate, { mutants })
}

const sessions =
  (name: string, create: () => SessionStore) =>
  (heavy: boolean): Entry =>
    judged(sessionStoreSuite, { name, create, destroy: (store) => store.close?.(), heavy }, sessionStoreMutants)

const shared = (name: string, path: () => string, open: (path: string) => SessionStore): Entry =>
  entryOf(sharedStoreSuite, {
    name,
    create: () => {
      const place = path()
      return { open: () => open(place) }
    },
  })

const leases = (name: string, make: (now: () => number) => LeaseStore): Entry =>
  judged<TimedLeases>(
    leaseStoreSuite,
    {
      name,
      create: () => {
        let now = Date.UTC(2026, 0, 1)
        return { leases: make(() => now), advance: (ms) => void (now += ms) }
      },
    },
    leaseStoreMutants,
  )

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
  return Object.entries(subjects).map(([name, create]) => judged(watchStoreSuite, { name, create }, watchStoreMutants))
}

/** Gives new paths below one folder. */
export function pathsIn(directory: string): (name: string) => string {
  let paths = 0
  return (name) => join(directory, `${++paths}-${name}`)
}
