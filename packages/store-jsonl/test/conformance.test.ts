/** The stores in plain files keep every promise of their ports. */
import { blobStoreSuite, leaseStoreSuite, runConformance, sessionStoreSuite, sharedStoreSuite } from '@seamfold/core/testing'
import { describe, test } from 'vitest'
import { jsonlBlobs, jsonlLeases, jsonlStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const runner = { describe, test }

runConformance(
  sessionStoreSuite,
  { name: 'jsonlStore', create: () => jsonlStore(fresh()), destroy: (store) => store.close?.(), heavy: true },
  runner,
)

runConformance(
  sharedStoreSuite,
  {
    name: 'jsonlStore',
    create: () => {
      const folder = fresh()
      return { open: () => jsonlStore(folder) }
    },
  },
  runner,
)

runConformance(
  leaseStoreSuite,
  {
    name: 'jsonlLeases',
    create: () => {
      let now = Date.now()
      const leases = jsonlLeases(fresh(), { now: () => now })
      return { leases, advance: (ms: number) => void (now += ms) }
    },
  },
  runner,
)

runConformance(blobStoreSuite, { name: 'jsonlBlobs', create: () => jsonlBlobs(fresh()) }, runner)
