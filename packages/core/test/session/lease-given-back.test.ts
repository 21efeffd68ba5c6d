/** A lease that is given back by somebody who did nothing with it: who may still live is not forgotten. */
import { expect, test } from 'vitest'
import {
  AgentError,
  createAgent,
  memoryLeases,
  memoryStore,
  openSession,
  policy,
  redactFacts,
  type Session,
  tool,
} from '../../src/index.ts'
import type { LeaseStore, ProbeAnswer, SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { cursorOf } from './sessions.ts'

/** Takes nothing more into its journals. */
const full = (store: SessionStore): SessionStore => ({
  ...store,
  append: (key, records, options) =>
    key.startsWith('journal/')
      ? Promise.reject(new AgentError('store_unavailable', 'disk full', { retryable: false }))
      : store.append(key, records, options),
})

type Between = (session: Session, parts: { readonly store: SessionStore; readonly leases: LeaseStore }) => Promise<void>

test.each([-3_600_000, 3_600_000])(
  'a lease store whose clock is %i ms off neither ends a run nor lets it go on for longer',
  async (off) => {
    const host = manualHost()
    const clock = { now: () => host.clock.now() + off }
    const leases = memoryLeases({ clock })
    const work = (ms: number) =>
      tool({
        name: 'work',
        description: 'Works.',
        timeoutMs: 0,
        execute: (_, { signal }) => host.clock.sleep(ms, { signal }).then(() => 'worked'),
      })
    const common = { host, permissions: policy({ default: 'allow' }) }
    const script = (): ReturnType<typeof scriptedLlm> => scriptedLlm([[callOf('work')], 'done'])
    const fine = await createAgent({ ...common, leases, llm: script(), tools: [work(60_000)] }).run('go')
    expect(await pass(fine.result, host.clock, 1_000)).toMatchObject({ status: 'completed' })
    const asleep: LeaseStore = { ...leases, renew: () => Promise.reject(new Error('asleep')) }
    const lost = await createAgent({ ...common, leases: asleep, llm: script(), tools: [work(60_000)] }).run('go')
    const began = host.clock.now()
    expect(await pass(lost.result, host.clock, 1_000)).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(host.clock.now() - began).toBeLessThan(35_000)
  },
)

test.each<readonly [string, Between]>([
  ['could not claim the session', (session) => expect(session.resume()).rejects.toThrow('disk full')],
  ['could not cancel its run', (session) => expect(session.cancel()).rejects.toThrow('disk full')],
  [
    'redacted a fact',
    async ({ id }, { store, leases }) => {
      await redactFacts(store, id, { at: [await cursorOf(await openSession(store, id), 'agent_start')], leases })
    },
  ],
])('when whoever took it over %s, what seems not to have begun is still not run', async (_, between) => {
  const host = manualHost()
  const store = memoryStore()
  const leases = memoryLeases({ clock: host.clock })
  const done: string[] = []
  const probe = async (): Promise<ProbeAnswer> => ({ state: 'not_started' })
  const once = (execute: () => unknown) => tool({ name: 'once', description: 'Does it once.', effect: 'unsafe', probe, execute })
  const common = { host, store, leases, permissions: policy({ default: 'allow' }) }
  // It has said that it begins, and sleeps.
  const sleeping: LeaseStore = { ...leases, renew: () => Promise.reject(new Error('asleep')), release: async () => {} }
  const hang = once(() => new Promise(() => {}))
  const run = await createAgent({ ...common, llm: scriptedLlm([[callOf('once')]]), tools: [hang], leases: sleeping }).run('go')
  await host.clock.advance(30_000)

  const unlucky = createAgent({ ...common, store: full(store), llm: scriptedLlm([]), tools: [hang] })
  await between(await unlucky.session({ id: run.sessionId }), { store, leases })

  const third = createAgent({ ...common, llm: scriptedLlm(['done']), tools: [once(() => done.push('twice'))] })
  const resumed = await (await third.session({ id: run.sessionId })).resume()
  expect(await pass(resumed?.result ?? run.result, host.clock)).toMatchObject({ status: 'completed' })
  expect(done).toEqual([])
})
