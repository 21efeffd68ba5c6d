/** A run from a prompt to its result: what readers see, what the history holds, how it ends. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, policy, tool } from '../../src/index.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'

const echo = tool({ name: 'echo', description: 'Says it back.', readOnly: true, execute: (input) => JSON.stringify(input) })
const boom = tool({
  name: 'boom',
  description: 'Fails.',
  readOnly: true,
  execute: () => {
    throw new Error('kaput')
  },
})

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('a run', () => {
  test('answers, and its facts come in order, stored before they are seen', async () => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(['hello there, friend']), store, host: manualHost() })
    const run = await agent.run('hi')
    const events = await collect(run)
    expect(events.filter(({ durable }) => durable).map(({ event }) => event.type)).toEqual([
      'agent_start',
      'run_prepared',
      'turn_start',
      'turn_end',
      'agent_end',
      'session_released',
    ])
    expect(events.flatMap(({ event }) => (event.type === 'text_delta' ? [event.text] : [])).join('')).toBe('hello there, friend')
    expect(await run.result).toMatchObject({ status: 'completed', text: 'hello there, friend', reason: 'end_turn' })
    const view = await openSession(store, run.sessionId)
    const stored = await collect(view.events({ follow: false }))
    expect(stored.slice(0, 2).map(({ event }) => event.type)).toEqual(['session_created', 'session_claimed'])
    expect(stored.slice(2).map(({ cursor }) => cursor)).toEqual(events.filter(({ durable }) => durable).map(({ cursor }) => cursor))
  })

  test('runs tools together, feeds results back in call order, and a tool that throws is a result', async () => {
    const llm = scriptedLlm([[callOf('echo', { n: 1 }), callOf('boom'), callOf('nope'), callOf('echo', { n: 2 })], 'done'])
    const agent = createAgent({ llm, tools: [echo, boom] })
    const result = await (await agent.run('go')).completed()
    expect(result.text).toBe('done')
    const results = llm.requests[1]?.messages.at(-1)?.content.map((block) => (block.type === 'tool_result' ? block.content : ''))
    expect(results).toEqual(['{"n":1}', 'kaput', "There is no tool 'nope'. The tools are: echo, boom.", '{"n":2}'])
    llm.assertComplete()
  })

  test('suspends for an approval, and goes on in another process when it is answered', async () => {
    const store = memoryStore()
    let written = 0
    const write = tool({
      name: 'write',
      description: 'Writes.',
      access: () => [{ kind: 'write', path: 'a' }],
      effect: 'idempotent',
      execute: () => `written ${++written}`,
    })
    const first = createAgent({ llm: scriptedLlm([[callOf('write'), callOf('echo', { n: 1 })]]), tools: [write, echo], store })
    const run = await first.run('go')
    const result = await run.result
    expect(result.status).toBe('suspended')
    expect(written).toBe(0)
    const view = await openSession(store, run.sessionId)
    const [waiting] = await view.waitingFor()
    expect(waiting).toMatchObject({ toolName: 'write', accesses: [{ kind: 'write', path: 'a' }] })
    await view.answer(waiting?.requestId ?? '', { decision: 'approve', by: 'me' })
    const second = createAgent({ llm: scriptedLlm(['all done']), tools: [write, echo], store })
    expect((await collect(second.unfinished())).map(({ status }) => status)).toEqual(['answered'])
    const session = await second.session({ id: run.sessionId, create: false })
    const resumed = await session.resume()
    expect(await resumed?.completed()).toMatchObject({ text: 'all done', runId: run.id })
    expect(written).toBe(1)
    expect(await collect(second.unfinished())).toEqual([])
  })

  test('cancel stops a hanging tool, keeps the history valid and says so', async () => {
    const hang = tool({
      name: 'hang',
      description: 'Hangs.',
      execute: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    const agent = createAgent({ llm: scriptedLlm([[callOf('hang')], 'next']), tools: [hang], permissions: policy({ default: 'allow' }) })
    const session = await agent.session()
    const run = await session.send('go')
    for await (const { event } of run) if (event.type === 'tool_execution_start') void run.cancel('enough')
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect((await session.history()).at(-1)?.content[0]).toMatchObject({ type: 'tool_result', isError: true })
    expect(await (await session.send('again')).completed()).toMatchObject({ text: 'next' })
  })
})

test('what the model says is shown in every turn, also when a turn ends and the next begins in one append', async () => {
  const llm = scriptedLlm(
    [[{ type: 'text', text: 'looking' }, callOf('echo', { n: 1 })], [{ type: 'text', text: 'again' }, callOf('echo', { n: 2 })], 'done'],
    { chunk: 3 },
  )
  const run = await createAgent({ llm, tools: [echo] }).run('go')
  const said = new Map<number, string>()
  for await (const { event } of run)
    if (event.type === 'text_delta') said.set(event.turn, (said.get(event.turn) ?? '').slice(0, event.start) + event.text)
  expect([...said]).toEqual([
    [1, 'looking'],
    [2, 'again'],
    [3, 'done'],
  ])
})
