/** Questions to a person: asked in place or for as long as it takes, from any depth, and answered with what was asked for. */
import { describe, expect, test } from 'vitest'
import {
  AgentRegistry,
  askUser,
  type Answer,
  createAgent,
  memoryStore,
  openSession,
  policy,
  questionOf,
  taskTool,
} from '../../src/index.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from '../subagents/families.ts'
import { desk, factsOf, read } from './scenes.ts'

const options = [{ label: 'red' }, { label: 'blue', description: 'Like the sky.' }]
const ask = (input: object) => [[callOf('ask_user', { question: 'Which colour?', ...input })], 'done']

async function asked(input: object, given: Parameters<typeof desk>[1] = {}) {
  const scene = desk(ask(input), { tools: [askUser()], ...given })
  const session = await scene.agent.session({ id: 's' })
  const result = await (await session.send('go')).result
  const [request] = await session.waitingFor()
  const answer = (reply: Answer) => session.answer(request?.requestId ?? '', reply)
  return { ...scene, session, result, request, answer }
}

describe('a question', () => {
  test('waits durably, tells what may be answered, and its reply is what the model reads', async () => {
    const { result, request, answer, session, llm } = await asked({ options })
    expect(result).toMatchObject({ status: 'suspended', waitingFor: [{ kind: 'question', toolName: 'ask_user', reason: 'Which colour?' }] })
    expect(request && questionOf(request)).toEqual({ question: 'Which colour?', options, several: false, freeText: true })
    expect(await answer({ decision: 'reply', value: 'blue', by: 'ann' })).toBe(true)
    expect(await answer({ decision: 'reply', value: 'red', by: 'bob' })).toBe(false)
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['blue'])
    expect(await factsOf(session, 'user_question', 'confirmation_received', 'tool_execution_start')).toMatchObject([
      { type: 'user_question', args: { question: 'Which colour?' } },
      { type: 'confirmation_received', reply: 'blue', by: 'ann' },
      { type: 'tool_execution_start', effect: 'none' },
    ])
  })

  test.each([
    [{}, 'anything', true],
    [{}, '', false],
    [{}, 7, false],
    [{ options }, 'green', true],
    [{ options, free_text: false }, 'green', false],
    [{ options, free_text: false }, 'red', true],
    [{ options, free_text: false }, ['red'], false],
    [{ options, free_text: false, several: true }, ['red', 'blue'], true],
    [{ options, free_text: false, several: true }, ['red', 'green'], false],
    [{ options, several: true }, [], false],
    [{ options: [], free_text: false }, 'words', true],
  ])('of %j takes the reply %j: %s', async (input, value, fits) => {
    const { answer, session, llm } = await asked(input)
    const problem = await answer({ decision: 'reply', value }).then(String, ({ message }: Error) => message)
    expect(problem).toMatch(fits ? /^true$/ : /^This reply does not fit: /)
    for (const real of ['red', ['red']]) await answer({ decision: 'reply', value: real }).catch(() => {})
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual([fits ? [value].flat().join('\n') : 'red'])
  })

  test('whose reply was written past everybody is refused in the journal, and a real one counts afterwards', async () => {
    const { store, session, request, answer, llm } = await asked({ options, free_text: false })
    const forged = { v: 1, type: 'answer', requestId: request?.requestId, answer: { decision: 'reply', value: 'green' } }
    await store.append('inbox/s', [JSON.stringify(forged)], { expected: 0 })
    expect(await answer({ decision: 'reply', value: 'red' })).toBe(true)
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['red'])
    expect(await factsOf(session, 'inbox_skipped')).toMatchObject([{ reason: expect.stringContaining('This reply does not fit') }])
  })

  test('that is not answered, or cannot be, is told to the model so', async () => {
    const rejected = await asked({})
    await rejected.answer({ decision: 'reject', message: 'Ask my boss.' })
    await (await rejected.session.resume())?.completed()
    expect(read(rejected.llm)).toEqual(['There is no answer: Ask my boss.'])
    const nobody = desk(ask({}), { tools: [askUser()], unanswered: 'reject' })
    await (await nobody.agent.run('go')).completed()
    expect(read(nobody.llm)).toEqual(['There is no answer: nobody answered'])
  })

  test('has a deadline where the tool has one', async () => {
    const { host, session, llm } = await asked({}, { tools: [askUser({ timeoutMs: 1000 })] })
    await host.clock.advance(1000)
    await (await session.resume())?.completed()
    expect(read(llm)).toEqual(['There is no answer: nobody answered in time'])
  })

  test('is asked in place, and what is no answer there is none', async () => {
    const seen: string[] = []
    const place = await asked({}, { confirm: async ({ kind }) => (seen.push(kind), { decision: 'reply', value: 'green' }) })
    expect([place.result.status, read(place.llm), seen]).toEqual(['completed', ['green'], ['question']])
    // Who approves everything has answered no question.
    expect((await asked({}, { confirm: async () => ({ decision: 'approve' }) })).result).toMatchObject({ status: 'suspended' })
  })

  test('is judged before it is asked, and asked once though it needs an approval too', async () => {
    const denied = await asked({}, { permissions: policy({ rules: [{ deny: { access: 'read' } }, { deny: { tool: 'ask_*' } }] }) })
    expect([denied.result.status, await factsOf(denied.session, 'user_question')]).toEqual(['completed', []])
    const both = await asked({}, { permissions: policy({ rules: [{ ask: { tool: 'ask_user' } }] }) })
    expect(both.request?.kind).toBe('confirmation')
    await both.answer({ decision: 'approve' })
    expect((await (await both.session.resume())?.result)?.status).toBe('suspended')
    const [question] = await both.session.waitingFor()
    expect(question?.kind).toBe('question')
    await both.session.answer(question?.requestId ?? '', { decision: 'reply', value: 'yes' })
    await (await both.session.resume())?.completed()
    expect([read(both.llm), (await factsOf(both.session, 'user_question', 'confirmation_required')).length]).toEqual([['yes'], 2])
  })

  test.each([1, 2])('of a sub-agent at depth %i is asked on the run outside, and its reply gets to the child', async (depth) => {
    const agents = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
    const llm = modelOf((request) => {
      const level = Number(/\d+$/.exec(promptOf(request))?.[0] ?? 0)
      if (turnsOf(request) > 0) return resultsOf(request).join() || 'the end'
      if (level === depth) return [callOf('ask_user', { question: 'How many?' })]
      return [give(`level ${level + 1}`, { agent: level + 1 === depth ? 'general' : 'lead' })]
    })
    const store = memoryStore()
    const agent = family(llm, { store, extra: [askUser()], task: { agents } }).agent
    const run = await agent.run('go')
    expect(await run.result).toMatchObject({
      status: 'suspended',
      waitingFor: [{ kind: 'question', toolName: 'ask_user', reply: { type: 'string' } }],
    })
    const view = await openSession(store, run.sessionId)
    const [request] = await view.waitingFor()
    expect(request?.reason).toMatch(/^\w+ \(task-\w+\): .*How many\?$/)
    await expect(view.answer(request?.requestId ?? '', { decision: 'approve' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await view.answer(request?.requestId ?? '', { decision: 'reply', value: 'seven', by: 'ann' })
    const done = await (await (await agent.session({ id: run.sessionId })).resume())?.completed()
    expect(done?.text).toContain('seven')
  })

  test('is asked in place where the agent has a task tool too', async () => {
    const llm = scriptedLlm([[callOf('ask_user', { question: 'Now?' })], 'done'])
    const agent = createAgent({ llm, tools: [askUser(), taskTool()], confirm: async () => ({ decision: 'reply', value: 'now' }) })
    const run = await agent.run('go')
    expect(await pass(run.completed(), desk().host.clock)).toMatchObject({ text: 'done' })
    expect(read(llm)).toEqual(['now'])
  })
})
