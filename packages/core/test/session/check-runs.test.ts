/** Whether a run that is not finished can go on with today's agent is told before anything is run. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  type AgentOptions,
  checkRuns,
  createAgent,
  hooks,
  jsonSchema,
  memoryStore,
  policy,
  type RunCheck,
  type Tool,
  tool,
} from '../../src/index.ts'
import type { Json, JsonSchema, SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { collect, dump, say } from './sessions.ts'

/** What a process that has died would be told. */
const gone = (): AgentError => new AgentError('store_unavailable', 'dead', { retryable: false })

let ran = 0
const pay = (properties: JsonSchema = { euro: { type: 'number' } }, required: readonly string[] = ['euro']): Tool =>
  tool({
    name: 'pay',
    description: 'Pays.',
    input: jsonSchema({ type: 'object', properties, required: [...required] }),
    access: () => [{ kind: 'write', path: 'account' }],
    effect: 'unsafe',
    execute: () => `paid ${++ran}`,
  })

const options = (changes: Partial<AgentOptions> = {}): AgentOptions => ({ llm: scriptedLlm([]), tools: [pay()], ...changes })

/** A run that waits for an approval of `pay({ euro: 7 })`. */
async function waiting(store: SessionStore = memoryStore(), input: Json = { euro: 7 }): Promise<SessionStore> {
  const agent = createAgent({ ...options({ llm: scriptedLlm([[callOf('pay', input)]]) }), store })
  await (
    await (await agent.session({ id: 's' })).send('pay', { id: 'r' })
  ).result
  return store
}

const checked = async (store: SessionStore, changes: Partial<AgentOptions> = {}): Promise<RunCheck | undefined> =>
  (await collect(checkRuns(store, options(changes))))[0]

describe('a run that waits', () => {
  test('can go on with the same agent, and looking changes and runs nothing', async () => {
    const store = await waiting()
    const before = await dump(store)
    expect(await checked(store)).toMatchObject({ sessionId: 's', status: 'suspended', canGoOn: true, problems: [], changed: [] })
    expect(await dump(store)).toEqual(before)
    expect(ran).toBe(0)
  })

  test('cannot when its tool is gone', async () => {
    expect(await checked(await waiting(), { tools: [] })).toMatchObject({
      canGoOn: false,
      problems: [{ type: 'tool_gone', toolName: 'pay', message: expect.stringContaining("'pay'") }],
      changed: ['tools'],
    })
  })

  test('cannot when the recorded arguments no longer fit the schema, and can when they still do', async () => {
    const store = await waiting()
    const drifted = await checked(store, { tools: [pay({ cents: { type: 'integer' } }, ['cents'])] })
    expect(drifted).toMatchObject({ canGoOn: false, problems: [{ type: 'arguments_refused', toolName: 'pay' }], changed: ['tools'] })
    expect(drifted?.problems[0]?.message).toMatch(/cents/)
    const wider = [pay({ euro: { type: 'number' }, note: { type: 'string' } })]
    expect(await checked(store, { tools: wider })).toMatchObject({ canGoOn: true, problems: [], changed: ['tools'] })
  })

  test('goes on under other conditions when model, policy or instructions have changed', async () => {
    const store = await waiting()
    expect(await checked(store, { llm: scriptedLlm([], { model: { id: 'other' } }) })).toMatchObject({ canGoOn: true, changed: ['model'] })
    expect(await checked(store, { permissions: policy({ rules: [{ allow: { tool: 'pay' } }] }) })).toMatchObject({ changed: ['policy'] })
    expect(await checked(store, { instructions: 'Be brief.' })).toMatchObject({ changed: ['instructions'] })
  })

  test('is judged by the arguments that would run: edited ones, also when the answer was not read yet', async () => {
    const store = await waiting()
    const session = await createAgent({ ...options(), store }).session({ id: 's' })
    const [request] = await session.waitingFor()
    await session.answer(request?.requestId ?? '', { decision: 'approve', input: { cents: 700 } })
    expect(await checked(store)).toMatchObject({ status: 'answered', canGoOn: false, problems: [{ type: 'arguments_refused' }] })
    expect(await checked(store, { tools: [pay({ cents: { type: 'integer' } }, ['cents'])] })).toMatchObject({ canGoOn: true })
  })

  test('is left out when it has ended, and so is one that never began', async () => {
    const store = await waiting()
    await store.append('open/s2/run-x', ['open'], { expected: 0 })
    await (await createAgent({ ...options(), store }).session({ id: 's' })).cancel()
    expect(await checked(store)).toBeUndefined()
  })
})

test('a run that was cut off in a call is judged by what that call was started with, nested calls too', async () => {
  const store = memoryStore()
  let release = (): void => {}
  const started = new Promise<void>((resolve) => (release = resolve))
  const inner = tool({
    name: 'inner',
    description: 'Hangs.',
    readOnly: true,
    input: jsonSchema({ type: 'object', properties: { deep: { type: 'string' } } }),
    execute: (_, { signal }) => {
      release()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const outer = tool({
    name: 'outer',
    description: 'Calls.',
    effect: 'composite',
    execute: (_, { invoke }) => invoke('inner', { deep: 'yes' }),
  })
  const dying: SessionStore = { ...store, append: (...given) => (dead ? Promise.reject(gone()) : store.append(...given)) }
  let dead = false
  const agent = createAgent({ llm: scriptedLlm([[callOf('outer')]]), tools: [inner, outer], store: dying })
  const run = await (await agent.session({ id: 's' })).send('go')
  await started
  for await (const { event } of run) if (event.type === 'tool_execution_start' && event.name === 'inner') break
  dead = true
  await run.cancel().catch(() => undefined)
  const withTools = (tools: readonly Tool[]): Promise<RunCheck | undefined> => checked(store, { tools })
  expect(await withTools([inner, outer])).toMatchObject({ status: 'interrupted', canGoOn: true })
  expect(await withTools([outer])).toMatchObject({ canGoOn: false, problems: [{ type: 'tool_gone', toolName: 'inner' }] })
  const drifted = tool({
    name: 'inner',
    description: 'Another.',
    input: jsonSchema({ type: 'object', properties: { deep: { type: 'number' } } }),
    execute: () => 'x',
  })
  expect(await withTools([drifted, outer])).toMatchObject({
    problems: [{ type: 'arguments_refused', callId: expect.stringContaining('/') }],
  })
})

test('a call that a hook gave other arguments is judged by those', async () => {
  const store = memoryStore()
  let dead = false
  const dying: SessionStore = {
    ...store,
    async append(key, records, given) {
      if (dead) throw gone()
      await store.append(key, records, given)
      dead = records.some((record) => record.startsWith('{"t":"tool_execution_start"'))
    },
  }
  const cents = pay({ cents: { type: 'integer' } }, ['cents'])
  const changing = hooks({ pre_tool_use: () => ({ decision: 'continue', input: { cents: 700 } }) })
  const permissions = policy({ rules: [{ allow: { tool: 'pay' } }] })
  const llm = scriptedLlm([[callOf('pay', { cents: 1, euro: 'none' })]])
  const agent = createAgent({ llm, tools: [cents], store: dying, hooks: changing, permissions })
  await (
    await (await agent.session({ id: 's' })).send('pay')
  ).result
  expect(await checked(store, { tools: [cents] })).toMatchObject({ status: 'interrupted', canGoOn: true })
  const strict = [pay({ cents: { type: 'integer', minimum: 100 } }, ['cents'])]
  expect(await checked(store, { tools: strict })).toMatchObject({ canGoOn: true })
})

test('a journal that cannot be read hides no other', async () => {
  const store = await waiting()
  await say(await createAgent({ llm: scriptedLlm(['one']), store }).session({ id: 'a' }), '1')
  await store.append('open/a/run-of-newer', ['open'], { expected: 0 })
  const length = (await dump(store))['journal/a']?.length ?? 0
  const newer = '{"t":"dreamt","v":1,"k":1,"run":"","at":0,"by":"","p":"","d":""}\n{"type":"dreamt"}'
  await store.append('journal/a', [newer], { expected: length })
  const all = await collect(checkRuns(store, options()))
  expect(all).toHaveLength(2)
  expect(all.find(({ sessionId }) => sessionId === 'a')).toMatchObject({
    status: 'unreadable',
    canGoOn: false,
    problems: [{ type: 'journal_unreadable', message: expect.stringContaining('dreamt') }],
  })
  expect(all.find(({ sessionId }) => sessionId === 's')).toMatchObject({ canGoOn: true })
})

test('a run that was resumed too often cannot go on', async () => {
  const store = await waiting()
  const session = await createAgent({ ...options(), store }).session({ id: 's' })
  const [request] = await session.waitingFor()
  await session.answer(request?.requestId ?? '', { decision: 'approve' })
  let refuse = false
  const dying: SessionStore = {
    ...store,
    append(key, records, given) {
      if (refuse && key.startsWith('journal/')) return Promise.reject(gone())
      refuse = key.startsWith('journal/')
      return store.append(key, records, given)
    },
  }
  for (let attempt = 0; attempt < 10; attempt++) {
    refuse = false
    const again = await createAgent({ ...options(), store: dying }).session({ id: 's' })
    await (
      await again.resume()
    )?.result
  }
  expect(await checked(store)).toMatchObject({ canGoOn: false, problems: [{ type: 'recovery_exhausted' }] })
})

test('options that make no agent are refused at once', async () => {
  await expect(collect(checkRuns(memoryStore(), { llm: scriptedLlm([]), tools: [pay(), pay()] }))).rejects.toMatchObject({
    code: 'invalid_argument',
  })
})
