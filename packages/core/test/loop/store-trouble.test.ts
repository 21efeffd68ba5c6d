/** A store that fails while tools run: nothing begins whose start could not be stored, and what runs is stopped. */
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, memoryStore, policy, tool, verifySession } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, crashingStore, manualHost, scriptedLlm } from '../../src/testing.ts'
import { collect, pass } from '../middleware/runs.ts'

const free = policy({ default: 'allow' })
const full = (): AgentError => new AgentError('store_unavailable', 'disk full', { retryable: false })

/** How many appends the same work makes when nothing fails. */
async function play(store: SessionStore) {
  const host = manualHost()
  const effects: string[] = []
  const change = tool<{ n: number }>({
    name: 'change',
    description: 'Changes.',
    access: ({ n }) => [{ kind: 'write', path: `${n}` }],
    effect: 'unsafe',
    execute: ({ n }) => String(effects.push(`change ${n}`)),
  })
  const llm = scriptedLlm([[callOf('change', { n: 1 }), callOf('change', { n: 2 })], [callOf('change', { n: 3 })], 'done'])
  const agent = createAgent({ llm, tools: [change], store, host, permissions: free })
  const result = await pass(
    agent.run('go').then((run) => run.result),
    host.clock,
  ).catch((error: unknown) => error)
  return { effects, result, sessionId: 'session-1' }
}

describe('whichever append fails', { timeout: 30_000 }, () => {
  test.each(['before', 'after'] as const)(
    'no effect happens without its start in the journal, and the journal is whole (%s)',
    async (when) => {
      const whole = crashingStore(memoryStore(), { at: Infinity, when })
      expect((await play(whole)).result).toMatchObject({ status: 'completed' })
      expect(whole.appends).toBeGreaterThan(6)
      for (let at = 1; at <= whole.appends; at++) {
        const inner = memoryStore()
        const { effects, sessionId } = await play(crashingStore(inner, { at, when }))
        const records = (await collect(inner.read(`journal/${sessionId}`))).map(({ record }) => record)
        const starts = records.filter((record) => record.startsWith('{"t":"tool_execution_start"'))
        for (const effect of effects) {
          const n = effect.at(-1)
          expect(starts.filter((record) => record.includes(`"args":{"n":${n}}`))).toHaveLength(1)
        }
        expect(await verifySession(inner, sessionId)).toEqual({ records: records.length, redacted: 0 })
      }
    },
  )

  test('a store that comes back is written to again, and the run completes', async () => {
    const whole = crashingStore(memoryStore(), { at: Infinity, when: 'before' })
    await play(whole)
    for (const when of ['before', 'after'] as const) {
      for (let at = 2; at <= whole.appends; at++) {
        const inner = memoryStore()
        const { effects, result } = await play(crashingStore(inner, { at, when, dies: false }))
        expect(result, `append ${at} failed ${when} storing`).toMatchObject({ status: 'completed' })
        expect(effects.toSorted()).toEqual(['change 1', 'change 2', 'change 3'])
      }
    }
  })
})

test('a call whose start cannot be stored stops the others that run', async () => {
  const inner = memoryStore()
  const running = Promise.withResolvers<void>()
  let broken = false
  const store: SessionStore = {
    ...inner,
    async append(key, records, options) {
      if (broken) throw full()
      if (records.some((record) => record.includes('"name":"second"') && record.includes('tool_execution_start'))) {
        await running.promise
        broken = true
        throw full()
      }
      await inner.append(key, records, options)
    },
  }
  const stopped = Promise.withResolvers<unknown>()
  const first = tool({
    name: 'first',
    description: 'Waits.',
    access: () => [],
    execute: async (_, { signal }) => {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason), { once: true })
      running.resolve()
      return stopped.promise
    },
  })
  const effects: string[] = []
  const second = tool({
    name: 'second',
    description: 'Begins later.',
    access: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return []
    },
    execute: () => effects.push('second'),
  })
  const llm = scriptedLlm([[callOf('first'), callOf('second')]])
  const run = await createAgent({ llm, tools: [first, second], store, permissions: free }).run('go')
  expect(await run.result).toMatchObject({ status: 'failed', error: { message: 'disk full' } })
  expect(await stopped.promise).toMatchObject({ message: 'disk full' })
  expect(effects).toEqual([])
})
