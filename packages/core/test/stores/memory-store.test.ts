/** The in-memory stores keep every promise of their ports. */
import { describe, test } from 'vitest'
import { memoryLeases } from '../../src/stores/memory-leases.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { storeBlobs } from '../../src/stores/store-blobs.ts'
import { blobStoreSuite } from '../../src/testing/blob-store-suite.ts'
import { runConformance } from '../../src/testing/conformance.ts'
import { leaseStoreSuite } from '../../src/testing/lease-store-suite.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'

runConformance(sessionStoreSuite, { name: 'memoryStore', create: memoryStore, heavy: true }, { describe, test })

runConformance(blobStoreSuite, { name: 'storeBlobs(memoryStore())', create: () => storeBlobs(memoryStore()) }, { describe, test })

const timedLeases = () => {
  let now = 1_000_000
  return { leases: memoryLeases({ clock: { now: () => now } }), advance: (ms: number) => void (now += ms) }
}
runConformance(leaseStoreSuite, { name: 'memoryLeases', create: timedLeases }, { describe, test })
