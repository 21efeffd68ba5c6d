/** A shared budget under runs that crash, are resumed, give tasks to others, wait for people, and run out of time. */
import { describe, expect, test } from 'vitest'
import {
  AgentRegistry,
  budgetLedger,
  createAgent,
  guardedBudget,
  type Host,
  memoryStore,
  policy,
  readBudget,
  systemHost,
  taskTool,
  tool,
} from '../../src/index.ts'
import type { BudgetGuard, JsonObject, LlmRequest, SessionStore, Usage } from '../../src/kit.ts'
import { callOf, crashingStore, manualHost, scriptedLlm } from '../../src/testing.ts'
import { entriesOf } from '../orchestration/ledgers.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
const said = (text: string, input = 10, output = 10) => ({ blocks: [{ type: 'text' as const, text }], usage: usageOf(input, output) })
const called = (name: string, args: JsonObject = {}) => ({ blocks: [callOf(name, args)], usage: usageOf(10, 10) })
const hang = (): Promise<string> => new Promise(() => {})

describe('a run that was cut off', () => {
  test('in the middle of an answer counts that at its worst, once, when it is resumed', async () => {
    const store = memoryStore()
    const options = { root: 'day', limits: { tokens: 50_000 } }
    const cut = scriptedLlm([hang], { model: { maxOutputTokens: 1000 } })
    const session = await createAgent({ llm: cut, store, budget: { ledger: budgetLedger(store, options) } }).session({ id: 's' })
    void session.send('hello')
    while (cut.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    // Another process takes over; the first one is never heard of again.
    const ledger = budgetLedger(store, options)
    const llm = scriptedLlm([said('done')], { model: { maxOutputTokens: 1000 } })
    const second = await createAgent({ llm, store, budget: { ledger } }).session({ id: 's' })
    expect(await (await second.resume())?.result).toMatchObject({ status: 'completed' })
    const { used, lost, reservations } = await ledger.snapshot()
    expect(reservations).toEqual([])
    expect(lost.count).toBe(1)
    expect(used.tokens).toBe(20 + lost.amount.tokens)
    const entries = await entriesOf(store, 'day')
    expect(entries.filter(({ type }) => type === 'settled')).toHaveLength(2)
  })

  test('at any append of the journal or the ledger leaves nothing set aside once it was resumed, and settles each try once', async () => {
    const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => 'echoed' })
    const real = systemHost()
    const hostAt = (now: () => number): Host => ({
      ...real,
      clock: { ...real.clock, now, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    })
    const host = hostAt(() => Date.now())
    let asked = 0
    const answer = ({ messages }: LlmRequest) => {
      asked++
      return messages.length === 1 ? called('echo') : said('done')
    }
    const answers = () => scriptedLlm([answer, answer, answer])
    const work = async (store: SessionStore): Promise<string | undefined> => {
      const ledger = budgetLedger(store, { root: 'day', limits: { tokens: 200_000, toolCalls: 9 }, host })
      const session = await createAgent({ llm: answers(), tools: [echo], store, host, budget: { ledger } }).session({ id: 's' })
      return (await ((await session.resume()) ?? (await session.send('go', { id: 'go' }))).result).status
    }
    let crashes = 0
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; ; at++) {
        asked = 0
        const store = memoryStore()
        const dying = crashingStore(store, { at, when })
        await work(dying).catch(() => {})
        if (!dying.crashed) break
        crashes++
        expect(await work(store)).toBe('completed')
        // A call of an answer that was not stored is nobody's: it is found when its holder is.
        await budgetLedger(store, { root: 'day', limits: { tokens: 1 }, host: hostAt(() => Date.now() + 600_000) }).settleLost()
        const state = await readBudget(store, 'day')
        expect(state?.reservations).toEqual([])
        const settled = (await entriesOf(store, 'day')).flatMap((entry) => (entry.type === 'settled' ? [entry] : []))
        expect(new Set(settled.map(({ id }) => id)).size).toBe(settled.length)
        // Whatever the model was asked counts: as it answered, or at its worst.
        const answered = settled.filter(({ how, amount }) => how === 'reported' && amount.turns === 1).length
        const counted = answered + (state?.lost.amount.turns ?? 0)
        expect(counted).toBeGreaterThanOrEqual(asked)
        expect(counted).toBeLessThanOrEqual(asked + 1) // one whose start is stored may not have been asked
        expect(state?.used.tokens).toBe(20 * answered + (state?.lost.amount.tokens ?? 0))
      }
    }
    expect(crashes).toBeGreaterThan(15)
  })
})

describe('parents and children', () => {
  test('three deep finish within a budget that only just fits one call at a time', async () => {
    const store = memoryStore()
    const size = 60_000
    const ledger = budgetLedger(store, { root: 'day', limits: { tokens: size, toolCalls: 3 } })
    const deep = (agent: string) => called('task', { description: 'go on', prompt: 'go on', agent })
    const llm = scriptedLlm([deep('one'), deep('two'), deep('three'), said('c'), said('b'), said('a'), said('done')], {
      model: { maxOutputTokens: 40_000 },
    })
    const agents = ['one', 'two', 'three'].map((name) => ({ name, description: name, tools: ['task'] }))
    const tools = [taskTool({ agents: new AgentRegistry(agents), maxDepth: 4 })]
    const run = await createAgent({
      llm,
      tools,
      store,
      permissions: policy({ rules: [{ allow: { access: 'agent' } }] }),
      budget: { ledger },
    }).run('go')
    expect(await run.result).toMatchObject({ status: 'completed', text: 'done' })
    const { used, spenders } = await ledger.snapshot()
    expect(used).toMatchObject({ tokens: 140, turns: 7, toolCalls: 3 })
    expect(Object.keys(spenders)).toHaveLength(4)
  })

  test('and agents that name two budgets in different orders never wait for each other', async () => {
    const store = memoryStore()
    const [day, job] = [
      budgetLedger(store, { root: 'day', limits: { tokens: 9000 } }),
      budgetLedger(store, { root: 'job', limits: { tokens: 9000 } }),
    ]
    const model = { maxOutputTokens: 8000 }
    const runs = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const ledger = index % 2 === 0 ? [day, job] : [job, day]
        return (await createAgent({ llm: scriptedLlm([said('a', 1, 1)], { model }), budget: { ledger } }).run('go')).result
      }),
    )
    expect(runs.every(({ status }) => status === 'completed')).toBe(true)
    expect((await day.snapshot()).used.tokens).toBe(40)
    expect((await job.snapshot()).used.tokens).toBe(40)
  })
})

describe('time of work', () => {
  test('is that of calls and answers, not of waiting for people', async () => {
    const host = manualHost()
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits: { workMs: 100_000 }, host })
    const slow = tool({
      name: 'slow',
      description: 'Slow.',
      access: () => [{ kind: 'write', path: 'a' }],
      execute: () => host.clock.sleep(3000),
    })
    const llm = scriptedLlm([called('slow'), said('done')])
    const session = await createAgent({ llm, tools: [slow], store, host, budget: { ledger } }).session({ id: 's' })
    await (
      await session.send('go')
    ).result
    await host.clock.advance(3_600_000)
    await session.answer((await session.waitingFor())[0]?.requestId ?? '', { decision: 'approve' })
    const resumed = await session.resume()
    for (let second = 0; second < 5; second++) await host.clock.advance(1000)
    expect(await resumed?.result).toMatchObject({ status: 'completed' })
    expect((await ledger.snapshot()).used.workMs).toBe(3000)
  })

  test('is given in slices: long work goes on while there is more, and is stopped when there is none', async () => {
    const host = manualHost()
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { workMs: 100_000 }, host })
    const timeouts = { firstChunkMs: 0, chunkMs: 0 }
    const long = scriptedLlm([() => host.clock.sleep(90_000).then(() => 'done')])
    const first = await createAgent({ llm: long, host, timeouts, budget: { ledger } }).run('go')
    for (let step = 0; step < 100; step++) await host.clock.advance(1000)
    expect(await first.result).toMatchObject({ status: 'completed' })
    expect((await ledger.snapshot()).used.workMs).toBe(90_000)
    const second = await createAgent({ llm: scriptedLlm([hang]), host, timeouts, budget: { ledger } }).run('go')
    for (let step = 0; step < 12; step++) await host.clock.advance(1000)
    expect(await second.result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted', message: /no more time/ } })
    expect((await ledger.snapshot()).used.workMs).toBe(100_000)
  })
})

describe('tool calls', () => {
  test('are refused when there are none left, and the run goes on', async () => {
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { toolCalls: 1 } })
    const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => 'echoed' })
    const twice = { blocks: [callOf('echo', { n: 1 }), callOf('echo', { n: 2 })], usage: usageOf(1, 1) }
    const run = await createAgent({ llm: scriptedLlm([twice, said('done')]), tools: [echo], budget: { ledger } }).run('go')
    expect(await run.result).toMatchObject({ status: 'completed' })
    expect((await ledger.snapshot()).used.toolCalls).toBe(1)
  })
})

test('a guard of your own is asked before every attempt and told what it took', async () => {
  const told: unknown[] = []
  const guard: BudgetGuard = {
    contract: 1,
    checkBeforeLlm: async ({ turn, inputTokens }) =>
      turn > 1
        ? { type: 'deny', resource: 'patience', consumed: 1, limit: 1, reason: 'enough' }
        : { type: 'allow', outputTokens: inputTokens > 0 ? 77 : 0 },
    recordAfterLlm: async (_, end) => void told.push(end),
    checkBeforeTool: async ({ toolName }) => (told.push(toolName), { type: 'allow' }),
    recordAfterTool: async (_, { type }) => void told.push(type),
  }
  const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => 'echoed' })
  const llm = scriptedLlm([called('echo'), 'never'])
  const run = await createAgent({ llm, tools: [echo], budget: { ledger: guardedBudget(guard) } }).run('go')
  expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted', message: 'enough' } })
  expect(llm.requests[0]?.maxOutputTokens).toBe(77)
  expect(told).toMatchObject([{ type: 'settled', usage: usageOf(10, 10) }, 'echo', 'settled'])
})
