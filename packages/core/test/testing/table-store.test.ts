/** The store that the guide shows keeps every promise, and the guide shows exactly that store. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { runConformance } from '../../src/testing/conformance.ts'
import { blobStoreSuite } from '../../src/testing/blob-store-suite.ts'
import { leaseStoreSuite } from '../../src/testing/lease-store-suite.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'
import { watchStoreSuite } from '../../src/testing/watch-store-suite.ts'
import { tableBlobs, tableLeases, tableWatch } from './table-ports.ts'
import { tableStore } from './table-store.ts'

const create = () => tableStore(new DatabaseSync(':memory:'))
runConformance(sessionStoreSuite, { name: 'tableStore', create, heavy: true }, { describe, test })

const timed = () => {
  let now = 0
  return { leases: tableLeases(new DatabaseSync(':memory:'), () => now), advance: (ms: number) => void (now += ms) }
}
runConformance(leaseStoreSuite, { name: 'tableLeases', create: timed }, { describe, test })
runConformance(blobStoreSuite, { name: 'tableBlobs', create: () => tableBlobs(new DatabaseSync(':memory:')) }, { describe, test })

const oneHandle = () => {
  const db = new DatabaseSync(':memory:')
  return { watch: tableWatch(db), writer: tableStore(db) }
}
runConformance(watchStoreSuite, { name: 'tableWatch', create: oneHandle }, { describe, test })

const folder = mkdtempSync(join(tmpdir(), 'seamfold-table-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const twoHandles = () => {
  const path = join(folder, `${++files}.db`)
  const open = () => new DatabaseSync(path)
  return { watch: tableWatch(open()), writer: tableStore(open()) }
}
runConformance(watchStoreSuite, { name: 'tableWatch, written through another handle', create: twoHandles }, { describe, test })

test.each(['table-store.ts', 'table-ports.ts'])('docs/write-a-store.md shows %s as it is', (name) => {
  const guide = readFileSync(new URL('../../../../docs/write-a-store.md', import.meta.url), 'utf8')
  const shown = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
  expect(guide).toContain(`\`\`\`ts\n${shown}\`\`\`\n`)
})
