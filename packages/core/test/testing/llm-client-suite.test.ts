/** The llm-client suite accepts a good client and rejects every mutant. */
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { runCase, runConformance } from '../../src/testing/conformance.ts'
import { llmClientMutants } from '../../src/testing/llm-client-mutants.ts'
import { llmClientSuite } from '../../src/testing/llm-client-suite.ts'
import type { LlmClientSubject } from '../../src/testing/llm-scene.ts'
import { llmPlayer } from './llm-player.ts'

runConformance(llmClientSuite, { name: 'a good client', create: llmPlayer }, { describe, test })

describe('mutants of the llm-client suite', () => {
  for (const { name, killedBy, mutate } of llmClientMutants) {
    test(`a client that ${name} fails ${killedBy}`, async () => {
      const good = llmPlayer()
      const subject: LlmClientSubject = { ...good, in: async (scene) => mutate(await good.in(scene)) }
      const found = llmClientSuite.cases.find(({ id }) => id === killedBy)
      expect(found, `no case has the id ${killedBy}`).toBeDefined()
      if (found === undefined) return
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      try {
        const outcome = runCase(found, { name, create: () => subject }).then(
          () => 'passed',
          () => 'failed',
        )
        // A client that hangs fails by the suite's own deadline: move the clock instead of waiting for it.
        await vi.advanceTimersByTimeAsync(20_000)
        expect(await outcome).toBe('failed')
      } finally {
        vi.useRealTimers()
      }
    })
  }
})

test('every line of the contract has its case, and every case its line', () => {
  const port = readFileSync(new URL('../../src/ports/llm-client.ts', import.meta.url), 'utf8')
  const lines = [...port.matchAll(/\[(llm\.[a-z_]+)\]/g)].map(([, id]) => id)
  expect(llmClientSuite.cases.map(({ id }) => id)).toEqual(lines)
})

test('every case has a mutant that it kills', () => {
  expect(new Set(llmClientMutants.map(({ killedBy }) => killedBy))).toEqual(new Set(llmClientSuite.cases.map(({ id }) => id)))
})
