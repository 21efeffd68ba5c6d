/** The SQLite stores keep every promise of their ports, in a file and in memory. */
import { blobStoreSuite, leaseStoreSuite, runConformance, sessionStoreSuite, sharedStoreSuite } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const runner = { describe, test }

runConformance(
  sessionStoreSuite,
  { name: 'sqliteStore(file)', create: () => sqliteStore(fresh()), destroy: (store) => store.close?.(), heavy: true },
  runner,
)

runConformance(
  sessionStoreSuite,
  { name: "sqliteStore(':memory:')", create: () => sqliteStore(':memory:'), destroy: (store) => store.close?.() },
  runner,
)

runConformance(
  sharedStoreSuite,
  {
    name: 'sqliteStore(file)',
    create: () => {
      const path = fresh()
      return { open: () => sqliteStore(path) }
    },
  },
  runner,
)

runConformance(
  leaseStoreSuite,
  {
    name: 'sqliteLeases',
    create: () => {
      let now = Date.now()
      const leases = sqliteLeases(sqliteDatabase(fresh()), { now: () => now })
      return { leases, advance: (ms: number) => void (now += ms) }
    },
  },
  runner,
)

runConformance(blobStoreSuite, { name: 'sqliteBlobs', create: () => sqliteBlobs(sqliteDatabase(fresh())) }, runner)
