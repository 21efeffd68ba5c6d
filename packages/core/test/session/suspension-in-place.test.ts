/** Approvals with somebody there: whoever answers first is heard, here or elsewhere. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  type Answer,
  createAgent,
  type Fact,
  foldSession,
  memoryStore,
  openSession,
  tool,
  type WaitingFor,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { collect, eventsOf, pass, resultsIn } from '../middleware/runs.ts'

function start() {
  const host = manualHost()
  const store = memoryStore()
  const asked = Promise.withResolvers<{ readonly request: WaitingFor; readonly signal: AbortSignal }>()
  const answered = Promise.withResolvers<Answer | undefined>()
  let writes = 0
  const write = tool({
    name: 'write',
    description: 'Writes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'unsafe',
    execute: () => `write ${++writes}`,
  })
  const llm = scriptedLlm([[callOf('write')], 'done'])
  const agent = createAgent({
    llm,
    tools: [write],
    store,
    host,
    confirm: (request, { signal }) => {
      asked.resolve({ request, signal })
      return answered.promise
    },
  })
  return { host, store, llm, agent, asked: asked.promise, answer: answered.resolve, writes: () => writes }
}

describe('a question that is asked in place', () => {
  test('is stored before it is asked, so that somebody elsewhere may answer it', async () => {
    const inner = memoryStore()
    const store: SessionStore = {
      ...inner,
      append: async (...args) => {
        await new Promise((resolve) => setImmediate(resolve))
        await inner.append(...args)
      },
    }
    const stored: (readonly WaitingFor[])[] = []
    const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
    const confirm = async (request: WaitingFor): Promise<Answer> => {
      stored.push(await (await openSession(inner, request.sessionId)).waitingFor(), [request])
      return { decision: 'approve' }
    }
    await (await createAgent({ llm: scriptedLlm([[callOf('write')], 'done']), tools: [write], store, confirm }).run('go')).completed()
    expect(stored[0]).toHaveLength(1)
    expect(stored[0]).toEqual(stored[1])
  })

  test('is taken back when it is answered elsewhere, and the call goes on with that answer', async () => {
    const { host, store, agent, asked, writes, llm } = start()
    const run = await agent.run('go')
    const { request, signal } = await asked
    await (await openSession(store, run.sessionId)).answer(request.requestId, { decision: 'approve', by: 'the other desk' })
    await pass(run.completed(), host.clock)
    expect([signal.aborted, writes()]).toEqual([true, 1])
    expect(await eventsOf(run, 'confirmation_received')).toMatchObject([{ approved: true, by: 'the other desk', inboxOffset: 0 }])
    expect(resultsIn(llm.requests[1])).toEqual(['write 1'])
    expect(await eventsOf(run, 'run_suspended')).toEqual([])
  })

  test('may be answered through its own session, at once', async () => {
    const { agent, asked, host, writes } = start()
    const session = await agent.session()
    const run = await session.send('go')
    const { request } = await asked
    const before = host.clock.now()
    await session.answer(request.requestId, { decision: 'reject', message: 'not you' })
    expect(await run.completed()).toMatchObject({ text: 'done' })
    expect([writes(), host.clock.now() - before]).toEqual([0, 0])
  })

  test('is answered once, also when both answer in the same breath', async () => {
    const { host, store, agent, asked, answer, writes } = start()
    const session = await agent.session()
    const run = await session.send('go')
    const { request } = await asked
    const elsewhere = (await openSession(store, session.id)).answer(request.requestId, { decision: 'reject', message: 'no' })
    answer({ decision: 'approve' })
    await elsewhere
    await pass(run.completed(), host.clock)
    const answers = await eventsOf(run, 'confirmation_received')
    const state = (await session.runs())[0]?.requests.get(request.requestId)
    expect(state?.answer).toEqual(answers[0])
    expect(writes()).toBe(answers[0]?.approved === true ? 1 : 0)
  })

  test('is asked again of whoever is there when the run is resumed', async () => {
    const { store, agent, answer, writes } = start()
    answer(undefined)
    const run = await agent.run('go')
    expect((await run.result).status).toBe('suspended')
    const asked: string[] = []
    const write = tool({
      name: 'write',
      description: 'Writes.',
      access: () => [{ kind: 'write', path: 'a' }],
      execute: () => 'written there',
    })
    const there = createAgent({
      llm: scriptedLlm(['done']),
      tools: [write],
      store,
      confirm: async ({ requestId }) => (asked.push(requestId), { decision: 'approve' }),
    })
    const session = await there.session({ id: run.sessionId })
    const [waiting] = await session.waitingFor()
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
    expect([asked, writes()]).toEqual([[waiting?.requestId], 0])
  })

  test('waits durably when whoever is there says nothing, and may be answered later', async () => {
    const { host, store, agent, answer, asked, writes } = start()
    const session = await agent.session()
    const run = await session.send('go')
    await asked
    answer(undefined)
    expect(await pass(run.result, host.clock)).toMatchObject({ status: 'suspended' })
    const [waiting] = await session.waitingFor()
    await (await openSession(store, session.id)).answer(waiting?.requestId ?? '', { decision: 'approve' })
    expect(await pass((await session.resume())?.completed() ?? Promise.reject(new Error('nothing to resume')), host.clock)).toMatchObject({
      text: 'done',
    })
    expect(writes()).toBe(1)
    expect(await collect(agent.unfinished())).toEqual([])
  })
})

describe('an answer that comes while other calls of the reply still work', () => {
  test('lets its call go on at once, without a wait', async () => {
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<string>()
    const slow = tool({ name: 'slow', description: 'Is slow.', access: () => [], execute: () => (begun.resolve(), released.promise) })
    const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
    const llm = scriptedLlm([[callOf('write'), callOf('slow')], 'done'])
    const session = await createAgent({ llm, tools: [slow, write], store: memoryStore() }).session()
    const run = await session.send('go')
    await begun.promise
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    released.resolve('slow, but done')
    expect(await run.completed()).toMatchObject({ text: 'done' })
    expect(resultsIn(llm.requests[1])).toEqual(['written', 'slow, but done'])
    expect(await eventsOf(run, 'run_suspended')).toEqual([])
  })
})

test('of two answers on record the first stands', () => {
  const facts: readonly Fact[] = [
    { type: 'agent_start', sendId: 'x', prompt: [], digests: { model: '', tools: '', policy: '', instructions: '' } },
    { type: 'confirmation_required', requestId: 'q', callId: '1.0', toolName: 'write', args: {}, argsDigest: '', accesses: [], reason: '' },
    { type: 'confirmation_received', requestId: 'q', callId: '1.0', approved: false, by: 'first' },
    { type: 'confirmation_received', requestId: 'q', callId: '1.0', approved: true, by: 'second' },
  ]
  const { run } = foldSession(facts.map((fact, offset) => ({ offset, runId: 'r', timestamp: 0, fact })))
  expect(run?.requests.get('q')?.answer).toMatchObject({ approved: false, by: 'first' })
})

describe('a reply of many calls', () => {
  const many = Array.from({ length: 150 }, (_, index) => callOf('write', { index }))
  const scene = (options: Partial<Parameters<typeof createAgent>[0]>) => {
    const written = new Set<unknown>()
    const write = tool({
      name: 'write',
      description: 'Writes.',
      access: () => [{ kind: 'write', path: 'a' }],
      effect: 'unsafe',
      execute: (input) => `${written.add(JSON.stringify(input)).size}`,
    })
    return { written, agent: createAgent({ llm: scriptedLlm([many, 'done']), tools: [write], maxParallelTools: 200, ...options }) }
  }

  test('all of which are answered at once runs all of them', async () => {
    const { agent, written } = scene({ confirm: async () => ({ decision: 'approve' }) })
    await (await agent.run('go')).completed()
    expect(written.size).toBe(150)
  })

  test('that are answered from as many places at once is told to each', async () => {
    const store = memoryStore()
    const { agent, written } = scene({ store })
    const run = await agent.run('go')
    await run.result
    const requests = await (await openSession(store, run.sessionId)).waitingFor()
    const told = await Promise.all(
      requests.map(async ({ requestId }) => (await openSession(store, run.sessionId)).answer(requestId, { decision: 'approve' })),
    )
    expect(told).toEqual(Array.from({ length: 150 }, () => true))
    await (await (await agent.session({ id: run.sessionId })).resume())?.completed()
    expect(written.size).toBe(150)
  })

  test('is told when the store takes no answer, though nobody else writes', async () => {
    const inner = memoryStore()
    const store: SessionStore = {
      ...inner,
      append: (key, ...rest) =>
        key.startsWith('inbox/') ? Promise.reject(new AgentError('store_conflict', 'Somebody was first')) : inner.append(key, ...rest),
    }
    const { agent } = scene({ store })
    const run = await agent.run('go')
    await run.result
    const view = await openSession(store, run.sessionId)
    const [request] = await view.waitingFor()
    await expect(view.answer(request?.requestId ?? '', { decision: 'approve' })).rejects.toThrow(/takes no entry/)
  })
})
