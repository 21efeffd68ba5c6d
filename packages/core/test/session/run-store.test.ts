/** Records of runs in memory: counted without gaps, ended for good, and forgotten only when they are over. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentEvent, createAgent, type Envelope, InMemoryRunStore, type RunRecord, tool } from '../../src/index.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'

const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
const digests = { model: '', tools: '', policy: '', instructions: '' }

const started = (prompt = 'go'): AgentEvent => ({ type: 'agent_start', sendId: 'x', prompt: [{ type: 'text', text: prompt }], digests })
const turn = (n = 1): AgentEvent => ({ type: 'turn_start', turn: n, attempt: 1 })
const said = (text: string): AgentEvent => ({ type: 'text_delta', text, turn: 1, attempt: 1, block: 0, start: 0 })
const completed = (text = 'done'): AgentEvent => ({ type: 'agent_end', text, usage, reason: 'end_turn' })
const failed: AgentEvent = { type: 'error', code: 'internal', message: 'broken', retryable: false, usage, text: '' }
const cancelled: AgentEvent = { type: 'run_cancelled', reason: 'enough', usage, text: '' }
const suspended: AgentEvent = { type: 'run_suspended', waitingFor: [] }
const claimed: AgentEvent = { type: 'session_claimed', holder: 'h', fence: 2, attempt: 1 }
const released: AgentEvent = { type: 'session_released', fence: 1 }
const toolStart = (callId: string): AgentEvent => ({
  type: 'tool_execution_start',
  callId,
  id: callId,
  name: 'look',
  args: {},
  attempt: 1,
  effect: 'none',
  idempotencyKey: '',
  accesses: [],
})
const toolEnd = (callId: string): AgentEvent => ({ type: 'tool_end', callId, id: callId, name: 'look', output: '', isError: false })

const LIVE = new Set(['text_delta', 'tool_start', 'model_retry'])

/** Writes events of runs into a store, a millisecond apart. */
function recorder(store: InMemoryRunStore) {
  let timestamp = 1000
  return (runId: string, ...events: readonly AgentEvent[]): void => {
    for (const event of events)
      store.record({ cursor: '', durable: !LIVE.has(event.type), sessionId: 's', runId, timestamp: timestamp++, event } satisfies Envelope)
  }
}

describe('a record', () => {
  test('tells what a real run came to, and what it is doing', async () => {
    const store = new InMemoryRunStore()
    const host = manualHost()
    const begun = Promise.withResolvers<void>()
    const letGo = Promise.withResolvers<string>()
    const wait = tool({ name: 'wait', description: 'Waits.', execute: () => (begun.resolve(), letGo.promise) })
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'all done']), tools: [wait], host }).run('wait for me')
    const following = store.follow(run)
    await begun.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(store.snapshot(run.id)).toMatchObject({ id: run.id, sessionId: run.sessionId, status: 'executing', prompt: 'wait for me' })
    expect(store.activeTools(run.id)).toMatchObject([{ name: 'wait', startedAtMs: host.clock.now() }])
    letGo.resolve('ok')
    await following
    expect(store.snapshot(run.id)).toMatchObject({ status: 'completed', resultText: 'all done' })
    expect(store.activeTools(run.id)).toEqual([])
    expect(store.events(run.id)?.map(({ event }) => event.type)).toContain('text_delta')
    const handle = store.handle(run)
    expect([handle.id, handle.snapshot()?.status, await handle.cancel()]).toEqual([run.id, 'completed', false])
  })

  test('of a run that is cancelled through its handle says so, once', async () => {
    const store = new InMemoryRunStore()
    const begun = Promise.withResolvers<void>()
    const wait = tool({
      name: 'wait',
      description: 'Waits.',
      execute: (_, { signal }) => new Promise((resolve) => (begun.resolve(), signal.addEventListener('abort', resolve))),
    })
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')]]), tools: [wait] }).run('wait for me')
    const following = store.follow(run)
    await begun.promise
    const handle = store.handle(run)
    expect([await handle.cancel(), await handle.cancel()].filter(Boolean).length).toBeGreaterThan(0)
    await following
    expect(handle.snapshot()?.status).toBe('cancelled')
    expect(store.events(run.id)?.filter(({ event }) => event.type === 'run_cancelled')).toHaveLength(1)
  })

  test('of a run that nobody knows is none', () => {
    const store = new InMemoryRunStore()
    expect([store.snapshot('x'), store.events('x'), store.activeTools('x'), store.list(), store.records()]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
      [],
    ])
  })

  test('follows a run through its waits', () => {
    const store = new InMemoryRunStore()
    const record = recorder(store)
    const statuses = [started(), turn(), suspended, released, claimed, completed()].map((event) => {
      record('a', event)
      return store.snapshot('a')?.status
    })
    expect(statuses).toEqual(['executing', 'executing', 'suspended', 'suspended', 'executing', 'completed'])
  })

  test('keeps the first prompt, and says why a run failed', () => {
    const store = new InMemoryRunStore()
    const record = recorder(store)
    record('a', started('first'), started('second'), failed)
    expect(store.snapshot('a')).toMatchObject({ prompt: 'first', status: 'failed', error: 'broken', createdAtMs: 1000, updatedAtMs: 1002 })
  })

  test('tells which tools run, whatever order they end in', () => {
    const store = new InMemoryRunStore()
    const record = recorder(store)
    record('a', started(), toolStart('1'), toolStart('2'), toolEnd('1'))
    expect(store.activeTools('a')).toEqual([{ id: '2', name: 'look', startedAtMs: 1002 }])
    record('a', cancelled)
    expect(store.activeTools('a')).toEqual([])
  })
})

describe('the events of a run', () => {
  test('are numbered from nothing without a gap, also when older ones are gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 }), (maxEventsPerRun, count) => {
        const store = new InMemoryRunStore({ maxEventsPerRun })
        const record = recorder(store)
        record('a', started(), ...Array.from({ length: count }, (_, n) => said(`${n}`)))
        const kept = store.events('a') ?? []
        expect(kept.length).toBe(Math.min(count + 1, maxEventsPerRun))
        expect(kept.map(({ sequence }) => sequence)).toEqual(kept.map((_, index) => count + 1 - kept.length + index))
        expect(store.snapshot('a')?.eventCount).toBe(count + 1)
      }),
    )
  })

  test('are handed out as a copy', () => {
    const store = new InMemoryRunStore()
    recorder(store)('a', started())
    ;(store.events('a') as unknown[]).length = 0
    expect(store.events('a')).toHaveLength(1)
  })
})

describe('a run that has ended', () => {
  test.each([
    ['completed', completed('first'), { resultText: 'first' }],
    ['failed', failed, { error: 'broken' }],
    ['cancelled', cancelled, {}],
  ] as const)('stays %s, whatever comes late', (status, end, more) => {
    const store = new InMemoryRunStore()
    const record = recorder(store)
    record('a', started(), end)
    const { eventCount: _, updatedAtMs: __, ...before } = store.snapshot('a') ?? { eventCount: 0, updatedAtMs: 0 }
    expect(before).toMatchObject({ status, ...more })
    record('a', turn(2), toolStart('9'), claimed, suspended, completed('second'), failed, cancelled, started('again'))
    expect(store.snapshot('a')).toMatchObject(before)
    expect(store.snapshot('a')).not.toHaveProperty(status === 'failed' ? 'resultText' : 'error')
    expect(store.activeTools('a')).toEqual([])
    expect(store.snapshot('a')?.eventCount).toBe(10)
  })
})

describe('a store with a limit', () => {
  test('forgets the oldest runs that have ended, and never one that has not', () => {
    const store = new InMemoryRunStore({ maxRuns: 2 })
    const record = recorder(store)
    for (const id of ['a', 'b', 'c', 'd']) record(id, started())
    expect(store.list().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    record('c', completed())
    expect(store.list().map(({ id }) => id)).toEqual(['a', 'b', 'd'])
    record('b', suspended)
    record('a', completed())
    expect(store.list().map(({ id }) => id)).toEqual(['b', 'd'])
    record('b', claimed, turn(), completed())
    expect(store.snapshot('b')?.status).toBe('completed')
  })

  test('does not begin a record of a run that it has forgotten when the last of it comes late', () => {
    const store = new InMemoryRunStore({ maxRuns: 1 })
    const record = recorder(store)
    record('live', started())
    record('a', started(), completed(), released, said('late'), toolEnd('1'))
    expect(store.list().map(({ id, status }) => [id, status])).toEqual([['live', 'executing']])
  })

  test('holds it in any order of events: what lives is there, and what has ended stays within the limit', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const events = fc.constantFrom(started(), turn(), suspended, claimed, completed(), failed, cancelled)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.tuple(fc.constantFrom(...ids), events), { maxLength: 60 }),
        (maxRuns, plan) => {
          const store = new InMemoryRunStore({ maxRuns })
          const record = recorder(store)
          const live = new Set<string>()
          const over = new Set<string>()
          for (const [id, event] of plan) {
            if (over.has(id)) continue // late events are another promise
            record(id, event)
            live.add(id)
            if (['agent_end', 'error', 'run_cancelled'].includes(event.type)) {
              live.delete(id)
              over.add(id)
            }
            for (const each of live) expect(store.snapshot(each)).toBeDefined()
            expect(store.list().length).toBeLessThanOrEqual(Math.max(maxRuns, live.size))
          }
        },
      ),
    )
  })

  test('holds it when records are put in place of others', () => {
    const full = new InMemoryRunStore()
    const record = recorder(full)
    for (const id of ['a', 'b', 'c']) record(id, started(), said('x'), said('y'), id === 'b' ? suspended : completed())
    const records = full.records()
    const small = new InMemoryRunStore({ maxRuns: 1, maxEventsPerRun: 2 })
    recorder(small)('old', started())
    small.replaceRecords(records.toReversed())
    expect(small.list().map(({ id, eventCount }) => [id, eventCount])).toEqual([['b', 4]])
    expect(small.events('b')?.map(({ sequence }) => sequence)).toEqual([2, 3])
    recorder(small)('b', claimed)
    expect(small.events('b')?.map(({ sequence }) => sequence)).toEqual([3, 4])
  })

  test('keeps records that are put back as they were, in the order in which they were made', () => {
    const store = new InMemoryRunStore()
    const record = recorder(store)
    for (const id of ['b', 'a']) record(id, started(), completed())
    const records: readonly RunRecord[] = store.records()
    const again = new InMemoryRunStore()
    again.replaceRecords(records)
    expect(again.records()).toEqual(records)
    expect(again.list().map(({ id }) => id)).toEqual(['b', 'a'])
  })
})
