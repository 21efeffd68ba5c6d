/** The session-store suite rejects every store that breaks a promise, and every case of it rejects one. */
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { sessionStoreSuite } from '../../src/testing/session-store-suite.ts'
import { sessionStoreMutants } from '../../src/testing/store-mutants.ts'

describe('a store that', () => {
  for (const { name, killedBy, mutate } of sessionStoreMutants) {
    test(`${name} fails ${killedBy}`, async () => {
      const judge = sessionStoreSuite.cases.find(({ id }) => id === killedBy)
      await expect(judge?.run(mutate(memoryStore()))).rejects.toThrow(/./)
    })
  }
})

test('every case rejects at least one mutant', () => {
  const needed = sessionStoreSuite.cases.filter(({ heavy }) => heavy !== true).map(({ id }) => id)
  const killers = new Set(sessionStoreMutants.map(({ killedBy }) => killedBy))
  expect(needed.filter((id) => !killers.has(id))).toEqual([])
})

test('no two cases share an id', () => {
  const ids = sessionStoreSuite.cases.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
})
