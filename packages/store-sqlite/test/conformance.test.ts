/** The SQLite stores keep every promise of their ports, in a file and in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobStoreSuite, leaseStoreSuite, runConformance, sessionStoreSuite, sharedStoreSuite } from '@seamfold/core/testing'
import { afterAll, describe, test } from 'vitest'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'seamfold-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const freshFile = (): string => join(folder, `store-${++files}.db`)
const runner = { describe, test }

runConformance(
  sessionStoreSuite,
  { name: 'sqliteStore(file)', create: () => sqliteStore(freshFile()), destroy: (store) => store.close?.(), heavy: true },
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
      const path = freshFile()
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
      const leases = sqliteLeases(sqliteDatabase(freshFile()), { now: () => now })
      return { leases, advance: (ms: number) => void (now += ms) }
    },
  },
  runner,
)

runConformance(blobStoreSuite, { name: 'sqliteBlobs', create: () => sqliteBlobs(sqliteDatabase(freshFile())) }, runner)
