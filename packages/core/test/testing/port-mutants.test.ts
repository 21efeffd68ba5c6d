/** The suites of the smaller storage ports reject every store that breaks a promise, and every case of them rejects one. */
import { describe, expect, test } from 'vitest'
import { memoryLeases } from '../../src/stores/memory-leases.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { storeBlobs } from '../../src/stores/store-blobs.ts'
import { blobStoreMutants } from '../../src/testing/blob-store-mutants.ts'
import { blobStoreSuite } from '../../src/testing/blob-store-suite.ts'
import { leaseStoreMutants } from '../../src/testing/lease-store-mutants.ts'
import { leaseStoreSuite, type TimedLeases } from '../../src/testing/lease-store-suite.ts'

const timed = (): TimedLeases => {
  let now = 1_000_000
  return { leases: memoryLeases({ clock: { now: () => now } }), advance: (ms) => void (now += ms) }
}

describe('a lease store that', () => {
  test.each(leaseStoreMutants)('$name fails $killedBy', async ({ killedBy, mutate }) => {
    const judge = leaseStoreSuite.cases.find(({ id }) => id === killedBy)
    await expect(judge?.run(mutate(timed()))).rejects.toThrow(/./)
  })
})

describe('a blob store that', () => {
  test.each(blobStoreMutants)('$name fails $killedBy', async ({ killedBy, mutate }) => {
    const judge = blobStoreSuite.cases.find(({ id }) => id === killedBy)
    await expect(judge?.run(mutate(storeBlobs(memoryStore())))).rejects.toThrow(/./)
  })
})

test.each([
  ['lease', leaseStoreSuite.cases, leaseStoreMutants],
  ['blob', blobStoreSuite.cases, blobStoreMutants],
] as const)('every case of the %s suite rejects at least one', (_, cases, mutants) => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy))
  expect(cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
})
