/** A run's budget: the worst case is set aside before each attempt, so that what is settled never goes past the limit. */
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, jsonSchema, memoryStore, policy, type Price, tool } from '../../src/index.ts'
import type { LlmClient, Usage } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { eventsOf, resultsIn } from './runs.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })

const echo = tool<{ size: number }>({
  name: 'echo',
  description: 'Returns so many characters.',
  input: jsonSchema<{ size: number }>({ type: 'object', properties: { size: { type: 'number' } } }),
  readOnly: true,
  execute: ({ size }) => 'é'.repeat(size / 2),
})

describe('a budget in tokens', () => {
  test('bounds the answer by what the question leaves', async () => {
    const llm = scriptedLlm(['fine'])
    const run = await createAgent({ llm, budget: { perRun: { tokens: 2000 } } }).run('hello')
    await run.completed()
    const [start] = await eventsOf(run, 'turn_start')
    expect(start?.reservation).toEqual({ tokens: 2000 })
    expect(llm.requests[0]?.maxOutputTokens).toBeGreaterThan(1000)
    expect(llm.requests[0]?.maxOutputTokens).toBeLessThan(2000)
  })

  test('never asks for a longer answer than the model or the agent allows', async () => {
    const llm = scriptedLlm(['fine'], { model: { maxOutputTokens: 500 } })
    const run = await createAgent({ llm, budget: { perRun: { tokens: 1_000_000 } } }).run('hello')
    await run.completed()
    expect(llm.requests[0]?.maxOutputTokens).toBe(500)
  })

  test('lets a model go on whose answers are never long', async () => {
    const llm = scriptedLlm(['fine'], { model: { maxOutputTokens: 100 } })
    const run = await createAgent({ llm, budget: { perRun: { tokens: 1_000_000 } } }).run('hello')
    expect(await run.completed()).toMatchObject({ text: 'fine' })
    expect(llm.requests[0]?.maxOutputTokens).toBe(100)
  })

  test('stops the run before the call that could go past it, and says how far it came', async () => {
    const llm = scriptedLlm([{ blocks: [callOf('echo', { size: 2 })], usage: usageOf(700, 200) }, 'never'])
    const run = await createAgent({ llm, tools: [echo], budget: { perRun: { tokens: 2000 } } }).run('hello')
    const result = await run.result
    expect(result).toMatchObject({
      status: 'failed',
      error: {
        code: 'budget_exhausted',
        retryable: false,
        message: "The run's budget is used up: 900 of 2000 tokens, and the next call would go past it",
      },
      usage: { input: 700, output: 200 },
    })
    expect(llm.requests).toHaveLength(1)
    expect(await eventsOf(run, 'tool_end')).toHaveLength(1)
  })

  test('warns once, when four fifths of it are gone', async () => {
    const step = (input: number, n: number): ScriptedReply => ({ blocks: [callOf('echo', { n })], usage: usageOf(input, 0) })
    const llm = scriptedLlm([step(45_000, 1), step(20_000, 2), step(16_000, 3), step(100, 4), 'done'])
    const run = await createAgent({ llm, tools: [echo], budget: { perRun: { tokens: 100_000 } } }).run('hello')
    const warnings = eventsOf(run, 'budget_threshold_hit')
    await run.completed()
    expect(await warnings).toEqual([
      {
        type: 'budget_threshold_hit',
        resource: 'tokens',
        kind: 'soft',
        consumed: 81_000,
        limit: 100_000,
        message: '81000 of 100000 tokens',
      },
    ])
  })

  test('warns once also where another process goes on with the run', async () => {
    const store = memoryStore()
    const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
    const options = { tools: [echo, write], store, budget: { perRun: { tokens: 100_000 } } }
    const used = (name: string, input: number): ScriptedReply => ({
      blocks: [callOf(name, { size: input / 1000 })],
      usage: usageOf(input, 0),
    })
    const run = await createAgent({
      ...options,
      llm: scriptedLlm([used('echo', 45_000), used('echo', 20_000), used('echo', 16_000), used('write', 100)]),
    }).run('go')
    const told = eventsOf(run, 'budget_threshold_hit')
    await run.result
    expect(await told).toMatchObject([{ kind: 'soft', consumed: 81_000 }])
    const session = await createAgent({ ...options, llm: scriptedLlm(['done']) }).session({ id: run.sessionId })
    await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'reject' })
    const resumed = await session.resume()
    const again: unknown[] = []
    for await (const { event, durable } of resumed ?? []) if (!durable && event.type === 'budget_threshold_hit') again.push(event)
    expect(await resumed?.result).toMatchObject({ status: 'completed' })
    expect(again).toEqual([])
  })

  test('counts an answer at its worst when the provider does not say what it took', async () => {
    const model = { maxOutputTokens: 1000 }
    const silent = { ...scriptedLlm(['a'], { model }) }
    const llm: LlmClient = {
      ...silent,
      async *stream(request, given) {
        for await (const batch of silent.stream(request, given))
          yield batch.map((event) => (event.type === 'done' ? { ...event, usage: usageOf(0, 0), meta: { usageMissing: true } } : event))
      },
    }
    const session = await createAgent({ llm, budget: { perSession: { tokens: 2000 } } }).session()
    await (await session.send('hello')).completed()
    expect(await (await session.send('x'.repeat(600))).result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
  })

  test('takes no character of the system prompt for less than its bytes', async () => {
    const llm = scriptedLlm(['fine'], { model: { maxOutputTokens: 300 } })
    const run = await createAgent({ llm, instructions: '😀'.repeat(1000), budget: { perRun: { tokens: 10_000 } } }).run('hello')
    await run.completed()
    expect((await eventsOf(run, 'turn_start'))[0]?.reservation?.tokens).toBeGreaterThan(4300)
  })

  test('counts an attempt that was lost at its worst', async () => {
    const llm = scriptedLlm([new AgentError('llm_unavailable', 'cut off'), 'never'], { model: { maxOutputTokens: 1000 } })
    const run = await createAgent({ llm, budget: { perRun: { tokens: 2000 } }, retry: { baseDelayMs: 0 } }).run('hello')
    expect(await run.result).toMatchObject({ status: 'completed' })
    const starts = await eventsOf(run, 'turn_start')
    const [first = 0, second = 0] = starts.map(({ reservation }) => reservation?.tokens)
    expect(first).toBeGreaterThan(1000)
    expect(first + second).toBe(2000)
  })

  test('is stored before the call that it is for, safe from loss of power', async () => {
    const store = memoryStore()
    const synced: string[] = []
    const watched = {
      ...store,
      append: async (...[key, records, options]: Parameters<typeof store.append>) => {
        await new Promise((resolve) => setImmediate(resolve))
        await store.append(key, records, options)
        if (options.sync === true) synced.push(...records)
      },
    }
    const llm = scriptedLlm([() => (synced.some((record) => record.includes('"reservation"')) ? 'it was' : 'it was not')])
    const run = await createAgent({ llm, store: watched, budget: { perRun: { tokens: 5000 } } }).run('was it stored?')
    expect(await run.completed()).toMatchObject({ text: 'it was' })
  })

  test('goes on where it stood when another process goes on with the run, and is new with each run', async () => {
    const store = memoryStore()
    const write = tool({ name: 'write', description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'written' })
    const options = { tools: [write], store, budget: { perRun: { tokens: 4000 } } }
    const first = scriptedLlm([{ blocks: [callOf('write')], usage: usageOf(1000, 1000) }])
    const run = await createAgent({ ...options, llm: first }).run('go')
    await run.result
    const llm = scriptedLlm([{ blocks: [{ type: 'text', text: 'done' }], usage: usageOf(1, 1) }, 'again'])
    const session = await createAgent({ ...options, llm }).session({ id: run.sessionId })
    await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'reject' })
    expect((await (await session.resume())?.result)?.status).toBe('failed') // 2000 are gone, and the next question is 2000 long
    expect(await (await session.send('a new run')).result).toMatchObject({ status: 'completed' })
  })
})

describe('a budget in dollars', () => {
  const price: Price = { input: 1000, output: 1000 }

  test('needs a price, and is refused before anything is done without one', () => {
    expect(() => createAgent({ llm: scriptedLlm([]), budget: { perRun: { usd: 1 } } })).toThrow(/needs a model with a price/)
  })

  test('stops the run before the call that could go past it', async () => {
    const llm = scriptedLlm([{ blocks: [callOf('echo', { size: 2 })], usage: usageOf(700, 200) }, 'never'], { model: { price } })
    const run = await createAgent({ llm, tools: [echo], budget: { perRun: { usd: 2 } } }).run('hello')
    expect(await run.result).toMatchObject({
      status: 'failed',
      cost: 0.9,
      error: { code: 'budget_exhausted', message: "The run's budget is used up: $0.9000 of $2, and the next call would go past it" },
    })
  })

  test('costs nothing where the model is free', async () => {
    const llm = scriptedLlm(['fine'], { model: { price: { input: 0, output: 0 } } })
    const run = await createAgent({ llm, budget: { perRun: { usd: 0.01 } } }).run('hello')
    expect(await run.completed()).toMatchObject({ text: 'fine', cost: 0 })
  })
})

describe('a budget of tool calls', () => {
  const asked = (count: number) => Array.from({ length: count }, (_, n) => callOf('count', { n }))

  function counter() {
    const ran: unknown[] = []
    const count = tool({
      name: 'count',
      description: 'Counts.',
      readOnly: true,
      execute: async (input) => {
        await new Promise((resolve) => setImmediate(resolve))
        return `ran ${ran.push(input)}`
      },
    })
    return { ran, count }
  }

  test('holds over turns: the model is told to answer with what it knows', async () => {
    const { ran, count } = counter()
    const llm = scriptedLlm([asked(2), [callOf('count', { n: 9 })], 'done'])
    const run = await createAgent({ llm, tools: [count], budget: { perRun: { toolCalls: 2 } } }).run('go')
    expect(await run.completed()).toMatchObject({ text: 'done' })
    expect(resultsIn(llm.requests[2])).toEqual(['The budget of 2 tool calls is used up. Answer with what you know.'])
    expect(ran).toHaveLength(2)
  })

  test('holds also among calls that run at once', async () => {
    const { ran, count } = counter()
    const llm = scriptedLlm([asked(6), 'done'])
    await (await createAgent({ llm, tools: [count], budget: { perRun: { toolCalls: 2 } } }).run('go')).completed()
    expect(ran).toHaveLength(2)
  })

  test('is used up to the last call, however the calls are spread over turns', async () => {
    const { ran, count } = counter()
    const llm = scriptedLlm([asked(2), [callOf('count', { n: 7 })], [callOf('count', { n: 8 })], [callOf('count', { n: 9 })], 'done'])
    await (await createAgent({ llm, tools: [count], budget: { perRun: { toolCalls: 4 } } }).run('go')).completed()
    expect(ran).toEqual([0, 1, 7, 8].map((n) => ({ n })))
  })

  test.each(['together', 'one after the other'])('counts calls that tools make, %s', async (how) => {
    const { ran, count } = counter()
    const many = tool({
      name: 'many',
      description: 'Calls.',
      effect: 'composite',
      access: () => [],
      execute: async (_, { invoke }) => {
        if (how === 'together') await Promise.all([1, 2, 3, 4].map((n) => invoke('count', { n })))
        else for (const n of [1, 2, 3, 4]) await invoke('count', { n })
        return 'ok'
      },
    })
    const llm = scriptedLlm([[callOf('many')], 'done'])
    await (await createAgent({ llm, tools: [many, count], budget: { perRun: { toolCalls: 3 } } }).run('go')).completed()
    expect(ran).toHaveLength(2)
  })

  test('counts a call that waited for an approval once', async () => {
    const { ran, count } = counter()
    const store = memoryStore()
    const permissions = policy({ default: 'ask' })
    const session = await createAgent({
      llm: scriptedLlm([asked(2), [callOf('count', { n: 9 })], 'done']),
      tools: [count],
      store,
      permissions,
      budget: { perRun: { toolCalls: 2 } },
    }).session()
    await (
      await session.send('go')
    ).result
    for (const { requestId } of await session.waitingFor()) await session.answer(requestId, { decision: 'approve' })
    const result = await (await session.resume())?.result
    expect(result).toMatchObject({ status: 'suspended' })
    for (const { requestId } of await session.waitingFor()) await session.answer(requestId, { decision: 'approve' })
    await (await session.resume())?.completed()
    expect(ran).toHaveLength(2)
  })
})
