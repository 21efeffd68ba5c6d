/** A ledger for each run or session: time of work, and a whole family in one budget. */
import { describe, expect, test } from 'vitest'
import {
  AgentRegistry,
  budgetLedger,
  budgetRoots,
  createAgent,
  deleteSession,
  memoryStore,
  policy,
  readBudget,
  runLedgers,
  type SharedBudget,
  taskTool,
  tool,
} from '../../src/index.ts'
import type { SessionStore, Usage } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { give, modelOf, promptOf, turnsOf } from '../subagents/families.ts'

const usage: Usage = { input: 10, output: 10, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
const hang = (): Promise<string> => new Promise(() => {})

const rootsIn = async (store: SessionStore): Promise<string[]> => {
  const roots: string[] = []
  for await (const root of budgetRoots(store)) roots.push(root)
  return roots
}

describe('time of work', () => {
  test('of each run is its own: one that hangs is stopped, and the next one has all of it', async () => {
    const host = manualHost()
    const store = memoryStore()
    const ledger = runLedgers(store, { each: 'run', limits: { workMs: 30_000 }, host })
    const agent = createAgent({
      llm: scriptedLlm([hang, 'done']),
      host,
      store,
      timeouts: { firstChunkMs: 0, chunkMs: 0 },
      budget: { ledger },
    })
    const session = await agent.session({ id: 's' })
    const first = await session.send('go')
    for (let second = 0; second < 31; second++) await host.clock.advance(1000)
    expect(await first.result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
    expect((await readBudget(store, `run/${first.id}`))?.used.workMs).toBe(30_000)
    const next = await session.send('again')
    expect(await next.result).toMatchObject({ status: 'completed' })
    expect((await readBudget(store, `run/${next.id}`))?.used.workMs).toBe(0)
  })

  test.each([true, false])(
    'of a session is that of all its runs, and pauses between them are none; the tool hears its signal: %s',
    async (hears) => {
      const host = manualHost()
      const store = memoryStore()
      const slow = tool({
        name: 'slow',
        description: 'Slow.',
        effect: 'none',
        execute: (_, { signal }) => host.clock.sleep(12_000, hears ? { signal } : {}),
      })
      const llm = scriptedLlm([[callOf('slow', { n: 1 })], 'one', [callOf('slow', { n: 2 })], 'never'])
      const ledger = runLedgers(store, { each: 'session', limits: { workMs: 20_000 }, host })
      const session = await createAgent({
        llm,
        host,
        store,
        tools: [slow],
        permissions: policy({ default: 'allow' }),
        budget: { ledger },
      }).session({ id: 's' })
      const results = []
      for (const word of ['one', 'two']) {
        const run = await session.send(word)
        for (let second = 0; second < 15; second++) await host.clock.advance(1000)
        results.push(await run.result)
        await host.clock.advance(3_600_000)
      }
      expect(results).toMatchObject([{ status: 'completed' }, { status: 'failed', error: { code: 'budget_exhausted' } }])
      // What does not stop is waited for a moment more.
      expect((await readBudget(store, 'session/s'))?.used.workMs).toBe(hears ? 20_000 : 22_000)
      expect(await rootsIn(store)).toEqual(['session/s'])
    },
  )
})

describe('a family', () => {
  const family = (store: SessionStore, ledger: SharedBudget) => {
    const llm = modelOf(
      (request) => {
        const deeper = { a: 'b', b: 'c' }[promptOf(request)]
        const done = turnsOf(request) > 0 || deeper === undefined
        return { usage, blocks: done ? [{ type: 'text', text: 'done' }] : [give(deeper, { agent: 'deep' })] }
      },
      { model: { maxOutputTokens: 300 } },
    )
    const agents = new AgentRegistry([{ name: 'deep', description: 'Goes deeper.', tools: ['*', 'task'] }])
    return createAgent({ llm, store, tools: [taskTool({ agents })], budget: { ledger } })
  }

  test('spends from the run that it works for, at any depth, and from no other', async () => {
    const store = memoryStore()
    const agent = family(store, runLedgers(store, { each: 'run', limits: { turns: 6, tokens: 100_000 } }))
    const runs = await Promise.all([agent.run('a'), agent.run('a')])
    for (const run of runs) expect(await run.result).toMatchObject({ status: 'completed' })
    expect((await rootsIn(store)).toSorted()).toEqual(runs.map(({ id }) => `run/${id}`).toSorted())
    for (const { id } of runs)
      expect(await readBudget(store, `run/${id}`)).toMatchObject({ used: { turns: 5, tokens: 100, toolCalls: 2 }, reservations: [] })
  })

  test('is stopped together when its turns are used up', async () => {
    const store = memoryStore()
    const run = await family(store, runLedgers(store, { each: 'run', limits: { turns: 3 } })).run('a')
    expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
    expect((await readBudget(store, `run/${run.id}`))?.used.turns).toBe(3)
  })
})

test('a run that was cut off goes on with what it had left', async () => {
  const store = memoryStore()
  const options = { each: 'run', limits: { tokens: 50_000 } } as const
  const model = { maxOutputTokens: 1000 }
  const llm = scriptedLlm([hang], { model })
  const session = await createAgent({ llm, store, budget: { ledger: runLedgers(store, options) } }).session({ id: 's' })
  void session.send('hello')
  while (llm.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const second = createAgent({ llm: scriptedLlm(['done'], { model }), store, budget: { ledger: runLedgers(store, options) } })
  const run = await (await second.session({ id: 's' })).resume()
  expect(await run?.result).toMatchObject({ status: 'completed' })
  expect(await readBudget(store, `run/${run?.id}`)).toMatchObject({ lost: { count: 1 }, reservations: [] })
})

test.each(['run', 'session'] as const)('a budget of each %s goes with its session, and no other does', async (each) => {
  const store = memoryStore()
  const shared = budgetLedger(store, { root: 's', limits: { tokens: 100_000 } })
  const ledger = [runLedgers(store, { each, limits: { turns: 9 } }), shared]
  const agent = createAgent({ llm: scriptedLlm(['one', 'two', 'three']), store, budget: { ledger } })
  for (const id of ['s', 's', 'other']) await (await (await agent.session({ id })).send('go')).completed()
  await agent.close()
  const own = (await rootsIn(store)).length
  expect(own).toBe(each === 'run' ? 4 : 3)
  await deleteSession(store, 's')
  expect(await rootsIn(store)).toHaveLength(2)
  expect((await readBudget(store, 's'))?.used.turns).toBe(3)
})

test('what cannot be held is refused at once', () => {
  const store = memoryStore()
  expect(() => runLedgers(store, { each: 'run', limits: {} })).toThrow(/limits nothing/)
  const ledger = runLedgers(store, { each: 'run', limits: { usd: 1 } })
  expect(() => createAgent({ llm: scriptedLlm([]), store, budget: { ledger } })).toThrow(/needs a model with a price/)
})
