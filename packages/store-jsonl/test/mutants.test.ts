/** The suite that this store passes notices when it is broken: it has teeth here, not only on the store in memory. */
import { sessionStoreMutants, sessionStoreSuite } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

describe('a JSONL store that', () => {
  for (const { name, killedBy, mutate } of sessionStoreMutants) {
    test(`${name} fails ${killedBy}`, async () => {
      const judge = sessionStoreSuite.cases.find(({ id }) => id === killedBy)
      await expect(judge?.run(mutate(jsonlStore(fresh())))).rejects.toThrow(/./)
    })
  }
})
