/** A store whose driver throws errors of its own: what can be helped by trying again is, and the rest is said in words. */
import { expect, test } from 'vitest'
import { createAgent, memoryStore, systemHost, type Host } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { scriptedLlm } from '../../src/testing.ts'

/** Pauses take no time here, and are counted. */
function impatient(): { readonly host: Host; readonly pauses: number[] } {
  const { clock, ...rest } = systemHost()
  const pauses: number[] = []
  return { pauses, host: { ...rest, clock: { ...clock, sleep: async (ms) => void pauses.push(ms) } } }
}

/** Refuses so many appends to journals, after the first ones, with an error that is not ours; `stored` as if the answer were lost. */
function troubled({ refusals, stored = false }: { readonly refusals: number; readonly stored?: boolean }): SessionStore {
  const store = memoryStore()
  let appends = 0
  return {
    ...store,
    async append(key, records, options) {
      if (key.startsWith('journal/')) appends++
      if (!key.startsWith('journal/') || appends <= 2 || appends > 2 + refusals) return store.append(key, records, options)
      if (stored) await store.append(key, records, options)
      throw new Error('SQLITE_BUSY: database is locked')
    },
  }
}

test.each([false, true])('a driver that is busy for a moment costs pauses, and no fact; the append had happened: %s', async (stored) => {
  const { host, pauses } = impatient()
  const agent = createAgent({ llm: scriptedLlm(['hello']), store: troubled({ refusals: 3, stored }), host })
  const result = await (await agent.run('hi')).result
  expect(result).toMatchObject({ status: 'completed', text: 'hello' })
  expect(pauses).toEqual(stored ? [] : [50, 100, 200])
})

test('one that stays so ends the run as the failure of a store, with its words and its cause', async () => {
  const { host, pauses } = impatient()
  const agent = createAgent({ llm: scriptedLlm(['hello']), store: troubled({ refusals: 1000 }), host })
  const result = await (await agent.run('hi')).result
  expect(result).toMatchObject({ status: 'failed', error: { code: 'store_unavailable', retryable: true } })
  expect(String(result.status === 'failed' && result.error.message)).toMatch(/could not append to journal\/.*SQLITE_BUSY/)
  expect(pauses.slice(0, 5)).toEqual([50, 100, 200, 400, 800])
})
