/** What a model was asked can be read back from the journal, message for message: after retries, edits, forks and rewindings. */
import { describe, expect, test } from 'vitest'
import {
  createAgent,
  defineMiddleware,
  forkSession,
  memoryStore,
  openSession,
  recordedRequests,
  type RecordedRequest,
  rewindSession,
  tool,
} from '../../src/index.ts'
import { AgentError, userText, type SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'three files' })

async function recorded(store: SessionStore, id: string): Promise<readonly RecordedRequest[]> {
  const found: RecordedRequest[] = []
  for await (const request of recordedRequests(store, id)) found.push(request)
  return found
}

const playing = (script: readonly ScriptedReply[], use: Parameters<typeof createAgent>[0]['use'] = []) => {
  const [llm, store] = [scriptedLlm(script), memoryStore()]
  return { llm, store, agent: createAgent({ llm, store, tools: [look], use, retry: { baseDelayMs: 0 } }) }
}

describe('recorded requests', () => {
  test('are those that the model got, attempt by attempt, through retries and tool calls', async () => {
    const overloaded = new AgentError('llm_unavailable', 'overloaded', { retryable: true })
    const { llm, store, agent } = playing([[callOf('look')], overloaded, 'Three.', 'Hello again.'])
    const session = await agent.session({ id: 's' })
    await (await session.send('Look around')).completed()
    await (await session.send('Hello')).completed()
    const found = await recorded(store, 's')
    expect(found.map(({ messages, system }) => ({ messages, system }))).toEqual(
      llm.requests.map(({ messages, system }) => ({ messages, system })),
    )
    expect(found.map(({ turn, attempt }) => [turn, attempt])).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 1],
    ])
    expect(found[0]).toMatchObject({ digests: { model: 'scripted/scripted' } })
    expect(new Set(found.map(({ cursor }) => cursor)).size).toBe(4)
  })

  test('keep the identity of messages from turn to turn, so that what is new is found by looking at the end', async () => {
    const { store, agent } = playing([[callOf('look')], 'Three.'])
    const run = await agent.run('Look around')
    await run.completed()
    const [first, second] = await recorded(store, run.sessionId)
    expect(second?.messages[0]).toBe(first?.messages[0])
    expect(second?.messages).toHaveLength(3)
  })

  test('have the history as it was edited', async () => {
    const forget = defineMiddleware({
      name: 'forget',
      start: () => ({
        prepareHistory: (messages) => Promise.resolve(messages.length < 3 ? [] : [{ from: 0, to: 2, replacement: [userText('(short)')] }]),
      }),
    })
    const { llm, store, agent } = playing(['One.', 'Two.'], [forget])
    const session = await agent.session({ id: 's' })
    await (await session.send('First')).completed()
    await (await session.send('Second')).completed()
    const found = await recorded(store, 's')
    expect(found.at(-1)?.messages).toEqual(llm.requests.at(-1)?.messages)
    expect(found.at(-1)?.messages[0]).toEqual(userText('(short)'))
  })

  test('of a fork begin with those of its origin, and those of a rewinding count no more', async () => {
    const { llm, store, agent } = playing(['One.', 'Two.', 'Three.'])
    const session = await agent.session({ id: 's' })
    await (await session.send('First')).completed()
    const end = await lastCursor(store, 's')
    await (await session.send('Second')).completed()
    await forkSession(store, 's', { id: 'fork', at: end })
    await rewindSession(store, 's', { to: end })
    expect((await recorded(store, 'fork')).length).toBe(1)
    expect((await recorded(store, 's')).length).toBe(1)
    await (await (await agent.session({ id: 'fork' })).send('Other')).completed()
    expect((await recorded(store, 'fork')).at(-1)?.messages).toEqual(llm.requests.at(-1)?.messages)
  })

  test("leave out what another model thought, as the model's own request did", async () => {
    const thought = { type: 'reasoning' as const, text: 'hm', origin: { provider: 'other', model: 'm' } }
    const { llm, store, agent } = playing([[thought, { type: 'text', text: 'One.' }], 'Two.'])
    const session = await agent.session({ id: 's' })
    await (await session.send('First')).completed()
    await (await session.send('Second')).completed()
    const last = (await recorded(store, 's')).at(-1)
    expect(last?.messages).toEqual(llm.requests.at(-1)?.messages)
    expect(JSON.stringify(last?.messages)).not.toContain('reasoning')
  })

  test('of a session that is not there are refused', async () => {
    await expect(recorded(memoryStore(), 'nobody')).rejects.toMatchObject({ code: 'session_not_found' })
  })
})

async function lastCursor(store: SessionStore, id: string): Promise<string> {
  let cursor = ''
  for await (const envelope of (await openSession(store, id)).events({ follow: false })) cursor = envelope.cursor
  return cursor
}
