/** Whatever is done to it, the SQLite store answers as the store in memory does. */
import { expect, test } from 'vitest'
import { expectLikeMemory } from '../../../test/support/like-memory.ts'
import { sqliteStore } from '../src/index.ts'

test('any sequence of calls has the same outcome', { timeout: 60_000 }, async () => {
  await expectLikeMemory(() => sqliteStore(':memory:'))
  expect.hasAssertions()
})
