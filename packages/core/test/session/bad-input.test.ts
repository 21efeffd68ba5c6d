/** What cannot be meant is refused at once, in words, before anything is done. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  createAgent,
  exportSession,
  forkSession,
  importSession,
  memoryStore,
  openSession,
  tool,
} from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { collect } from './sessions.ts'

const refusal = (words: string): object =>
  expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(words) as string }) as object

describe('createAgent', () => {
  test.each<[object, string]>([
    [{ tols: [] }, "There is no option 'tols'. Did you mean 'tools'?"],
    [{ permissions: { judge: () => ({ decision: 'allow', reason: '' }) } }, "'permissions' is no policy"],
    [{ budget: { tokens: 5 } }, "There is no option 'tokens'. Did you mean 'perRun', 'perSession', 'ledger'?"],
    [{ budget: { perRun: { token: 5 } } }, "There is no option 'token'. Did you mean 'tokens'?"],
    [{ budget: { perSession: { toolcalls: 5 } } }, "There is no option 'toolcalls'. Did you mean 'toolCalls'?"],
    [{ budget: { perRun: { tokens: '10' } } }, "'budget.perRun.tokens' must be more than 0; it is 10"],
    [{ budget: { perSession: { usd: null } } }, "'budget.perSession.usd' must be more than 0; it is null"],
    [{ store: { append: () => {} } }, "'store' must be an adapter of contract 1"],
  ])('given %j', (options, words) => {
    expect(() => createAgent({ llm: scriptedLlm([]), ...options })).toThrow(refusal(words))
  })

  test('knows all of its options', () => {
    const options: Record<keyof AgentOptions, true> = {
      llm: true,
      instructions: true,
      tools: true,
      store: true,
      blobs: true,
      leases: true,
      watch: true,
      permissions: true,
      hooks: true,
      lanes: true,
      security: true,
      budget: true,
      timeouts: true,
      retry: true,
      confirm: true,
      confirmTimeout: true,
      answerKey: true,
      unanswered: true,
      maxParallelTools: true,
      maxToolOutput: true,
      use: true,
      agents: true,
      host: true,
    }
    const unheard = { llm: scriptedLlm([]), 'no such option': [] }
    expect(() => createAgent(unheard)).toThrow(refusal(`Did you mean '${Object.keys(options).join("', '")}'?`))
  })
})

describe.each<[unknown, string]>([
  [5, 'A prompt is a text or a list of text and image blocks; this is 5'],
  [undefined, 'this is nothing'],
  ['  ', 'The prompt is empty'],
  [[], 'The prompt is empty'],
  [[null], 'this is [null]'],
  [[{ type: 'text' }], 'A prompt is a text or a list'],
  [[{ type: 'image', mediaType: 'image/png' }], 'A prompt is a text or a list'],
  [[{ type: 'tool_use', id: 'a', name: 'pay', input: {} }], 'A prompt is a text or a list'],
])('a prompt that is %j', (prompt, words) => {
  test('begins no run', async () => {
    await expect(createAgent({ llm: scriptedLlm([]) }).run(prompt as string)).rejects.toEqual(refusal(words))
  })

  test('steers none, from here or elsewhere', async () => {
    const store = memoryStore()
    const ended = Promise.withResolvers<string>()
    const wait = tool({ name: 'wait', description: 'Waits.', readOnly: true, execute: () => ended.promise })
    const run = await createAgent({ llm: scriptedLlm([[callOf('wait')], 'done']), tools: [wait], store }).run('go')
    await expect(run.steer(prompt as string)).rejects.toEqual(refusal(words))
    await expect((await openSession(store, run.sessionId)).steer(prompt as string)).rejects.toEqual(refusal(words))
    ended.resolve('waited')
    await run.completed()
    for await (const key of store.keys({ prefix: 'inbox/' })) expect(key).toBe('no inbox')
  })
})

describe('an answer', () => {
  test.each([
    { decision: 'maybe' },
    {},
    null,
    'approve',
    { approved: true },
    { decision: 'reply', value: 'x' },
    { decision: 'approve', always: [{ deny: { tool: 'a' } }] },
  ])('that is %j', async (answer) => {
    const store = memoryStore()
    const change = tool({
      name: 'change',
      description: 'Changes.',
      access: () => [{ kind: 'write', path: 'a' }],
      execute: () => 'changed',
    })
    const session = await createAgent({ llm: scriptedLlm([[callOf('change')], 'done']), tools: [change], store }).session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const [waiting] = await session.waitingFor()
    const view = await openSession(store, 's')
    await expect(view.answer(waiting?.requestId ?? '', answer as never)).rejects.toEqual(refusal("An answer is { decision: 'approve' } or"))
    await view.answer(waiting?.requestId ?? '', { decision: 'approve' })
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'done' })
  })
})

test('an answer that comes second is told that another one counts', async () => {
  const store = memoryStore()
  const change = tool({ name: 'change', description: 'Changes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'changed' })
  const session = await createAgent({ llm: scriptedLlm([[callOf('change')], 'done']), tools: [change], store }).session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const requestId = (await session.waitingFor())[0]?.requestId ?? ''
  const [first, second] = [await openSession(store, 's'), await openSession(store, 's')]
  expect(await first.answer(requestId, { decision: 'approve' })).toBe(true)
  expect(await second.answer(requestId, { decision: 'reject' })).toBe(false)
  await (await session.resume())?.completed()
  expect(await second.answer(requestId, { decision: 'reject' })).toBe(false)
  expect((await session.history()).flatMap(({ content }) => content)).toContainEqual(
    expect.objectContaining({ type: 'tool_result', content: 'changed' }),
  )
})

describe('cancelling', () => {
  test('says false of a run that has ended, however it ended', async () => {
    const agent = createAgent({ llm: scriptedLlm(['done']) })
    const run = await agent.run('go')
    await run.result
    expect(await run.cancel()).toBe(false)
  })

  test('ends a run once, also one that is suspended, through the handle that it began with', async () => {
    const store = memoryStore()
    const change = tool({ name: 'change', description: 'Changes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'changed' })
    const session = await createAgent({ llm: scriptedLlm([[callOf('change')], 'done']), tools: [change], store }).session({ id: 's' })
    const run = await session.send('go')
    expect((await run.result).status).toBe('suspended')
    expect([await run.cancel('enough'), await run.cancel('enough')]).toEqual([true, false])
    expect((await session.runs()).at(-1)).toMatchObject({ status: 'cancelled', reason: 'enough' })
  })
})

test.each([
  ['', 'is empty or'],
  ['half \ud800', 'holds half a character'],
])("a session id that is %j is nobody's, also not that of a fork or an import", async (id, words) => {
  const store = memoryStore()
  const session = await createAgent({ llm: scriptedLlm(['done']), store }).session({ id: 's' })
  await (await session.send('go')).completed()
  await expect(session.fork({ id })).rejects.toEqual(refusal(words))
  await expect(forkSession(store, 's', { id })).rejects.toEqual(refusal(words))
  await expect(importSession(memoryStore(), exportSession(store, 's'), { id })).rejects.toEqual(refusal(words))
})

describe('what a tool returns', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  test.each<[string, () => unknown, object]>([
    [
      'a big integer',
      () => ({ n: 5n }),
      { content: expect.stringMatching(/^Done: a Object, which is no JSON \(.*BigInt/), isError: false },
    ],
    ['a cycle', () => cycle, { content: expect.stringMatching(/^Done: a Object, which is no JSON/), isError: false }],
    ['a map', () => new Map([[1, 2]]), { content: 'Done: a Map, which is no JSON.', isError: false }],
    ['an error', () => new Error('no such file'), { content: 'no such file', isError: true }],
    ['an empty object', () => ({}), { content: '{}', isError: false }],
  ])('is told as it is: %s', async (_, execute, expected) => {
    const llm = scriptedLlm([[callOf('work')], 'done'])
    const work = tool({ name: 'work', description: 'Works.', readOnly: true, execute })
    await (await createAgent({ llm, tools: [work] }).run('go')).completed()
    expect(llm.requests[1]?.messages.at(-1)?.content).toMatchObject([expected])
  })
})

const circle: Record<string, unknown> = {}
circle.self = circle

describe.each<[string, unknown, string]>([
  ['a large number', { id: 1n }, 'BigInt'],
  ['a circle', circle, 'circular'],
  ['what throws when it is written', { toJSON: () => JSON.parse('{') as unknown }, 'JSON'],
  ['a list', ['a'], 'it is no object'],
  ['a text', 'user 42', 'it is no object'],
  ['null', null, 'it is no object'],
])('metadata that is %s', (_, metadata, words) => {
  const asked = metadata as Record<string, string>

  test('makes no session', async () => {
    const store = memoryStore()
    const llm = scriptedLlm([])
    const agent = createAgent({ llm, store })
    await expect(agent.session({ id: 's', metadata: asked })).rejects.toEqual(refusal(words))
    await expect(agent.run('go', { metadata: asked })).rejects.toEqual(refusal('must be plain JSON'))
    expect(llm.requests).toEqual([])
    expect(await collect(store.keys())).toEqual([])
    // The name is free for whoever comes with better data.
    expect((await agent.session({ id: 's', metadata: { user: '42' } })).metadata).toEqual({ user: '42' })
  })

  test('makes no fork', async () => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(['done']), store })
    const session = await agent.session({ id: 's' })
    await (await session.send('go')).completed()
    const before = await collect(store.keys())
    await expect(session.fork({ metadata: asked })).rejects.toEqual(refusal(words))
    await expect(forkSession(store, 's', { metadata: asked })).rejects.toEqual(refusal(words))
    expect(await collect(store.keys())).toEqual(before)
  })
})

test('metadata is kept as it was given, whatever becomes of the object', async () => {
  const metadata: Record<string, string> = { user: '42' }
  const store = memoryStore()
  const session = await createAgent({ llm: scriptedLlm(['done']), store }).session({ id: 's', metadata })
  metadata.user = '43'
  await (await session.send('go')).completed()
  expect([session.metadata, (await openSession(store, 's')).metadata]).toEqual([{ user: '42' }, { user: '42' }])
})
