/** A run that waits for a person: what is answered goes on, what is not waits, and nothing happens that nobody approved. */
import { describe, expect, test } from 'vitest'
import {
  type AgentOptions,
  createAgent,
  jsonSchema,
  memoryStore,
  openSession,
  policy,
  type Rule,
  type Session,
  textOf,
  tool,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, resultsIn } from '../middleware/runs.ts'

/** A place with files, whose tools write down what was done. */
function workspace() {
  const done: string[] = []
  let target = ''
  const write = tool<{ path: string }>({
    name: 'write',
    description: 'Writes.',
    input: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }),
    access: ({ path }) => [{ kind: 'write', path: target || path }],
    effect: 'idempotent',
    execute: ({ path }) => `wrote ${done.push(path) && path}`,
  })
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => `looked ${done.push('look')}` })
  const store = memoryStore()
  /** The same place in another process. */
  const elsewhere = async (id: string, replies: readonly ScriptedReply[], options: Partial<AgentOptions> = {}) => {
    const llm = scriptedLlm(replies)
    const agent = createAgent({ llm, tools: [write, look], store, ...options })
    return { llm, agent, session: await agent.session({ id }) }
  }
  return { done, store, elsewhere, follow: (path: string) => void (target = path) }
}

const writes = (...paths: readonly string[]) => paths.map((path) => callOf('write', { path }))

/** Runs until it waits. */
async function suspended(place: ReturnType<typeof workspace>, reply: ScriptedReply, options?: Partial<AgentOptions>) {
  const { session } = await place.elsewhere('s', [reply], options)
  const run = await session.send('go')
  expect((await run.result).status).toBe('suspended')
  await session.close()
  return { run, view: await openSession(place.store, 's') }
}

const requestFor = async (view: Pick<Session, 'waitingFor'>, path: string): Promise<string> => {
  const found = (await view.waitingFor()).find(({ args }) => JSON.stringify(args) === JSON.stringify({ path }))
  return found?.requestId ?? `nobody asks about ${path}`
}

const length = async (store: SessionStore): Promise<number> => (await collect(store.read('journal/s'))).length

describe('a run that waits', () => {
  test('has done what needed no approval, says what it waits for, and is found by whoever looks for work', async () => {
    const place = workspace()
    const { run, view } = await suspended(place, [...writes('a'), callOf('look'), ...writes('b')])
    expect(place.done).toEqual(['look'])
    expect((await view.waitingFor()).map(({ toolName, args }) => [toolName, args])).toEqual([
      ['write', { path: 'a' }],
      ['write', { path: 'b' }],
    ])
    expect((await eventsOf(run, 'run_suspended'))[0]?.waitingFor).toEqual(await view.waitingFor())
    const { agent } = await place.elsewhere('s', [])
    expect(await collect(agent.unfinished())).toMatchObject([{ sessionId: 's', runId: run.id, status: 'suspended' }])
  })

  test('goes on with what is answered, and waits for the rest', async () => {
    const place = workspace()
    const { run, view } = await suspended(place, [...writes('a', 'b', 'c'), callOf('look')])
    await view.answer(await requestFor(view, 'b'), { decision: 'approve' })
    const second = await place.elsewhere('s', ['never'])
    expect(await collect(second.agent.unfinished())).toMatchObject([{ status: 'answered' }])
    expect(await (await second.session.resume())?.result).toMatchObject({ status: 'suspended', runId: run.id })
    expect(place.done).toEqual(['look', 'b'])
    await view.answer(await requestFor(view, 'a'), { decision: 'reject', message: 'leave it' })
    await view.answer(await requestFor(view, 'c'), { decision: 'approve' })
    const third = await place.elsewhere('s', ['done'])
    expect(await (await third.session.resume())?.completed()).toMatchObject({ text: 'done', runId: run.id })
    expect(place.done).toEqual(['look', 'b', 'c'])
    expect(resultsIn(third.llm.requests[0])).toEqual(['It was rejected: leave it', 'wrote b', 'wrote c', 'looked 1'])
    expect(second.llm.requests).toEqual([])
  })

  test('is left as it is when it is resumed without an answer', async () => {
    const place = workspace()
    await suspended(place, writes('a'))
    const before = await length(place.store)
    const { session } = await place.elsewhere('s', [])
    for (let round = 0; round < 20; round++) expect((await (await session.resume())?.result)?.status).toBe('suspended')
    expect(await length(place.store)).toBe(before)
  })

  test('takes no other prompt, and says what it waits for', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    const { session } = await place.elsewhere('s', [])
    const requestId = await requestFor(view, 'a')
    await expect(session.send('something else')).rejects.toMatchObject({
      code: 'session_busy',
      message: expect.stringContaining(`waits for write (${requestId}): answer and resume, cancel, or send with rejectPending`),
      details: { status: 'suspended' },
    })
  })

  test('makes room for another prompt that rejects what it waits for', async () => {
    const place = workspace()
    const { run } = await suspended(place, [...writes('a', 'b'), callOf('look')])
    const { llm, session, agent } = await place.elsewhere('s', ['as you wish'])
    expect(await (await session.send('forget it', { rejectPending: true })).completed()).toMatchObject({ text: 'as you wish' })
    expect(place.done).toEqual(['look'])
    const runs = await session.runs()
    expect(runs.map(({ id, status, reason }) => [id === run.id, status, reason])).toEqual([
      [true, 'cancelled', 'superseded by a new prompt'],
      [false, 'completed', 'end_turn'],
    ])
    const results = llm.requests[0]?.messages.at(-2)?.content.map((block) => (block.type === 'tool_result' ? block.content : ''))
    expect(results).toEqual([expect.stringContaining('did not run'), expect.stringContaining('superseded by a new prompt'), 'looked 1'])
    expect(textOf(llm.requests[0]?.messages.at(-1) ?? { content: [] })).toBe('forget it')
    expect(await session.waitingFor()).toEqual([])
    expect(await collect(place.store.keys({ prefix: 'open/' }))).toEqual([])
    expect(await collect(agent.unfinished())).toEqual([])
  })

  test('reads what it is told meanwhile behind the results', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    await view.steer('and be quick')
    await view.answer(await requestFor(view, 'a'), { decision: 'approve' })
    const { llm, session } = await place.elsewhere('s', ['done'])
    await (await session.resume())?.completed()
    const [results, steering] = llm.requests[0]?.messages.slice(-2) ?? []
    expect(results?.content).toMatchObject([{ type: 'tool_result', content: 'wrote a' }])
    expect(textOf(steering ?? { content: [] })).toBe('and be quick')
  })
})

describe('a run that waits and is cancelled', () => {
  test('ends at once where it can be claimed, and leaves a history that can go on', async () => {
    const place = workspace()
    await suspended(place, writes('a'))
    const { llm, session, agent } = await place.elsewhere('s', ['hello again'])
    expect(await session.cancel('changed my mind')).toBe(true)
    expect(await session.cancel()).toBe(false)
    expect(await collect(place.store.keys({ prefix: 'open/' }))).toEqual([])
    expect((await session.runs())[0]).toMatchObject({ status: 'cancelled', reason: 'changed my mind' })
    expect(await session.waitingFor()).toEqual([])
    expect(await collect(agent.unfinished())).toEqual([])
    await (await session.send('hello')).completed()
    expect(llm.requests[0]?.messages.at(-2)?.content).toMatchObject([
      { type: 'tool_result', isError: true, content: 'This call did not run: the run was cancelled (changed my mind).' },
    ])
    expect(place.done).toEqual([])
  })

  test('ends when it is resumed, where only the inbox could be told', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    await view.cancel('changed my mind')
    await view.answer(await requestFor(view, 'a'), { decision: 'approve' })
    const { llm, session } = await place.elsewhere('s', ['never'])
    expect(await (await session.resume())?.result).toMatchObject({ status: 'cancelled', reason: 'changed my mind' })
    expect([place.done, llm.requests]).toEqual([[], []])
  })
})

describe('an answer', () => {
  test('may be given once: the first one stands, and what came after it is put on record', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    const requestId = await requestFor(view, 'a')
    await view.answer(requestId, { decision: 'reject', message: 'no' })
    await view.answer(requestId, { decision: 'approve' })
    const { llm, session } = await place.elsewhere('s', ['done'])
    const run = await session.resume()
    await run?.completed()
    expect(resultsIn(llm.requests[0])).toEqual(['It was rejected: no'])
    const facts = (await collect(view.events({ follow: false }))).map(({ event }) => event)
    expect(facts.filter(({ type }) => type === 'inbox_skipped')).toMatchObject([{ reason: `request ${requestId} was answered before` }])
    await view.answer(requestId, { decision: 'approve' })
    expect(place.done).toEqual([])
  })

  test('to what nobody asked is refused, with what waits', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    const waits = await requestFor(view, 'a')
    await expect(view.answer('request-of-my-own', { decision: 'approve' })).rejects.toMatchObject({
      code: 'request_not_found',
      message: `Session s has no request 'request-of-my-own'. These wait: ${waits}.`,
    })
  })

  test('may change the arguments, which are checked like any', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a', 'b'))
    await view.answer(await requestFor(view, 'a'), { decision: 'approve', input: { path: 'c' }, by: 'Ada' })
    await view.answer(await requestFor(view, 'b'), { decision: 'approve', input: { path: 7 } })
    const { llm, session } = await place.elsewhere('s', ['done'])
    const run = await session.resume()
    await run?.completed()
    expect(resultsIn(llm.requests[0])).toEqual(['wrote c', expect.stringContaining("'write' do not match its schema")])
    expect(place.done).toEqual(['c'])
    const facts = (await collect(view.events({ follow: false }))).map(({ event }) => event)
    expect(facts.filter(({ type }) => type === 'tool_execution_start')).toMatchObject([
      { args: { path: 'c' }, accesses: [{ kind: 'write', path: 'c' }] },
    ])
    expect(facts.filter(({ type }) => type === 'confirmation_received')).toMatchObject([
      { approved: true, args: { path: 'c' }, by: 'Ada' },
      { approved: true },
    ])
  })

  test('that changes the arguments is judged again', async () => {
    const place = workspace()
    const permissions = policy({ rules: [{ deny: { path: 'secret' } }] })
    const { view } = await suspended(place, writes('a'), { permissions })
    await view.answer(await requestFor(view, 'a'), { decision: 'approve', input: { path: 'secret' } })
    const { llm, session } = await place.elsewhere('s', ['done'], { permissions })
    await (await session.resume())?.completed()
    expect(resultsIn(llm.requests[0])).toEqual([expect.stringContaining('the policy denies it')])
    expect(place.done).toEqual([])
  })

  test('satisfies a policy that asks, and never one that denies: also one that came later', async () => {
    for (const [rules, done] of [
      [[{ ask: { tool: 'write' } }], ['a']],
      [[{ deny: { tool: 'write' } }], []],
    ] as const satisfies readonly (readonly [readonly Rule[], readonly string[]])[]) {
      const place = workspace()
      const { view } = await suspended(place, writes('a'))
      await view.answer(await requestFor(view, 'a'), { decision: 'approve' })
      const { session } = await place.elsewhere('s', ['done'], { permissions: policy({ rules }) })
      await (await session.resume())?.completed()
      expect(place.done).toEqual(done)
    }
  })

  test('is about what was shown: when the call would touch something else by then, it is asked anew', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a'))
    const first = await requestFor(view, 'a')
    await view.answer(first, { decision: 'approve' })
    place.follow('elsewhere')
    const second = await place.elsewhere('s', [])
    expect((await (await second.session.resume())?.result)?.status).toBe('suspended')
    const waiting = await view.waitingFor()
    expect(waiting).toMatchObject([{ args: { path: 'a' }, accesses: [{ kind: 'write', path: 'elsewhere' }] }])
    expect(waiting[0]?.requestId).not.toBe(first)
    expect(place.done).toEqual([])
    await view.answer(waiting[0]?.requestId ?? '', { decision: 'approve' })
    const third = await place.elsewhere('s', ['done'])
    await (await third.session.resume())?.completed()
    expect(place.done).toEqual(['a'])
  })

  test('that nobody gave yet is taken back where the call would touch something else by then', async () => {
    const place = workspace()
    const { view } = await suspended(place, writes('a', 'b'))
    const stale = await requestFor(view, 'a')
    await view.answer(await requestFor(view, 'b'), { decision: 'approve' })
    place.follow('elsewhere')
    const { session } = await place.elsewhere('s', [])
    await (
      await session.resume()
    )?.result
    const open = await view.waitingFor()
    expect(open.map(({ args, accesses }) => [args, accesses])).toEqual([
      [{ path: 'a' }, [{ kind: 'write', path: 'elsewhere' }]],
      [{ path: 'b' }, [{ kind: 'write', path: 'elsewhere' }]],
    ])
    expect(open.map(({ requestId }) => requestId)).not.toContain(stale)
    await view.answer(stale, { decision: 'approve' })
    await (
      await session.resume()
    )?.result
    expect(place.done).toEqual([])
  })
})
