/** Whatever is done to it, the JSONL store answers as the store in memory does. */
import { expect, test } from 'vitest'
import { expectLikeMemory } from '../../../test/support/like-memory.ts'
import { jsonlStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('any sequence of calls has the same outcome', { timeout: 60_000 }, async () => {
  await expectLikeMemory(() => jsonlStore(fresh()))
  expect.hasAssertions()
})
