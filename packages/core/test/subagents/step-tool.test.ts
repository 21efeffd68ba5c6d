/** Agents that work elsewhere spend from the budget of the run that gave them their tasks. */
import { describe, expect, test } from 'vitest'
import { type AgentOptions, createAgent, jsonSchema, memoryStore, policy, stepTool, type StepTask, tool } from '../../src/index.ts'
import type { AgentExecutor, AgentStepSpec, SessionStore, StepOutcome } from '../../src/kit.ts'
import { failedStep } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

const TASK: StepTask = { agent: 'default', description: 'Look', prompt: 'Look.' }
const input = jsonSchema<Record<string, never>>({ type: 'object' })
const again = (reply: ScriptedReply): ScriptedReply[] => Array.from({ length: 20 }, () => reply)
const replies = (...given: ScriptedReply[]): ScriptedReply[] => [...given, ...again('done')]

type Scene = Partial<AgentOptions> & {
  readonly tasks?: readonly StepTask[]
  readonly store?: SessionStore
}

async function recordsOf(store: SessionStore, sessionId: string): Promise<string[]> {
  const records: string[] = []
  for await (const { record } of store.read(`journal/${sessionId}`)) records.push(record)
  return records
}

/** An agent that gives tasks to the executor by its calls of `there`. */
function scene(executor: AgentExecutor, { tasks = [TASK], store = memoryStore(), ...options }: Scene) {
  const asked: AgentStepSpec[] = []
  const there = stepTool({
    name: 'there',
    description: 'Does it there.',
    input,
    access: () => [],
    tasksOf: () => tasks,
    executor: { ...executor, executeStep: (spec, execution) => (asked.push(spec), executor.executeStep(spec, execution)) },
  })
  const llm = scriptedLlm(replies([callOf('there', {})], [callOf('there', {})]), {
    model: { price: { input: 1, output: 1 }, contextWindow: 100_000 },
  })
  return { asked, agent: createAgent({ llm, store, ...options, tools: [there] }), store }
}

/** What an executor tells without an agent: each step is one turn with one call, of so many tokens. */
const spender = (end: (spec: AgentStepSpec) => StepOutcome, { output = 100 } = {}): AgentExecutor => ({
  contract: 1,
  async executeStep(spec, { onEvent }) {
    const base = { sessionId: 'there', runId: 'there', timestamp: 0, durable: true }
    const usage = { input: 0, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    const message = { role: 'assistant' as const, content: [] }
    onEvent?.({ ...base, cursor: '1', event: { type: 'turn_end', turn: 1, attempt: 1, message, usage, stopReason: 'end_turn' } as never })
    onEvent?.({ ...base, cursor: '2', event: { type: 'tool_end', callId: '1.0', name: 'x', content: 'x', isError: false } as never })
    return end(spec)
  },
})

const completed = ({ taskId, agent }: AgentStepSpec): StepOutcome => ({
  ...failedStep({ taskId, agent, description: '', prompt: '' }, 'done', {
    input: 0,
    output: 100,
    cacheRead: 0,
    cacheWrite: 0,
    reasoning: 0,
  }),
  success: true,
  status: 'completed',
  cost: 0.5,
})

describe('agents that work elsewhere', () => {
  test('count for the run that gave the task: tokens, dollars and calls', async () => {
    const { agent, store } = scene(spender(completed), {})
    const run = await agent.run('go')
    const result = await run.result
    // Three turns of one token each way here, and two steps of a hundred there.
    expect(result).toMatchObject({ status: 'completed', usage: { output: 203 } })
    expect(result.cost).toBeCloseTo(1, 4)
    const facts = await recordsOf(store, run.sessionId)
    expect(facts.filter((each) => each.includes('"type":"subagent_end"'))).toHaveLength(2)
  })

  test('are granted a share of what is left, and the next ones a share of the rest', async () => {
    const { agent, asked } = scene(spender(completed), { budget: { perRun: { toolCalls: 9, tokens: 100_000 } } })
    await agent.run('go').then(({ result }) => result)
    const grants = asked.map(({ authority }) => authority?.budget ?? {})
    // One call is under way, and an equal share is kept for whoever gives the task.
    expect(grants.map(({ toolCalls }) => toolCalls)).toEqual([4, 3])
    expect(grants[0]?.tokens).toBeLessThanOrEqual(50_000)
    expect(grants[1]?.tokens).toBeLessThan(grants[0]?.tokens ?? 0)
  })

  test('of one call divide what there is', async () => {
    const { agent, asked } = scene(spender(completed), { tasks: [TASK, TASK, TASK], budget: { perRun: { toolCalls: 9 } } })
    await agent.run('go').then(({ result }) => result)
    expect(asked.slice(0, 3).map(({ authority }) => authority?.budget?.toolCalls)).toEqual([2, 2, 2])
  })

  test('are not asked when nothing is left', async () => {
    const { agent, asked } = scene(spender(completed), { budget: { perRun: { toolCalls: 2 } } })
    const result = await (await agent.run('go')).result
    expect(asked).toEqual([])
    expect(result.status).toBe('completed')
  })

  test('are held to what they were granted, where an agent does it', async () => {
    let done = 0
    const touch = tool({ name: 'touch', description: 'Touches.', input, access: () => [], effect: 'none', execute: () => `${++done}` })
    const llm = scriptedLlm(again([callOf('touch', {})]))
    const far = createAgent({ llm, tools: [touch], permissions: policy(), budget: { perRun: { turns: 8 } } })
    const { agent } = scene(far.executor(), { budget: { perRun: { toolCalls: 7 } } })
    await agent.run('go').then(({ result }) => result)
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThanOrEqual(5) // two of the seven are the calls that give the tasks
  })

  test('are told until when the run has time', async () => {
    const host = manualHost()
    const { agent, asked } = scene(spender(completed), { host, timeouts: { totalMs: 60_000 } })
    const begun = host.clock.now()
    await agent.run('go').then(({ result }) => result)
    expect(asked.map(({ authority }) => authority?.deadline)).toEqual([begun + 60_000, begun + 60_000])
    const without = scene(spender(completed), { host })
    await without.agent.run('go').then(({ result }) => result)
    expect(without.asked[0]?.authority).not.toHaveProperty('deadline')
  })

  test('of which nobody can say how far they got count as all that they were granted', async () => {
    const { agent, asked, store } = scene(
      spender((spec) => failedStep(spec, 'The worker is gone')),
      { budget: { perRun: { tokens: 100_000, usd: 4 } } },
    )
    const run = await agent.run('go')
    await run.result
    const granted = asked[0]?.authority?.budget
    const ends = await recordsOf(store, run.sessionId)
    const [end] = ends.filter((each) => each.includes('"type":"subagent_end"'))
    const { usage, lost } = JSON.parse(end?.slice(end.indexOf('\n') + 1) ?? '') as {
      readonly usage: { readonly output: number }
      readonly lost: { readonly tokens: number; readonly usd: number }
    }
    expect(usage.output + lost.tokens).toBe(granted?.tokens)
    expect(lost.usd).toBe(granted?.usd)
  })

  test('that tell of no event count as all the calls that they were granted', async () => {
    const silent: AgentExecutor = { contract: 1, executeStep: async (spec) => completed(spec) }
    const { agent, asked } = scene(silent, { budget: { perRun: { toolCalls: 9 } } })
    await agent.run('go').then(({ result }) => result)
    expect(asked.map(({ authority }) => authority?.budget?.toolCalls)).toEqual([4, 1])
  })

  test('that were never begun count for nothing', async () => {
    const nobody: AgentExecutor = { contract: 1, executeStep: async (spec) => failedStep(spec, 'The worker cannot be reached') }
    const { agent, asked } = scene(nobody, { budget: { perRun: { toolCalls: 9, tokens: 100_000 } } })
    const result = await (await agent.run('go')).result
    expect(result.usage.output).toBe(3)
    expect(asked.map(({ authority }) => authority?.budget?.toolCalls)).toEqual([4, 3])
  })

  test('that go on after the run was cut off are counted once', async () => {
    const store = memoryStore()
    const control = new AbortController()
    let asked = 0
    const hangs: AgentExecutor = {
      contract: 1,
      async executeStep(spec, options) {
        const outcome = await spender(completed).executeStep(spec, options)
        if (++asked > 1) return outcome
        control.abort()
        return new Promise(() => {})
      },
    }
    const first = scene(hangs, { store, budget: { perRun: { toolCalls: 9 } } })
    const session = await first.agent.session({ id: 's' })
    await session.send('go')
    await new Promise<void>((resolve) => control.signal.addEventListener('abort', () => resolve()))
    const second = scene(hangs, { store, budget: { perRun: { toolCalls: 9 } } })
    const taken = await second.agent.session({ id: 's' })
    const result = await (await taken.resume())?.result
    expect(result).toMatchObject({ status: 'completed' })
    expect(second.asked[0]).toMatchObject({ taskId: first.asked[0]?.taskId, authority: { budget: { toolCalls: 4 } } })
    const facts = await recordsOf(store, 's')
    const of = (type: string): number =>
      facts.filter((each) => each.includes(`"type":"${type}"`) && each.includes(first.asked[0]?.taskId ?? '?')).length
    expect([of('subagent_start'), of('subagent_end')]).toEqual([1, 1])
  })
})
