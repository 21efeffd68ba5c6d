/** A dead letter is driven again as a call of a run: through every gate, once, in its own session. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  type AgentOptions,
  createAgent,
  deleteSession,
  failed,
  hooks,
  laneQueue,
  memoryStore,
  openSession,
  policy,
  redactFacts,
  redriveLetter,
  type SessionState,
  tool,
  type ToolOptions,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { collect, pass } from '../middleware/runs.ts'

/** A session with one letter, and a far side that may be mended. */
async function withLetter(options: Partial<ToolOptions<never>> = {}, agentOptions: Partial<AgentOptions> = {}) {
  const far = { up: false, calls: [] as unknown[], keys: [] as string[] }
  const fetch = tool({
    name: 'fetch',
    description: 'Fetches.',
    access: () => [{ kind: 'net', host: 'a' }],
    effect: 'idempotent',
    ...options,
    execute(input, { idempotencyKey }) {
      far.calls.push(input)
      far.keys.push(idempotencyKey)
      return far.up ? 'fetched' : failed('the line was cut', { kind: 'transport' })
    },
  })
  const host = manualHost()
  const store = memoryStore()
  const queue = laneQueue({ execute: { retry: { attempts: 1 } }, host, store })
  const llm = scriptedLlm([[callOf('fetch', { at: 'a' })], 'It does not answer.', 'Good.'])
  const made: AgentOptions = { llm, tools: [fetch], store, host, lanes: queue, ...agentOptions }
  const agent = createAgent(made)
  const session = await agent.session({ id: 'mine' })
  await pass((await session.send('Fetch it.')).completed(), host.clock)
  const [letter] = await queue.deadLetters()
  return { far, host, store, queue, agent, session, llm, options: made, id: letter?.id ?? '' }
}

const stateOf = async (store: SessionStore): Promise<SessionState> => (await openSession(store, 'mine')).state()

describe('a letter that is driven again', () => {
  test('is a call of its own in its session, and the model reads of it when the session goes on', async () => {
    const { far, queue, session, llm, options, id, store, host, agent } = await withLetter()
    await agent.close()
    far.up = true
    expect(await redriveLetter(options, { id })).toMatchObject({ status: 'completed', text: 'It was done.', sessionId: 'mine' })
    expect(far.calls).toEqual([{ at: 'a' }, { at: 'a' }])
    expect(await queue.deadLetters()).toEqual([])
    const { history } = await stateOf(store)
    expect(history.toArray().at(-2)?.content).toMatchObject([{ type: 'tool_result', content: 'fetched' }])
    const next = await createAgent(options).session({ id: session.id })
    await pass((await next.send('And now?')).completed(), host.clock)
    expect(llm.requests.at(-1)?.messages).toHaveLength(9)
  })

  test('passes hooks, policy and lanes like any other call, and stays where it did not begin', async () => {
    for (const [gate, words] of [
      [{ permissions: policy({ rules: [{ deny: { tool: 'fetch' } }] }) }, /denies/],
      [{ hooks: hooks({ pre_tool_use: () => ({ decision: 'block', reason: 'not now' }) }) }, /not now/],
      [{ tools: [] }, /fetch/],
    ] as const) {
      const { far, queue, options, id, agent } = await withLetter()
      await agent.close()
      await expect(redriveLetter({ ...options, ...gate }, { id })).rejects.toMatchObject({
        code: 'run_failed',
        message: expect.stringMatching(words),
      })
      expect(far.calls).toHaveLength(1)
      expect((await queue.deadLetters()).map((letter) => letter.id)).toEqual([id])
    }
  })

  test('that must be approved waits in its session, and the letter is gone', async () => {
    const { far, queue, options, id, agent, session } = await withLetter()
    await agent.close()
    far.up = true
    const asking = { ...options, permissions: policy({ rules: [{ ask: { tool: 'fetch' } }] }) }
    expect(await redriveLetter(asking, { id })).toMatchObject({
      status: 'suspended',
      waitingFor: [{ toolName: 'fetch', args: { at: 'a' } }],
    })
    expect(await queue.deadLetters()).toEqual([])
    const later = await createAgent(asking).session({ id: session.id })
    const [request] = await later.waitingFor()
    await later.answer(request?.requestId ?? '', { decision: 'approve' })
    expect(await (await later.resume())?.result).toMatchObject({ status: 'completed', text: 'Good.' })
    expect(far.calls).toHaveLength(2)
  })

  test('and fails again is another letter', async () => {
    const { queue, options, id, agent } = await withLetter()
    await agent.close()
    expect(await redriveLetter(options, { id })).toMatchObject({ status: 'completed', text: 'It failed.' })
    const [letter, ...more] = await queue.deadLetters()
    expect([letter?.id === id, letter?.callId, more]).toEqual([false, expect.any(String), []])
  })

  test('by two at once is one run, and one who comes later is told that it is gone', async () => {
    const { far, options, id, agent } = await withLetter()
    await agent.close()
    far.up = true
    const both = await Promise.all([redriveLetter(options, { id }), redriveLetter(options, { id })])
    expect(new Set(both.map(({ runId }) => runId)).size).toBe(1)
    expect(far.calls).toHaveLength(2)
    await expect(redriveLetter(options, { id })).rejects.toMatchObject({ code: 'request_not_found' })
  })

  test('may be one that happened only where that is said', async () => {
    const { far, options, id, agent } = await withLetter({ effect: 'keyed' })
    await agent.close()
    far.up = true
    await expect(redriveLetter(options, { id })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/may have had its effect/),
    })
    expect(await redriveLetter(options, { id, again: true })).toMatchObject({ text: 'It was done.' })
  })

  test('is kept while its session is busy', async () => {
    const { options, id, queue, agent } = await withLetter({}, { permissions: policy({ rules: [{ ask: { tool: 'wait' } }] }) })
    await agent.close()
    const other = createAgent({
      ...options,
      tools: [tool({ name: 'wait', description: 'Waits.', execute: () => 'ok' })],
      llm: scriptedLlm([[callOf('wait')]]),
    })
    await (
      await (await other.session({ id: 'mine' })).send('Wait.')
    ).result
    await other.close()
    await expect(redriveLetter(options, { id })).rejects.toMatchObject({ code: 'session_busy' })
    expect(await queue.deadLetters()).toHaveLength(1)
  })

  test('after a process died at its effect goes on under the same key', async () => {
    const { far, options, id, agent, store, host, queue } = await withLetter()
    await agent.close()
    far.up = true
    let dead = false
    const gone = new AgentError('store_unavailable', 'this process is gone', { retryable: false })
    const dying: SessionStore = {
      ...store,
      async append(key, records, appendOptions) {
        if (dead) throw gone
        await store.append(key, records, appendOptions)
        dead = records.some((record) => record.startsWith('{"t":"turn_end"'))
      },
      delete: () => Promise.reject(gone),
    }
    const cut = laneQueue({ execute: { retry: { attempts: 1 } }, store: dying, host })
    await redriveLetter({ ...options, store: dying, lanes: cut }, { id }).catch(() => {})
    expect((await queue.deadLetters()).map((letter) => letter.id)).toEqual([id])
    expect(await redriveLetter(options, { id })).toMatchObject({ status: 'completed', text: 'It was done.' })
    expect([far.keys.length, new Set(far.keys.slice(1)).size, await queue.deadLetters()]).toEqual([3, 1, []])
    expect((await stateOf(store)).run?.sendId).toBe(`redrive-${id}`)
  })
})

test('a letter goes with its session, and no other one does', async () => {
  const { agent, store, queue, session, id } = await withLetter()
  await agent.close()
  const [letter] = await queue.deadLetters()
  await store.append('dead-letter/letter-other', [JSON.stringify({ ...letter, id: 'letter-other', sessionId: 'other' })], { expected: 0 })
  await store.append('dead-letter/letter-torn', ['{"id":'], { expected: 0 })
  await deleteSession(store, session.id)
  const keys: string[] = []
  for await (const key of store.keys({ prefix: 'dead-letter/' })) keys.push(key)
  expect(keys).not.toContain(`dead-letter/${id}`)
  expect(keys).toHaveLength(2)
})

test('a letter whose process died before the journal said so is refused: its call may have been made after all', async () => {
  const { store, queue, options, id, far } = await withLetter()
  const [letter] = await queue.deadLetters()
  const other = { ...letter, id: 'left-behind', callId: '9.0' }
  await store.append('dead-letter/left-behind', [JSON.stringify(other)], { expected: 0 })
  far.up = true
  await expect(redriveLetter(options, { id: 'left-behind' })).rejects.toMatchObject({ code: 'unsupported' })
  expect(far.calls).toHaveLength(1)
  expect(await redriveLetter(options, { id })).toMatchObject({ status: 'completed' })
  expect(await redriveLetter(options, { id: 'left-behind', again: true })).toMatchObject({ status: 'completed' })
})

test.each(['turn_end', 'tool_execution_start', 'tool_end', 'command_dead_lettered'] as const)(
  'a letter goes with its call when that is redacted: %s',
  async (type) => {
    const { store, queue, session } = await withLetter()
    const facts = await collect(session.events({ follow: false }))
    const at = facts.flatMap(({ event, cursor }) => (event.type === type ? [cursor] : []))
    await redactFacts(store, 'mine', { at: at.slice(0, 1) })
    expect(await queue.deadLetters()).toEqual([])
  },
)

test('a letter stays when something else is redacted', async () => {
  const { store, queue, session } = await withLetter()
  const facts = await collect(session.events({ follow: false }))
  const at = facts.flatMap(({ event, cursor }) => (event.type === 'agent_start' ? [cursor] : []))
  await redactFacts(store, 'mine', { at })
  expect(await queue.deadLetters()).toHaveLength(1)
})
