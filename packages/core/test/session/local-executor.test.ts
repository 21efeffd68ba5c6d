/** The local executor keeps the promises of its seam, and what a step's authority says holds. */
import { describe, expect, test } from 'vitest'
import { createAgent, memoryStore, openSession, tool } from '../../src/index.ts'
import type { AgentStepSpec, StepOutcome } from '../../src/kit.ts'
import { guardedExecutor } from '../../src/orchestration/guarded-executor.ts'
import { localExecutor } from '../../src/session/local-executor.ts'
import type { Agent, Run, RunResult, Session } from '../../src/session/types.ts'
import { AgentError } from '../../src/base/errors.ts'
import { agentExecutorSuite, callOf, manualHost, runConformance, scriptedLlm, type StepHandler } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'

/** An agent whose runs are what a function says: what the executor makes of sessions and runs is what is judged. */
function agentOf(handler: StepHandler): Agent {
  const session = (id: string, metadata: { readonly agent?: unknown; readonly description?: unknown }): Partial<Session> => ({
    id,
    resume: async () => undefined,
    send: async (prompt, { id: taskId = '', signal = new AbortController().signal } = {}) => {
      const spec: AgentStepSpec = {
        taskId,
        agent: String(metadata.agent),
        description: String(metadata.description),
        prompt: typeof prompt === 'string' ? prompt : '',
      }
      return runOf(spec, handler, signal)
    },
  })
  return { session: async ({ id = '', metadata = {} } = {}) => session(id, metadata) as Session } as Agent
}

function runOf(spec: AgentStepSpec, handler: StepHandler, signal: AbortSignal): Run {
  const events: Parameters<Parameters<StepHandler>[1]['onEvent']>[0][] = []
  let wake = Promise.withResolvers<void>()
  let over = false
  const tell = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  const result = handler(spec, {
    signal,
    onEvent: (envelope) => {
      events.push(envelope)
      tell()
    },
  })
    .then((outcome) => resultOf(outcome, spec))
    .catch((error: unknown) =>
      resultOf({ ...blank(spec), status: 'failed', output: error instanceof Error ? error.message : String(error) }, spec),
    )
    .finally(() => {
      over = true
      tell()
    })
  const run: Partial<Run> = {
    result,
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ;) {
        for (; at < events.length; at++) yield events[at]!
        if (over && at === events.length) return
        await wake.promise
      }
    },
  }
  return run as Run
}

const blank = ({ taskId, agent }: AgentStepSpec): StepOutcome => ({
  taskId,
  agent,
  sessionId: `session-of-${taskId}`,
  output: '',
  success: false,
  status: 'failed',
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
})

function resultOf(outcome: StepOutcome, { taskId, agent }: AgentStepSpec): RunResult {
  const { sessionId, usage, output } = outcome
  const base = { runId: 'run', sessionId, usage, text: output }
  if (outcome.taskId !== taskId || outcome.agent !== agent)
    return { ...base, status: 'failed', error: new AgentError('internal', 'another step') }
  if (outcome.status === 'failed') return { ...base, status: 'failed', error: new AgentError('internal', output) }
  if (outcome.status === 'cancelled') return { ...base, status: 'cancelled', reason: output }
  if (outcome.status === 'suspended') return { ...base, status: 'suspended', waitingFor: outcome.waitingFor ?? [] }
  return { ...base, status: 'completed', reason: 'end_turn', ...(outcome.structured === undefined ? {} : { output: outcome.structured }) }
}

runConformance(
  agentExecutorSuite,
  {
    name: 'localExecutor',
    create: () => ({
      through: async (handler) => {
        const own = agentOf(handler)
        const options = { llm: scriptedLlm([]), agents: { explore: {} } }
        return guardedExecutor(localExecutor(own, options, { make: () => own, close: async () => {} }))
      },
    }),
    knownFailures: {
      'executor.outcome': 'the far side is a run of a session: it gets the prompt, and the rest of the spec as its metadata and limits',
      'executor.failure_value': 'a run that failed always has a code, which its outcome tells',
    },
  },
  { describe, test },
)

const spec = (taskId: string, rest: Partial<AgentStepSpec> = {}): AgentStepSpec => ({
  taskId,
  agent: 'default',
  description: 'described',
  prompt: `prompt of ${taskId}`,
  ...rest,
})
const signal = new AbortController().signal

describe("a step's authority", () => {
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
