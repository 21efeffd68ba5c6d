/** What is left undone in a store: found by its markers, with what it needs to go on. */
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  createAgent,
  jsonSchema,
  memoryStore,
  openSession,
  policy,
  tool,
  type UnfinishedRun,
  unfinishedRuns,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, crashingStore, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, pass } from '../middleware/runs.ts'

const ask = tool<{ path: string }>({
  name: 'ask',
  input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
  description: 'Asks.',
  access: ({ path }) => [{ kind: 'write', path }],
  effect: 'idempotent',
  execute: () => 'ok',
})

const agentOn = (store: SessionStore, replies: readonly ScriptedReply[] = []): Agent =>
  createAgent({ llm: scriptedLlm(replies), tools: [ask], store })

/** As an agent finds them, which is what anybody finds who can open the store. */
async function unfinished(store: SessionStore): Promise<readonly UnfinishedRun[]> {
  const found = await collect(agentOn(store).unfinished())
  expect(await collect(unfinishedRuns(store))).toEqual(found)
  return found
}

const markers = async (store: SessionStore): Promise<readonly string[]> => collect(store.keys({ prefix: 'open/' }))

/** A run that waits for so many approvals. */
async function waiting(store: SessionStore, count = 1) {
  const calls = Array.from({ length: count }, (_, n) => callOf('ask', { path: `${n}` }))
  const session = await agentOn(store, [calls]).session({ id: 's' })
  const run = await session.send('go')
  await run.result
  return { run, view: await openSession(store, 's') }
}

describe('a run that is not finished', () => {
  test('waits: it is suspended, and says for what', async () => {
    const store = memoryStore()
    const { run, view } = await waiting(store, 2)
    expect(await unfinished(store)).toEqual([{ sessionId: 's', runId: run.id, status: 'suspended', waitingFor: await view.waitingFor() }])
  })

  test('is answered as soon as one of its questions is, and says what is still open', async () => {
    const store = memoryStore()
    const { view } = await waiting(store, 2)
    const [first, second] = await view.waitingFor()
    await view.answer(first?.requestId ?? '', { decision: 'approve' })
    expect(await unfinished(store)).toMatchObject([{ status: 'answered' }])
    const session = await agentOn(store).session({ id: 's' })
    await (
      await session.resume()
    )?.result
    expect(await unfinished(store)).toMatchObject([{ status: 'suspended', waitingFor: [{ requestId: second?.requestId }] }])
  })

  test('is answered when it was cancelled from elsewhere: going on will end it', async () => {
    const store = memoryStore()
    const { view } = await waiting(store)
    await view.cancel()
    expect(await unfinished(store)).toMatchObject([{ status: 'answered' }])
    await (
      await (await agentOn(store).session({ id: 's' })).resume()
    )?.result
    expect(await unfinished(store)).toEqual([])
  })

  test('was interrupted wherever its process died, and goes on from there', { timeout: 30_000 }, async () => {
    const script: readonly ScriptedReply[] = [[callOf('ask', { path: 'a' })], 'done']
    const free = policy({ default: 'allow' })
    const count = crashingStore(memoryStore(), { at: Infinity, when: 'before' })
    await (await createAgent({ llm: scriptedLlm(script), tools: [ask], store: count, permissions: free }).run('go')).completed()
    const seen: string[] = []
    for (let at = 1; at <= count.appends; at++) {
      const store = memoryStore()
      const host = manualHost()
      const dying = createAgent({
        llm: scriptedLlm(script),
        tools: [ask],
        store: crashingStore(store, { at, when: 'before' }),
        permissions: free,
        host,
      })
      await pass(
        dying
          .run('go')
          .then((run) => run.result)
          .catch(() => {}),
        host.clock,
      )
      const found = await unfinished(store)
      seen.push(found.map(({ status }) => status).join())
      const script2 = (await collect(store.read('journal/session-1'))).some(({ record }) => record.startsWith('{"t":"turn_end"'))
        ? ['done']
        : script
      const session = await createAgent({ llm: scriptedLlm(script2), tools: [ask], store, permissions: free }).session({ id: 'session-1' })
      const result = await (await session.resume())?.result
      expect(result?.status ?? 'nothing to do').toBe(found.length > 0 ? 'completed' : 'nothing to do')
      expect(await unfinished(store)).toEqual([])
    }
    expect(new Set(seen)).toEqual(new Set(['', 'interrupted']))
    expect(seen.filter((status) => status === 'interrupted').length).toBeGreaterThan(2)
  })

  test('is left out where it is under way here, and found by others', async () => {
    const store = memoryStore()
    const begun = Promise.withResolvers<void>()
    const released = Promise.withResolvers<string>()
    const wait = tool({ name: 'wait', description: 'Waits.', execute: () => (begun.resolve(), released.promise) })
    const here = createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait], store })
    const run = await here.run('go')
    await begun.promise
    expect(await collect(here.unfinished())).toEqual([])
    expect(await unfinished(store)).toMatchObject([{ runId: run.id, status: 'interrupted' }])
    released.resolve('go on')
    await run.completed()
    expect(await unfinished(store)).toEqual([])
  })
})

describe('finding them', () => {
  test('reads no journal but theirs', async () => {
    const inner = memoryStore()
    for (let n = 0; n < 5; n++) await (await (await agentOn(inner, ['done']).session({ id: `ended ${n}` })).send('go')).completed()
    await waiting(inner)
    const read: string[] = []
    const store: SessionStore = { ...inner, read: (key, options) => (read.push(key), inner.read(key, options)) }
    expect(await unfinished(store)).toHaveLength(1)
    expect(read).toContain('journal/s')
    expect(read.filter((key) => key.includes('ended'))).toEqual([])
  })

  test('removes markers whose run has ended, and leaves those whose run may still begin', async () => {
    const store = memoryStore()
    await (await (await agentOn(store, ['done']).session({ id: 'a' })).send('go', { id: 'x' })).completed()
    const [ended] = await (await agentOn(store).session({ id: 'a' })).runs()
    await store.append(`open/a/${ended?.id}`, ['open'], { expected: 0 })
    await store.append('open/b/run-to-come', ['open'], { expected: 0 })
    await store.append('open/not-one-of-ours', ['open'], { expected: 0 })
    expect(await unfinished(store)).toEqual([])
    expect((await markers(store)).toSorted()).toEqual(['open/b/run-to-come', 'open/not-one-of-ours'])
  })

  test('names a session that cannot be read, and goes on to the others', async () => {
    const store = memoryStore()
    for (const id of ['a', 'b', 'c'])
      await (
        await (await agentOn(store, [[callOf('ask', { path: id })]]).session({ id })).send('go')
      ).result
    const offset = (await collect(store.read('journal/b'))).length
    const head = '{"t":"thought_of","v":1,"k":1,"run":"","at":1,"by":"x","p":"","d":""}'
    await store.append('journal/b', [`${head}\n{"type":"thought_of"}`], { expected: offset })
    expect(await collect(unfinishedRuns(store))).toMatchObject([
      { sessionId: 'a', status: 'suspended' },
      { sessionId: 'b', status: 'unreadable', error: { code: 'store_newer' }, waitingFor: [] },
      { sessionId: 'c', status: 'suspended' },
    ])
    expect(await markers(store)).toHaveLength(3)
  })

  test('understands ids with any characters', async () => {
    const store = memoryStore()
    const id = 'a/b %2F ünï/🙂'
    const session = await agentOn(store, [[callOf('ask', { path: 'a' })]]).session({ id })
    await (
      await session.send('go')
    ).result
    expect(await unfinished(store)).toMatchObject([{ sessionId: id, status: 'suspended' }])
  })
})
