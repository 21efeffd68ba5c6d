/** Forks share the past, inherit no promise, and outlive their origin. */
import { describe, expect, test } from 'vitest'
import {
  createAgent,
  deleteSession,
  type Envelope,
  memoryStore,
  openSession,
  policy,
  type Session,
  type SessionState,
  storedSessions,
  tool,
  verifySession,
} from '../../src/index.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const facts = (session: { events(options: { follow: boolean }): AsyncIterable<Envelope> }): Promise<Envelope[]> =>
  collect(session.events({ follow: false }))

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
let changes = 0
const change = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: () => `changed ${++changes}`,
})

const agentWith = (
  script: readonly ScriptedReply[],
  store = memoryStore(),
): { agent: ReturnType<typeof createAgent>; store: typeof store; llm: ReturnType<typeof scriptedLlm> } => {
  const llm = scriptedLlm(script)
  return { agent: createAgent({ llm, tools: [look, change], store }), store, llm }
}

const texts = (state: SessionState): string[] =>
  state.history.toArray().map(({ content }) => content.map((block) => (block.type === 'text' ? block.text : block.type)).join())

describe('a fork', () => {
  test('shares the past up to a fact, and goes its own way from there', async () => {
    const { agent, store, llm } = agentWith(['one', 'two', 'other two'])
    const session = await agent.session({ id: 'origin', metadata: { user: '42' } })
    await (await session.send('first')).completed()
    const cut = (await facts(session)).find(({ event }) => event.type === 'agent_end')?.cursor ?? ''
    await (await session.send('second')).completed()
    const fork = await session.fork({ at: cut, id: 'fork', metadata: { branch: 'b' } })
    expect(fork.metadata).toEqual({ user: '42', branch: 'b' })
    await (await fork.send('another second')).completed()
    expect(texts(await session.state())).toEqual(['first', 'one', 'second', 'two'])
    expect(texts(await fork.state())).toEqual(['first', 'one', 'another second', 'other two'])
    expect(llm.requests.at(-1)?.messages).toHaveLength(3)
    expect(texts(await session.at(cut))).toEqual(['first', 'one'])
    expect(await collect(storedSessions(store))).toEqual(['origin', 'fork'])
    expect(await verifySession(store, 'fork')).toEqual({ records: (await facts(fork)).length, redacted: 0 })
    expect((await collect(store.read('journal/fork'))).length).toBeLessThan((await facts(fork)).length)
  })

  test('closes calls that were open, voids approvals, and leaves the origin waiting', async () => {
    const { agent } = agentWith([[callOf('look'), callOf('change')], 'done here', 'done there'])
    const session = await agent.session({ id: 'origin' })
    expect((await (await session.send('go')).result).status).toBe('suspended')
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    const fork = await session.fork({ keepRun: true })
    expect(await fork.waitingFor()).toEqual([])
    const before = changes
    expect(await (await fork.resume())?.completed()).toMatchObject({ text: 'done here' })
    expect(changes).toBe(before)
    const results = (await fork.history()).flatMap(({ content }) =>
      content.flatMap((block) => (block.type === 'tool_result' ? [block] : [])),
    )
    expect(results.map(({ isError }) => isError)).toEqual([false, true])
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done there' })
    expect(changes).toBe(before + 1)
  })

  test.each([true, false])('says of calls that were open there that nobody knows here what became of them (kept: %s)', async (keepRun) => {
    const llm = scriptedLlm([[callOf('change')], 'done there', 'done here'])
    const agent = createAgent({ llm, tools: [look, change], store: memoryStore(), permissions: policy({ default: 'allow' }) })
    const session = await agent.session({ id: 'origin' })
    await (await session.send('go')).completed()
    const before = changes
    const asked = (await facts(session)).find(({ event }) => event.type === 'turn_end')?.cursor ?? ''
    const fork = await session.fork({ at: asked, keepRun })
    await ((await fork.resume()) ?? (await fork.send('and?'))).completed()
    const results = (await fork.history()).flatMap(({ content }) =>
      content.flatMap((block) => (block.type === 'tool_result' ? [block.content] : [])),
    )
    expect(results).toEqual([
      expect.stringMatching(/^Nobody knows whether this call of 'change' took effect: .*may have happened in its origin/),
    ])
    expect(changes).toBe(before)
  })

  test('of a fork is whole too, and forks stay whole when their origins are deleted', async () => {
    const { agent, store } = agentWith(['one', 'two', 'three', 'four'])
    const first = await agent.session({ id: 'a' })
    await (await first.send('1')).completed()
    const second = await first.fork({ id: 'b' })
    await (await second.send('2')).completed()
    const third = await second.fork({ id: 'c' })
    await (await third.send('3')).completed()
    await deleteSession(store, 'a')
    await deleteSession(store, 'b')
    expect(await collect(storedSessions(store))).toEqual(['c'])
    await expect(openSession(store, 'a')).rejects.toMatchObject({ code: 'session_not_found' })
    const reopened = await createAgent({ llm: scriptedLlm(['again']), store }).session({ id: 'c', create: false })
    expect(texts(await reopened.state())).toEqual(['1', 'one', '2', 'two', '3', 'three'])
    await (await reopened.send('4')).completed()
    await deleteSession(store, 'c')
    expect(await collect(store.keys())).toEqual([])
  })

  test('at its head reads no more of the past that it shares than that it is there', async () => {
    const { agent, store } = agentWith(['one', 'two'])
    const session = await agent.session({ id: 'origin' })
    await (await session.send('first')).completed()
    let read = 0
    const counting = async function* (...[key, options]: Parameters<typeof store.read>): ReturnType<typeof store.read> {
      for await (const stored of store.read(key, options)) {
        if (key === 'journal/origin') read++
        yield stored
      }
    }
    const there = await createAgent({ llm: scriptedLlm(['two']), store: { ...store, read: counting } }).session({ id: 'origin' })
    read = 0
    const fork = await there.fork({ id: 'fork' })
    expect(read).toBe(2) // whether it is there, and whether its last fact is
    await (await fork.send('second')).completed()
    expect(texts(await fork.state())).toEqual(['first', 'one', 'second', 'two'])
    expect(await fork.state()).toEqual(await (await openSession(store, 'fork')).state())
  })

  test('refuses a cursor of another branch, one beyond the end, and a name that is taken', async () => {
    const { agent } = agentWith(['one', 'two', 'three', 'four'])
    const session: Session = await agent.session({ id: 'origin' })
    await (await session.send('first')).completed()
    const fork = await session.fork({ id: 'fork' })
    await (await fork.send('more')).completed()
    await (await session.send('other')).completed()
    const end = (await facts(fork)).at(-1)?.cursor ?? ''
    await expect(session.fork({ at: end })).rejects.toMatchObject({ code: expect.stringMatching(/cursor_(diverged|invalid)/) })
    await expect(session.fork({ at: '999.0123456789ab' })).rejects.toMatchObject({ code: 'cursor_invalid' })
    await expect(session.fork({ id: 'fork' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(session.fork({ id: 'origin' })).rejects.toMatchObject({ code: 'invalid_argument' })
    const both = await Promise.allSettled([session.fork({ id: 'twin' }), fork.fork({ id: 'twin' })])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'invalid_argument' } })
  })
})
