/** A crashing store fails exactly where it was told to. */
import { describe, expect, test } from 'vitest'
import { isAgentError } from '../../src/base/errors.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { collectAll } from '../../src/testing/assert.ts'
import { runConformance } from '../../src/testing/conformance.ts'
import { crashingStore, type CrashingStoreOptions } from '../../src/testing/crashing-store.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'

const afterThree = async (options: CrashingStoreOptions) => {
  const inner = memoryStore()
  const store = crashingStore(inner, options)
  const outcomes: string[] = []
  for (const record of ['a', 'b', 'c']) {
    const { length } = await collectAll(inner.read('log'))
    const append = store.append('log', [record], { expected: length })
    outcomes.push(
      await append.then(
        () => 'stored',
        (error: unknown) => (isAgentError(error) ? error.code : 'other'),
      ),
    )
  }
  const records = (await collectAll(inner.read('log'))).map(({ record }) => record)
  return { outcomes, records, appends: store.appends, crashed: store.crashed, store }
}

describe('a store that crashes at its second append', () => {
  test('loses it when it crashes before storing, and fails from then on', async () => {
    const { store, ...seen } = await afterThree({ at: 2, when: 'before' })
    expect(seen).toEqual({ outcomes: ['stored', 'store_unavailable', 'store_unavailable'], records: ['a'], appends: 2, crashed: true })
    for (const call of [collectAll(store.read('log')), collectAll(store.keys()), store.delete('log')]) {
      expect(isAgentError(await call.catch((error: unknown) => error), 'store_unavailable')).toBe(true)
    }
  })

  test('keeps it when it crashes after storing', async () => {
    const { outcomes, records } = await afterThree({ at: 2, when: 'after' })
    expect(outcomes).toEqual(['stored', 'store_unavailable', 'store_unavailable'])
    expect(records).toEqual(['a', 'b'])
  })

  test('works again afterwards when it does not die', async () => {
    const { outcomes, records } = await afterThree({ at: 2, when: 'after', dies: false })
    expect(outcomes).toEqual(['stored', 'store_unavailable', 'stored'])
    expect(records).toEqual(['a', 'b', 'c'])
  })
})

const crashesNever = () => crashingStore(memoryStore(), { at: Number.POSITIVE_INFINITY, when: 'before' })
runConformance(sessionStoreSuite, { name: 'crashingStore before its crash', create: crashesNever }, { describe, test })
