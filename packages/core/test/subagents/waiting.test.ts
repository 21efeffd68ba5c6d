/** Approvals that a child needs, at any depth: asked on the run outside, under the child's names, and answered there. */
import { describe, expect, test } from 'vitest'
import {
  AgentRegistry,
  type Answer,
  checkRuns,
  memoryStore,
  openSession,
  storedSessions,
  taskTool,
  tool,
  unfinishedRuns,
  type WaitingFor,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualClock, manualHost } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { collect, factsOf } from '../session/sessions.ts'
import { family, type FamilyOptions, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

const agents = new AgentRegistry([
  { name: 'lead', description: 'Leads.', tools: ['*', 'task'] },
  { name: 'shy', description: 'Asks nobody.', confirmationInheritance: 'deny_on_ask' },
])

/** `depth` agents hand the work down; the last one changes something. */
function chain(depth: number, options: FamilyOptions & { readonly background?: boolean } = {}) {
  const done: string[] = []
  const change = tool({
    name: 'change',
    description: 'Changes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'unsafe',
    execute: (input) => `changed ${done.push(JSON.stringify(input))}`,
  })
  const { background = false, ...rest } = options
  const llm = modelOf((request) => {
    const level = Number(promptOf(request).match(/\d+$/)?.[0] ?? 0)
    if (turnsOf(request) > 0) return resultsOf(request).join() || 'the end'
    if (level === depth) return [callOf('change', { level })]
    return [give(`level ${level + 1}`, { agent: level + 1 === depth ? 'general' : 'lead', background: background && level === 0 })]
  })
  const agentOn = (store: SessionStore) => family(llm, { ...rest, store, extra: [change], task: { agents } }).agent
  return { done, agentOn, store: memoryStore(), llm, change }
}

describe('an approval that a child needs', () => {
  test.for([1, 2, 3])('at depth %i suspends the run outside, is asked there under its own name, and is answered there', async (depth) => {
    const { done, agentOn, store } = chain(depth)
    const run = await agentOn(store).run('go')
    const result = await run.result
    if (result.status !== 'suspended') throw new Error(result.status)
    expect(result.waitingFor).toMatchObject([{ toolName: 'change', args: { level: depth }, sessionId: run.sessionId, runId: run.id }])
    expect(result.waitingFor[0]?.reason).toMatch(/^\w+ \(task-\w+\): /)
    expect(done).toEqual([])
    // Only the run outside is somebody's to go on with.
    expect((await collect(unfinishedRuns(store))).map(({ sessionId }) => sessionId)).toEqual([run.sessionId])
    const checks = await collect(checkRuns(store, { llm: modelOf(() => ''), tools: [taskTool()] }))
    expect(checks.map(({ sessionId, canGoOn }) => [sessionId, canGoOn])).toEqual([[run.sessionId, true]])

    const view = await openSession(store, run.sessionId)
    expect(await view.answer(result.waitingFor[0]?.requestId ?? '', { decision: 'approve', by: 'ann' })).toBe(true)
    const again = await (await agentOn(store).session({ id: run.sessionId })).resume()
    expect(await again?.result).toMatchObject({ status: 'completed' })
    expect(done).toEqual([`{"level":${depth}}`])
    const answers = (await factsOf(view)).filter(({ event }) => event.type === 'confirmation_received')
    expect(answers.map(({ event }) => event)).toMatchObject([{ approved: true, by: 'ann' }])
  })

  test.for([
    [{ decision: 'reject', message: 'not today' }, /It was rejected: not today/, []],
    [{ decision: 'approve', input: { level: 7 } }, /changed 1/, ['{"level":7}']],
  ] as const)('answered with %j comes to the child as it was said', async ([answer, words, made]) => {
    const { done, agentOn, store } = chain(2)
    const run = await agentOn(store).run('go')
    const { waitingFor } = (await run.result) as { waitingFor: readonly WaitingFor[] }
    await (await openSession(store, run.sessionId)).answer(waitingFor[0]?.requestId ?? '', answer)
    const result = await (await (await agentOn(store).session({ id: run.sessionId })).resume())?.completed()
    expect(result?.text).toMatch(words)
    expect(done).toEqual(made)
  })

  test.for([1, 2])('at depth %i is asked in place where somebody is there, once', async (depth) => {
    const asked: WaitingFor[] = []
    const confirm = async (request: WaitingFor): Promise<Answer> => (asked.push(request), { decision: 'approve', by: 'bob' })
    const { done, agentOn, store } = chain(depth, { confirm })
    const run = await agentOn(store).run('go')
    await run.completed()
    expect(asked).toMatchObject([{ toolName: 'change', sessionId: run.sessionId }])
    expect(done.length).toBe(1)
    const facts = (await factsOf(await openSession(store, run.sessionId))).map(({ event }) => event)
    expect(facts.filter(({ type }) => type === 'confirmation_required').length).toBe(1)
    expect(facts.filter(({ type }) => type === 'confirmation_received')).toMatchObject([{ approved: true, by: 'bob' }])
  })

  test('is answered from elsewhere while somebody here is still thinking', async () => {
    let requestId = ''
    const { done, agentOn, store } = chain(1, {
      confirm: (request, { signal }) =>
        new Promise((_, reject) => {
          ;({ requestId } = request)
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        }),
    })
    const session = await agentOn(store).session()
    const run = await session.send('go')
    for await (const { event } of run) if (event.type === 'confirmation_required') break
    await new Promise((resolve) => setImmediate(resolve))
    await session.answer(requestId, { decision: 'approve' })
    await run.completed()
    expect(done.length).toBe(1)
  })

  test('of an agent that may ask nobody is refused', async () => {
    const done: string[] = []
    const change = tool({
      name: 'change',
      description: 'Changes.',
      access: () => [{ kind: 'write', path: 'a' }],
      execute: () => done.push('c'),
    })
    const llm = modelOf((request) =>
      turnsOf(request) > 0 ? resultsOf(request).join() : promptOf(request) === 'go' ? [give('x', { agent: 'shy' })] : [callOf('change')],
    )
    const { agent } = family(llm, { extra: [change], task: { agents } })
    expect((await (await agent.run('go')).completed()).text).toContain('nobody is here to give one')
    expect(done).toEqual([])
  })

  test('of a task in the background suspends the run when nothing else is left to do, and the answer lets both go on', async () => {
    const { done, agentOn, store } = chain(1, { background: true })
    const run = await agentOn(store).run('go')
    const result = await run.result
    if (result.status !== 'suspended') throw new Error(result.status)
    await (await openSession(store, run.sessionId)).answer(result.waitingFor[0]?.requestId ?? '', { decision: 'approve' })
    const again = await (await agentOn(store).session({ id: run.sessionId })).resume()
    expect(await again?.result).toMatchObject({ status: 'completed' })
    expect(done.length).toBe(1)
  })
})

describe('an approval that nobody gives', () => {
  test('is refused where nobody can, and is not left open on the run outside', async () => {
    const { done, agentOn, store } = chain(1, { confirm: async () => undefined, unanswered: 'reject' })
    const run = await agentOn(store).run('go')
    expect((await run.completed()).text).toContain('nobody answered')
    expect(done).toEqual([])
    const answers = (await factsOf(await openSession(store, run.sessionId))).flatMap(({ event }) =>
      event.type === 'confirmation_received' ? [event.approved] : [],
    )
    expect(answers).toEqual([false])
  })

  test('is not asked for an agent that may ask nobody, even where somebody is there', async () => {
    let asked = 0
    const change = tool({ name: 'change', description: 'Changes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'changed' })
    const llm = modelOf((request) =>
      turnsOf(request) > 0 ? resultsOf(request).join() : promptOf(request) === 'go' ? [give('x', { agent: 'shy' })] : [callOf('change')],
    )
    const confirm = async (): Promise<Answer> => (asked++, { decision: 'approve' })
    const { agent } = family(llm, { extra: [change], task: { agents }, confirm })
    expect((await (await agent.run('go')).completed()).text).toContain('nobody is here to give one')
    expect(asked).toBe(0)
  })
})

describe('a run that goes on after an answer', () => {
  test('tells of no progress twice', async () => {
    const { agentOn, store } = chain(1)
    const run = await agentOn(store).run('go')
    const { waitingFor } = (await run.result) as { waitingFor: readonly WaitingFor[] }
    const session = await agentOn(store).session({ id: run.sessionId })
    await session.answer(waitingFor[0]?.requestId ?? '', { decision: 'approve' })
    const again = await session.resume()
    const told: unknown[] = []
    if (again) for await (const { event } of again) if (event.type === 'subagent_progress') told.push(event.metadata)
    expect(told).toEqual([{ tool: 'change', isError: false }, { turn: 2 }])
  })

  test('without the agent that did a task says so, and ends the task', async () => {
    const { agentOn, store, llm, change } = chain(2)
    const run = await agentOn(store).run('go')
    const { waitingFor } = (await run.result) as { waitingFor: readonly WaitingFor[] }
    await (await openSession(store, run.sessionId)).answer(waitingFor[0]?.requestId ?? '', { decision: 'approve' })
    const { agent } = family(llm, { store, extra: [change] })
    const again = await (await agent.session({ id: run.sessionId })).resume()
    expect((await again?.completed())?.text).toContain("There is no agent 'lead'")
    const end = (await factsOf(await openSession(store, run.sessionId))).find(({ event }) => event.type === 'subagent_end')?.event
    expect(end).toMatchObject({ status: 'failed', code: 'invalid_argument' })
  })
})

describe('a run outside that is cancelled while it waits', () => {
  test('ends everybody below it', async () => {
    const { done, agentOn, store } = chain(3)
    const agent = agentOn(store)
    const run = await agent.run('go')
    await run.result
    const session = await agent.session({ id: run.sessionId })
    expect(await session.cancel('enough')).toBe(true)
    await agent.close()
    for await (const key of store.keys({ prefix: 'journal/' })) {
      const state = await (await openSession(store, key.slice('journal/'.length))).state()
      expect(state.run?.status).toBe('cancelled')
    }
    expect(done).toEqual([])
  })
})

describe('the deadline of what a child asks', () => {
  const answersOf = async (store: SessionStore, sessionId: string): Promise<readonly unknown[]> =>
    (await factsOf(await openSession(store, sessionId))).flatMap(({ event: fact }): readonly unknown[] =>
      fact.type === 'confirmation_received' ? [fact.approved] : fact.type === 'confirmation_timeout' ? ['timeout'] : [],
    )

  test.for([1, 2])('at depth %i is settled outside, so that whoever is told that theirs counts is heard', async (depth) => {
    const host = manualHost()
    const inner = memoryStore()
    const asked = Promise.withResolvers<WaitingFor>()
    let counts: boolean | undefined
    // Somebody answers outside at the very moment when a child has it that nobody did.
    const store: SessionStore = {
      ...inner,
      append: async (key, records, options) => {
        await inner.append(key, records, options)
        const { requestId, sessionId } = await asked.promise
        if (counts === undefined && key.startsWith('inbox/') && key !== `inbox/${sessionId}` && records[0]?.includes('timeout'))
          counts = await (await openSession(inner, sessionId)).answer(requestId, { decision: 'approve' })
      },
    }
    const { done, agentOn } = chain(depth, {
      host,
      confirmTimeout: { afterMs: 1000, action: 'reject' },
      confirm: (request) => {
        asked.resolve(request)
        return new Promise(() => {})
      },
    })
    const run = await agentOn({ ...store, append: (key, ...rest) => (key.startsWith('inbox/') ? store : inner).append(key, ...rest) }).run(
      'go',
    )
    await asked.promise
    await pass(run.completed(), host.clock)
    expect(counts).toBeDefined()
    expect(done).toHaveLength(counts === true ? 1 : 0)
    for (const id of await collect(storedSessions(inner))) expect(await answersOf(inner, id)).toEqual([counts === true ? true : 'timeout'])
  })

  test.for([1, 2, 3])('at depth %i that passed with nobody there is settled by whoever resumes the run outside', async (depth) => {
    const host = manualHost()
    const { done, agentOn, store } = chain(depth, { host, confirmTimeout: { afterMs: 1000, action: 'approve' } })
    const agent = agentOn(store)
    const run = await agent.run('go')
    expect((await run.result).status).toBe('suspended')
    await host.clock.advance(1000)
    expect(await collect(unfinishedRuns(store))).toMatchObject([{ sessionId: run.sessionId }])
    const session = await agent.session({ id: run.sessionId })
    const again = await session.resume()
    await pass(again?.completed() ?? Promise.reject(new Error('There was nothing to resume')), host.clock)
    expect(done).toHaveLength(1)
    for (const id of await collect(storedSessions(store))) expect(await answersOf(store, id)).toEqual(['timeout'])
  })

  test.for([1, 3])(
    'at depth %i that was seen outside to have passed holds for whoever goes on, also by a clock that is behind',
    async (depth) => {
      const clock = manualClock(Date.UTC(2100, 0, 1))
      const { agentOn, store } = chain(depth, { host: { ...manualHost(), clock }, confirmTimeout: { afterMs: 1000, action: 'reject' } })
      const agent = agentOn(store)
      const run = await agent.run('go')
      const result = await run.result
      const [request] = result.status === 'suspended' ? result.waitingFor : []
      const view = await openSession(store, run.sessionId)
      expect(await view.answer(request?.requestId ?? '', { decision: 'timeout', at: request?.deadline ?? 0 })).toBe(true)
      const again = await (await agent.session({ id: run.sessionId })).resume()
      expect(await again?.completed()).toMatchObject({ text: expect.stringContaining('nobody answered in time') })
      for (const id of await collect(storedSessions(store))) expect(await answersOf(store, id)).toEqual(['timeout'])
    },
  )
})
