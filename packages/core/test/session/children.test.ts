/** A run that a task or a step began: gone on with by whoever asked for it, with the agent that it was given to, or not at all. */
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  askerOf,
  checkRuns,
  createAgent,
  memoryStore,
  openSession,
  policy,
  taskTool,
  tool,
  type UnfinishedRun,
  unfinishedRuns,
  Workflow,
} from '../../src/index.ts'
import type { LlmClient, SessionStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { give, modelOf, promptOf, resultsOf, turnsOf } from '../subagents/families.ts'
import { collect } from './sessions.ts'

const done: string[] = []
const change = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: () => `changed ${done.push('a')}`,
})

/** Words of an agent reach the model as its system prompt. */
const llm: LlmClient = modelOf((request) => {
  if (promptOf(request) === 'give') return turnsOf(request) === 0 ? [give('work')] : 'the task is done'
  return turnsOf(request) === 0
    ? [callOf('change', {})]
    : `${request.system.includes('strict') ? 'strict' : 'nobody'}: ${resultsOf(request).join()}`
})

const agentOn = (store: SessionStore): Agent =>
  createAgent({
    llm,
    store,
    permissions: policy(),
    tools: [change, taskTool()],
    agents: { strict: { instructions: 'You are strict.', tools: [change] } },
  })

const step = { taskId: 'a', agent: 'strict', description: 'work', prompt: 'work' }

/** A step of a workflow that waits, and whose process is gone. */
async function waitingStep(store: SessionStore): Promise<UnfinishedRun> {
  const workflow = new Workflow({ executor: agentOn(store).executor(), store, rootId: 'root' })
  await expect(workflow.agent(step)).rejects.toMatchObject({ code: 'workflow_suspended' })
  await workflow.close()
  return childIn(store)
}

/** A task that waits. */
async function waitingTask(store: SessionStore): Promise<UnfinishedRun> {
  const session = await agentOn(store).session({ id: 'parent' })
  expect((await (await session.send('give')).result).status).toBe('suspended')
  return childIn(store)
}

async function childIn(store: SessionStore): Promise<UnfinishedRun> {
  const found = (await collect(unfinishedRuns(store, { children: true }))).find(({ child }) => child !== undefined)
  if (found === undefined) throw new Error('there is no child')
  return found
}

describe.each([
  ['a step', waitingStep, { asker: 'a workflow', told: { agent: 'strict', description: 'work' } }],
  ['a task', waitingTask, { asker: 'parent', told: { agent: 'general', parentSessionId: 'parent' } }],
] as const)('the run of %s', (_, waiting, { asker, told }) => {
  test('is refused to whoever did not ask for it, and is told who did', async () => {
    const store = memoryStore()
    const { sessionId, child } = await waiting(store)
    expect(child).toMatchObject(told)
    const session = await agentOn(store).session({ id: sessionId })
    const refused = { code: 'invalid_argument', message: `Session ${sessionId} works for ${asker}: resume that` }
    await expect(session.resume()).rejects.toMatchObject(refused)
    const [request] = await session.waitingFor()
    await session.answer(request?.requestId ?? '', { decision: 'approve' })
    await expect(session.resume()).rejects.toMatchObject(refused)
    expect(await session.state()).toMatchObject({ run: { status: 'suspended' } })
  })

  test('is no unfinished run of anybody else, and nothing that is checked for them', async () => {
    const store = memoryStore()
    const { sessionId } = await waiting(store)
    expect((await collect(agentOn(store).unfinished())).map((run) => run.sessionId)).not.toContain(sessionId)
    expect((await collect(unfinishedRuns(store))).map((run) => run.sessionId)).not.toContain(sessionId)
    expect((await collect(checkRuns(store, { llm }))).map((run) => run.sessionId)).not.toContain(sessionId)
  })

  test('is refused in a fork that keeps it too; what is sent there is the own run of whoever sends it', async () => {
    const store = memoryStore()
    const { sessionId } = await waiting(store)
    const kept = await (await agentOn(store).session({ id: sessionId })).fork({ id: 'kept', keepRun: true })
    await expect(kept.resume()).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await kept.cancel()).toBe(true)
    const sent = await kept.send('work')
    expect(await sent.result).toMatchObject({ status: 'completed' }) // the model has had its turn
  })

  test('may be cancelled by anybody', async () => {
    const store = memoryStore()
    const { sessionId } = await waiting(store)
    expect(await (await agentOn(store).session({ id: sessionId })).cancel()).toBe(true)
    expect(await (await openSession(store, sessionId)).state()).toMatchObject({ run: { status: 'cancelled' } })
  })
})

test('a step goes on with its workflow, with the words of its agent, wherever it was answered and looked at before', async () => {
  const store = memoryStore()
  const { sessionId } = await waitingStep(store)
  const agent = agentOn(store)
  const session = await agent.session({ id: sessionId })
  await expect(session.resume()).rejects.toThrow('resume that')
  const [request] = await session.waitingFor()
  await session.answer(request?.requestId ?? '', { decision: 'approve' })
  const workflow = new Workflow({ executor: agent.executor(), store, rootId: 'root' })
  expect(await workflow.agent(step)).toMatchObject({ status: 'completed', output: expect.stringMatching(/^strict: changed/) })
  await workflow.close()
})

test('a step of the agent itself goes on although its session is open in the same process', async () => {
  const store = memoryStore()
  const agent = agentOn(store)
  const own = { ...step, agent: 'default' }
  const [first] = [await agent.executor().executeStep(own, { signal: new AbortController().signal })]
  const session = await agent.session({ id: first.sessionId })
  await session.answer(first.waitingFor?.[0]?.requestId ?? '', { decision: 'approve' })
  await expect(session.resume()).rejects.toThrow('resume that')
  expect(await agent.executor().executeStep(own, { signal: new AbortController().signal })).toMatchObject({ status: 'completed' })
})

test('a further task of the same session is no run of anybody else either, and goes on when it is asked for again', async () => {
  const store = memoryStore()
  const { signal } = new AbortController()
  const first = { ...step, agent: 'default', sessionId: 'job', prompt: 'nothing', taskId: 'first' }
  const second = { ...first, taskId: 'second', prompt: 'work' }
  const quiet = modelOf((request) => (request.messages.length === 3 ? [callOf('change', {})] : 'done'))
  const agent = createAgent({ llm: quiet, store, permissions: policy(), tools: [change] })
  expect(await agent.executor().executeStep(first, { signal })).toMatchObject({ output: 'done' })
  const outcome = await agent.executor().executeStep(second, { signal })
  expect(outcome).toMatchObject({ status: 'suspended' })
  expect(await collect(agent.unfinished())).toEqual([])
  const session = await agent.session({ id: 'job' })
  await session.answer(outcome.waitingFor?.[0]?.requestId ?? '', { decision: 'approve' })
  await expect(session.resume()).rejects.toThrow('resume that')
  expect(await askerOf(store, 'job')).toEqual({ sessionId: 'job', isStep: true })
  expect(await agent.executor().executeStep(second, { signal })).toMatchObject({ status: 'completed', output: 'done' })
  expect(await agent.executor().executeStep(first, { signal })).toMatchObject({ output: 'done' })
  expect((await session.runs()).length).toBe(2)
  await (
    await session.send('say more')
  ).result
  expect((await session.runs()).length).toBe(3)
})

test('a session that somebody began with the name of an agent is theirs to go on with', async () => {
  const store = memoryStore()
  const session = await agentOn(store).session({ id: 'mine', metadata: { agent: 'strict', description: 'work', taskId: 'mine' } })
  await (
    await session.send('work')
  ).result
  expect((await collect(agentOn(store).unfinished())).map(({ sessionId }) => sessionId)).toEqual(['mine'])
  const [request] = await session.waitingFor()
  await session.answer(request?.requestId ?? '', { decision: 'approve' })
  expect(await (await session.resume())?.result).toMatchObject({ status: 'completed' })
})

describe('who goes on with a run', () => {
  test('is the workflow for its step, however deep the task below it', async () => {
    const store = memoryStore()
    const workflow = new Workflow({ executor: agentOn(store).executor(), store, rootId: 'root' })
    await new Workflow({ executor: agentOn(store).executor(), store, rootId: 'other' }).agent({ ...step, agent: 'nobody' })
    await store.append('workflow/broken', ['nonsense'], { expected: 0 })
    await expect(workflow.agent({ ...step, agent: 'default', prompt: 'give' })).rejects.toMatchObject({ code: 'workflow_suspended' })
    const found = (await collect(unfinishedRuns(store, { children: true }))).map(({ sessionId }) => sessionId)
    const stepSession = found.find((id) => id.startsWith('step-')) ?? ''
    expect(found).toHaveLength(2)
    for (const id of found) expect(await askerOf(store, id)).toEqual({ sessionId: stepSession, isStep: true, rootId: 'root' })
  })

  test('is the outermost session for a task, and nobody else for a run of its own', async () => {
    const store = memoryStore()
    const { sessionId } = await waitingTask(store)
    expect(await askerOf(store, sessionId)).toEqual({ sessionId: 'parent', isStep: false })
    expect(await askerOf(store, 'parent')).toBeUndefined()
    await expect(askerOf(store, 'nowhere')).rejects.toMatchObject({ code: 'session_not_found' })
  })

  test('is not known here for a step of a program without a workflow', async () => {
    const store = memoryStore()
    const { sessionId } = await agentOn(store).executor().executeStep(step, { signal: new AbortController().signal })
    expect(await askerOf(store, sessionId)).toEqual({ sessionId, isStep: true })
  })
})
