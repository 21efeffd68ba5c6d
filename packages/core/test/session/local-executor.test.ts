/** The local executor keeps the promises of its seam, and what a step's authority says holds. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, tool } from '../../src/index.ts'
import type { AgentStepSpec } from '../../src/kit.ts'
import { agentExecutorSuite, callOf, manualHost, runConformance, scriptedLlm } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { localExecutorCandidate } from './local-executor-candidate.ts'

runConformance(agentExecutorSuite, localExecutorCandidate, { describe, test })

const spec = (taskId: string, rest: Partial<AgentStepSpec> = {}): AgentStepSpec => ({
  taskId,
  agent: 'default',
  description: 'described',
  prompt: `prompt of ${taskId}`,
  ...rest,
})
const signal = new AbortController().signal

describe("a step's authority", () => {
  test.each([
    ['reviewr', "Did you mean 'reviewer'?"],
    ['pilot', `Did you mean 'default', 'reviewer'?`],
  ])('names an agent that there is: for %s it is refused with the one that was meant, or with all', async (agent, hint) => {
    const executor = createAgent({ llm: scriptedLlm(['…']), agents: { reviewer: { description: 'Reviews.' } } }).executor()
    const outcome = await executor.executeStep(spec('a', { agent }), { signal })
    expect(outcome).toMatchObject({ code: 'invalid_argument', output: `There is no agent '${agent}'. ${hint}` })
  })

  test.each([
    [{ budget: { token: 5 } }, "There is no option 'token'. Did you mean 'tokens'?"],
    [{ budget: { tokens: 'many' } }, "The option 'budget.perRun.tokens' must be more than 0; it is NaN"],
    [{ deadline: 'soon' }, 'The deadline of step a has passed, so it was not begun'],
  ])('that says %j is not understood, and nothing is begun', async (authority, output) => {
    const llm = scriptedLlm(['…'])
    const outcome = await createAgent({ llm })
      .executor()
      .executeStep(spec('a', { authority: authority as never }), { signal })
    expect(outcome).toMatchObject({ success: false, output })
  })

  test('of no turns is refused in words', async () => {
    const executor = createAgent({ llm: scriptedLlm(['…']) }).executor()
    const outcome = await executor.executeStep(spec('none', { maxSteps: 0 }), { signal })
    expect(outcome).toMatchObject({ code: 'invalid_argument', output: "The option 'budget.perRun.turns' must be more than 0; it is 0" })
  })

  test('a deadline that has passed begins nothing, and one that passes stops the step', async () => {
    const host = manualHost()
    const llm = scriptedLlm([() => new Promise(() => {})])
    const executor = createAgent({ llm, host }).executor()
    const now = host.clock.now()
    const late = await executor.executeStep(spec('late', { authority: { deadline: now } }), { signal })
    expect(late).toMatchObject({ status: 'failed', code: 'timeout', output: 'The deadline of step late has passed, so it was not begun' })
    expect(llm.requests).toEqual([])
    const running = executor.executeStep(spec('slow', { authority: { deadline: now + 5000 } }), { signal })
    expect(await pass(running, host.clock)).toMatchObject({ status: 'failed', code: 'timeout' })
    expect(host.clock.now() - now).toBeLessThan(10_000)
  })

  test('a deadline does not stretch the time that the agent gives itself', async () => {
    const host = manualHost()
    const executor = createAgent({ llm: scriptedLlm([() => new Promise(() => {})]), host, timeouts: { totalMs: 1000 } }).executor()
    const start = host.clock.now()
    const running = executor.executeStep(spec('slow', { authority: { deadline: start + 60_000 } }), { signal })
    expect(await pass(running, host.clock)).toMatchObject({ status: 'failed', code: 'timeout' })
    expect(host.clock.now() - start).toBeLessThan(5000)
  })

  test('a budget holds a step, and never gives it more than the agent has', async () => {
    const note = tool({ name: 'note', description: 'Notes.', readOnly: true, execute: () => 'noted' })
    const calls = [callOf('note'), callOf('note'), callOf('note')]
    const run = async (own: number, given: number): Promise<number> => {
      const llm = scriptedLlm([calls, 'done'])
      const executor = createAgent({ llm, tools: [note], budget: { perRun: { toolCalls: own } } }).executor()
      expect(await executor.executeStep(spec('a', { authority: { budget: { toolCalls: given } } }), { signal })).toMatchObject({
        success: true,
      })
      const results = llm.requests[1]?.messages.at(-1)?.content ?? []
      return results.filter((block) => block.type === 'tool_result' && block.content === 'noted').length
    }
    expect(await run(9, 2)).toBe(2)
    expect(await run(1, 9)).toBe(1)
    const poor = createAgent({ llm: scriptedLlm(['…']) }).executor()
    expect(await poor.executeStep(spec('b', { authority: { budget: { tokens: 10 } } }), { signal })).toMatchObject({
      status: 'failed',
      code: 'budget_exhausted',
    })
  })

  test('its depth is told by its session', async () => {
    const store = memoryStore()
    await createAgent({ llm: scriptedLlm(['ok']), store })
      .executor()
      .executeStep(spec('a', { authority: { depth: 3 }, parentSessionId: 'p' }), { signal })
    expect((await openSession(store, 'task-run-a')).metadata).toEqual({
      agent: 'default',
      description: 'described',
      taskId: 'a',
      depth: 3,
      parentSessionId: 'p',
    })
  })
})

describe('a session of a step', () => {
  test('is the one that the step names', async () => {
    const executor = createAgent({ llm: scriptedLlm(['ok']) }).executor()
    expect(await executor.executeStep(spec('a', { sessionId: 'mine' }), { signal })).toMatchObject({ sessionId: 'mine', success: true })
  })

  test('does one step at a time: the same task twice at once is done once, and both are told', async () => {
    const llm = scriptedLlm([async () => new Promise((resolve) => setImmediate(() => resolve('done')))])
    const executor = createAgent({ llm, agents: { explore: {} } }).executor()
    for (const _ of ['at first', 'and again']) {
      const twice = await Promise.all(['one', 'two'].map(() => executor.executeStep(spec('twin', { agent: 'explore' }), { signal })))
      expect(twice.map(({ output, status }) => `${status} ${output}`)).toEqual(['completed done', 'completed done'])
    }
    expect(llm.requests).toHaveLength(1)
  })

  test('that another question of the same task was asked in says so', async () => {
    const executor = createAgent({ llm: scriptedLlm(['ok']) }).executor()
    await executor.executeStep(spec('a'), { signal })
    const other = await executor.executeStep(spec('a', { prompt: 'something else' }), { signal })
    expect(other).toMatchObject({ status: 'failed', code: 'invalid_argument' })
  })

  test('goes on with what was left of its own task, and never takes another task’s answer for its own', async () => {
    const store = memoryStore()
    const hang = createAgent({ llm: scriptedLlm([() => new Promise(() => {})]), store })
    void hang.executor().executeStep(spec('first', { sessionId: 'shared' }), { signal })
    const view = await openWhenThere(store, 'shared')
    expect(view.metadata).toMatchObject({ agent: 'default' })
    const next = createAgent({ llm: scriptedLlm(['first answer', 'second answer']), store }).executor()
    expect(await next.executeStep(spec('second', { sessionId: 'shared' }), { signal })).toMatchObject({ output: 'second answer' })
    expect(await next.executeStep(spec('first', { sessionId: 'shared' }), { signal })).toMatchObject({ output: 'first answer' })
  })
})

async function openWhenThere(store: ReturnType<typeof memoryStore>, id: string): Promise<Awaited<ReturnType<typeof openSession>>> {
  for (;;) {
    const view = await openSession(store, id).catch(() => undefined)
    if (view && (await view.state()).run?.phase !== undefined) return view
    await new Promise((resolve) => setImmediate(resolve))
  }
}
