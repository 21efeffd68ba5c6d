/** A watched store wakes who shares it, and its suite rejects every watch store that breaks a promise. */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { watchedStore } from '../../src/stores/watched-store.ts'
import { runConformance } from '../../src/testing/conformance.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'
import { watchStoreMutants } from '../../src/testing/watch-store-mutants.ts'
import { type WatchSubject, watchStoreSuite } from '../../src/testing/watch-store-suite.ts'

const create = (): WatchSubject => {
  const store = watchedStore(memoryStore())
  return { watch: store, writer: store }
}
runConformance(watchStoreSuite, { name: 'watchedStore(memoryStore())', create }, { describe, test })
runConformance(sessionStoreSuite, { name: 'watchedStore(memoryStore())', create: () => watchedStore(memoryStore()) }, { describe, test })

describe('a watch store that', () => {
  for (const { name, killedBy, mutate } of watchStoreMutants) {
    test.concurrent(`${name} fails ${killedBy}`, async () => {
      const judge = watchStoreSuite.cases.find(({ id }) => id === killedBy)
      await expect(judge?.run(mutate(create()))).rejects.toThrow(/./)
    })
  }
})

test('every case rejects at least one mutant', () => {
  const killers = new Set(watchStoreMutants.map(({ killedBy }) => killedBy))
  expect(watchStoreSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
})

test('an append that fails wakes too: it may have been stored', async () => {
  const store = watchedStore({ ...memoryStore(), append: () => Promise.reject(new Error('no answer')) })
  const wakeUps = store.watch('log')[Symbol.asyncIterator]()
  await wakeUps.next()
  await expect(store.append('log', ['a'], { expected: 0 })).rejects.toThrow('no answer')
  expect(await wakeUps.next()).toMatchObject({ done: false })
  await wakeUps.return?.()
})
