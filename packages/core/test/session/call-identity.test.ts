/** A call's key names one call: the same for every attempt, wherever it is made, and no other call has it, whatever its session is called. */
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  createAgent,
  deleteSession,
  exportSession,
  importSession,
  memoryStore,
  openSession,
  policy,
  type Session,
  tool,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

const PAYS: readonly ScriptedReply[] = [[callOf('pay')], 'paid']

/** An agent whose tool tells its key, and hangs where that is asked for. */
function payer(
  store: SessionStore,
  keys: string[],
  { hang = false, replies = PAYS }: { readonly hang?: boolean; readonly replies?: readonly ScriptedReply[] } = {},
): Agent {
  const pay = tool({
    name: 'pay',
    description: 'Pays once under each key.',
    effect: 'keyed',
    execute: (_, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      return hang ? new Promise(() => {}) : 'paid'
    },
  })
  return createAgent({ llm: scriptedLlm(replies), tools: [pay], store, permissions: policy({ default: 'allow' }) })
}

const payIn = async (session: Session): Promise<void> => void (await (await session.send('pay')).completed())

/** Until the tool is at work; its process is never heard of again. */
async function dieWhilePaying(store: SessionStore, id: string, keys: string[]): Promise<void> {
  const run = await (await payer(store, keys, { hang: true }).session({ id })).send('pay')
  for await (const { event } of run) if (event.type === 'tool_execution_start') break
  await new Promise((resolve) => setImmediate(resolve))
}

const different = (keys: readonly string[]): number => new Set(keys).size

describe('the key of a call', () => {
  test('is another in another session, also one of the same name: after a deletion, in another store, forked anew', async () => {
    const keys: string[] = []
    const store = memoryStore()
    await payIn(await payer(store, keys).session({ id: 'daily' }))
    await deleteSession(store, 'daily')
    await payIn(await payer(store, keys).session({ id: 'daily' }))
    await payIn(await payer(memoryStore(), keys).session({ id: 'daily' }))
    const origin = await payer(store, keys, { replies: ['nothing to pay'] }).session({ id: 'origin' })
    await payIn(origin)
    for (let time = 0; time < 2; time++) {
      await origin.fork({ id: 'fork' })
      await payIn(await payer(store, keys).session({ id: 'fork' }))
      await deleteSession(store, 'fork')
    }
    expect([keys.length, different(keys)]).toEqual([5, 5])
  })

  test('is another after a rewinding', async () => {
    const keys: string[] = []
    const session = await payer(memoryStore(), keys, { replies: ['hello', ...PAYS, ...PAYS] }).session()
    await (await session.send('hello')).completed()
    const [first] = (await session.runs()).map(({ eventCount }) => eventCount)
    const cursors: string[] = []
    for await (const { cursor } of session.events({ follow: false })) cursors.push(cursor)
    await payIn(session)
    await session.rewind({ to: cursors.at(-1) ?? '' })
    await payIn(session)
    expect([first !== undefined, keys.length, different(keys)]).toEqual([true, 2, 2])
  })

  test('is the same when the call is made again after a crash, here or where its session was moved', async () => {
    const keys: string[] = []
    const store = memoryStore()
    await dieWhilePaying(store, 'here', keys)
    const lines: string[] = []
    for await (const line of exportSession(store, 'here')) lines.push(line)
    await (await (await payer(store, keys, { replies: ['paid'] }).session({ id: 'here' })).resume())?.completed()
    const there = memoryStore()
    await importSession(there, lines, { id: 'there' })
    await (await (await payer(there, keys, { replies: ['paid'] }).session({ id: 'there' })).resume())?.completed()
    expect([keys.length, different(keys)]).toEqual([3, 1])
  })
})

test('two copies of one session go their own ways: their later calls have keys of their own', async () => {
  const keys: string[] = []
  const from = memoryStore()
  await (await (await createAgent({ llm: scriptedLlm(['hello']), store: from }).session({ id: 'one' })).send('hello')).completed()
  const lines: string[] = []
  for await (const line of exportSession(from, 'one')) lines.push(line)
  const store = memoryStore()
  for (const id of ['anna', 'bert']) {
    await importSession(store, lines, { id })
    await payIn(await payer(store, keys).session({ id }))
  }
  expect([keys.length, different(keys)]).toEqual([2, 2])
})

describe('a session that was deleted', () => {
  const forked = async (): Promise<{ store: SessionStore; live: Session }> => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(['one', 'two']), store })
    const live = await agent.session({ id: 'origin' })
    await (await live.send('hello')).completed()
    await live.fork({ id: 'fork' })
    return { store, live }
  }

  test('is not opened while its records are kept for forks, and its name is not given to another', async () => {
    const { store } = await forked()
    await deleteSession(store, 'origin')
    const agent = createAgent({ llm: scriptedLlm([]), store })
    await expect(agent.session({ id: 'origin' })).rejects.toMatchObject({ code: 'session_not_found' })
    await expect(agent.session({ id: 'origin', create: false })).rejects.toMatchObject({ code: 'session_not_found' })
    await deleteSession(store, 'fork')
    expect((await (await agent.session({ id: 'origin' })).state()).length).toBe(0)
  })

  test('takes no prompt from who had it open, and leaves no mark', async () => {
    const { store, live } = await forked()
    await deleteSession(store, 'origin')
    await expect(live.send('more')).rejects.toMatchObject({ code: 'session_not_found' })
    for await (const key of store.keys({ prefix: 'open/' })) expect(key).toBe('nothing')
    expect((await (await openSession(store, 'fork')).state()).history.length).toBe(2)
  })

  test('is not deleted while a run begins in it', async () => {
    const { store, live } = await forked()
    // The beginning that a deletion must not miss: its marker stands, and nothing of it is in the journal yet.
    await store.append('open/origin/run-to-come', ['open'], { expected: 0 })
    await expect(deleteSession(store, 'origin')).rejects.toMatchObject({ code: 'session_busy' })
    await store.delete('open/origin/run-to-come')
    await (await live.send('more')).completed()
    expect((await (await openSession(store, 'origin')).state()).history.length).toBe(4)
  })
})

test('who still holds a session that was deleted and begun anew goes on with the new one', async () => {
  const store = memoryStore()
  const held = await createAgent({ llm: scriptedLlm(['one', 'four']), store }).session({ id: 's' })
  await (await held.send('1')).completed()
  await deleteSession(store, 's')
  const anew = await createAgent({ llm: scriptedLlm(['two', 'three']), store }).session({ id: 's' })
  await (await anew.send('2')).completed()
  await (await anew.send('3')).completed()
  await (await held.send('4')).completed()
  const prompts = (await held.history()).filter(({ role }) => role === 'user').map(({ content }) => content)
  expect(prompts).toEqual(['2', '3', '4'].map((text) => [{ type: 'text', text }]))
  expect(await held.state()).toEqual(await (await openSession(store, 's')).state())
})

test('an id with half a character is refused', async () => {
  await expect(createAgent({ llm: scriptedLlm([]) }).session({ id: 'a\ud800' })).rejects.toMatchObject({ code: 'invalid_argument' })
})

describe('a composite tool that makes another call in the place of one that was begun', () => {
  /** Its first attempt hangs in a call of `first`; the next one, in another process, makes another call there. */
  async function interrupted(
    effect: 'none' | 'unsafe',
  ): Promise<{ readonly results: readonly unknown[]; readonly ran: readonly string[] }> {
    const store = memoryStore()
    const ran: string[] = []
    const agentOf = (attempt: number): Agent => {
      const first = tool({
        name: 'first',
        description: 'Hangs.',
        access: () => [],
        effect,
        execute: (input) => (ran.push(`first ${JSON.stringify(input)}`), new Promise(() => {})),
      })
      const remove = tool({
        name: 'remove',
        description: 'Removes.',
        access: () => [],
        effect: 'unsafe',
        execute: (input) => `removed ${ran.push(`remove ${JSON.stringify(input)}`)}`,
      })
      const all = tool({
        name: 'all',
        description: 'Calls others.',
        access: () => [],
        effect: 'composite',
        execute: async (_, { invoke }) =>
          (await (attempt === 1 ? invoke('first', { path: 'precious' }) : invoke('remove', { path: 'trash' }))).content,
      })
      const replies: readonly ScriptedReply[] = attempt === 1 ? [[callOf('all')]] : ['done']
      return createAgent({ llm: scriptedLlm(replies), tools: [first, remove, all], store, permissions: policy({ default: 'allow' }) })
    }
    const run = await (await agentOf(1).session({ id: 's' })).send('go')
    for await (const { event } of run) if (event.type === 'tool_execution_start' && event.name === 'first') break
    await new Promise((resolve) => setImmediate(resolve))
    const session = await agentOf(2).session({ id: 's' })
    await (await session.resume())?.completed()
    const facts: unknown[] = []
    for await (const { event } of session.events({ follow: false }))
      if (event.type === 'tool_end') facts.push(`${event.name} ${event.errorKind} ${JSON.stringify(event.output)}`)
    return { results: facts, ran }
  }

  test('runs neither with what the other was asked: the new one does not run, and the old one has its end', async () => {
    const { results, ran } = await interrupted('none')
    expect(ran).toEqual(['first {"path":"precious"}'])
    expect(results).toEqual([
      expect.stringMatching(/^first version_conflict .*was another one before/),
      expect.stringMatching(/^all undefined .*was another one before/),
    ])
  })

  test('is told that nobody knows what became of the first one, where that had an effect', async () => {
    const { results, ran } = await interrupted('unsafe')
    expect(ran).toEqual(['first {"path":"precious"}'])
    expect(results[0]).toMatch(/^first unknown_outcome .*another one in its place now \(remove\)/)
  })
})
