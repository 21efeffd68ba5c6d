/** A budget that several runs, sessions and agents share: set aside before each attempt, settled after it, in a log of its own. */
import { describe, expect, test } from 'vitest'
import { AgentError, budgetLedger, createAgent, memoryStore, type Price, readBudget, storedSessions, tool } from '../../src/index.ts'
import type { SessionStore, Usage } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { eventsOf } from '../middleware/runs.ts'

const usageOf = (input: number, output: number): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
const said = (text: string, input: number, output: number) => ({ blocks: [{ type: 'text' as const, text }], usage: usageOf(input, output) })
const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => 'echoed' })

describe('a ledger', () => {
  test('counts what the sessions of several agents took, and holds nothing when they are done', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits: { tokens: 100_000 } })
    const price: Price = { input: 1, output: 2 }
    for (const text of ['a', 'b']) {
      const llm = scriptedLlm([{ blocks: [callOf('echo')], usage: usageOf(10, 20) }, said(text, 300, 40)], { model: { price } })
      await (await createAgent({ llm, tools: [echo], store, budget: { ledger } }).run('hello')).completed()
    }
    const state = await ledger.snapshot()
    expect(state).toMatchObject({ used: { tokens: 740, turns: 4, toolCalls: 2 }, held: { tokens: 0 }, reservations: [] })
    expect(state.used.usd).toBeCloseTo((620 + 2 * 120) / 1e6)
    expect(Object.keys(state.spenders)).toHaveLength(2)
    const sessions: string[] = []
    for await (const id of storedSessions(store)) sessions.push(id)
    expect(sessions).toHaveLength(2)
  })

  test('is written twice a turn with a call, and holds nothing in its store when the run is over', async () => {
    const store = memoryStore()
    let appends = 0
    const counting: SessionStore = { ...store, append: (...given) => (appends++, store.append(...given)) }
    const llm = scriptedLlm([[callOf('echo')], [callOf('echo', { again: 1 })], [callOf('echo', { again: 2 })], 'done'])
    const ledger = budgetLedger(counting, { root: 'day', limits: { tokens: 1e6, toolCalls: 10 } })
    await (await createAgent({ llm, tools: [echo], budget: { ledger } }).run('hello')).completed()
    expect(await readBudget(store, 'day')).toMatchObject({ used: { turns: 4, toolCalls: 3 }, reservations: [] })
    expect(appends).toBe(2 * 3 + 2) // a last turn has no call behind it: it is set aside, then settled
  })

  test('refuses what would go past the limit, with the figures, before the model is asked', async () => {
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { tokens: 2000 } })
    const first = scriptedLlm([said('a', 1000, 700)])
    await (await createAgent({ llm: first, budget: { ledger } }).run('hello')).completed()
    const llm = scriptedLlm(['never'])
    const run = await createAgent({ llm, budget: { ledger } }).run('hello')
    const told = eventsOf(run, 'budget_threshold_hit')
    expect(await run.result).toMatchObject({
      status: 'failed',
      error: {
        code: 'budget_exhausted',
        message: "The budget 'day' is used up: 1700 tokens of 2000 tokens, and the next call would go past it",
      },
    })
    expect(llm.requests).toHaveLength(0)
    expect(await told).toMatchObject([{ kind: 'hard', resource: 'tokens', consumed: 1700, limit: 2000 }])
  })

  test('shortens the answer where less is left', async () => {
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { tokens: 3000 } })
    const llm = scriptedLlm([said('a', 10, 10)])
    await (await createAgent({ llm, budget: { ledger } }).run('hello')).completed()
    expect(llm.requests[0]?.maxOutputTokens).toBeGreaterThan(1000)
    expect(llm.requests[0]?.maxOutputTokens).toBeLessThan(3000)
  })

  test('warns once per root, whoever passes the threshold', async () => {
    const store = memoryStore()
    const options = { root: 'day', limits: { tokens: 100_000 }, thresholds: [0.5, 0.8] }
    const warnings: unknown[] = []
    for (const tokens of [40_000, 15_000, 30_000, 1, 1]) {
      const run = await createAgent({ llm: scriptedLlm([said('a', tokens, 0)]), budget: { ledger: budgetLedger(store, options) } }).run(
        'hello',
      )
      const told = eventsOf(run, 'budget_threshold_hit')
      await run.completed()
      warnings.push((await told).map(({ kind, consumed }) => [kind, consumed]))
    }
    expect(warnings).toEqual([[], [], [['soft', 55_000]], [['soft', 85_000]], []])
  })

  test('is not held in dollars for a model without a price', () => {
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { usd: 1 } })
    expect(() => createAgent({ llm: scriptedLlm([]), budget: { ledger } })).toThrow(/price/)
  })

  test('gives back what a provider refused before it said anything, and keeps what was cut off', async () => {
    const ledger = budgetLedger(memoryStore(), { root: 'day', limits: { tokens: 50_000 } })
    const retry = { baseDelayMs: 0 }
    const refused = scriptedLlm([new AgentError('llm_rate_limited', 'slow down'), said('a', 10, 10)], { model: { maxOutputTokens: 1000 } })
    await (await createAgent({ llm: refused, budget: { ledger }, retry }).run('hello')).completed()
    expect((await ledger.snapshot()).used.tokens).toBe(20)
    const cutOff = scriptedLlm([new AgentError('llm_unavailable', 'cut off'), said('a', 10, 10)], { model: { maxOutputTokens: 1000 } })
    await (await createAgent({ llm: cutOff, budget: { ledger }, retry }).run('hello')).completed()
    const { used, lost } = await ledger.snapshot()
    expect(lost).toMatchObject({ count: 1 })
    expect(used.tokens).toBe(40 + lost.amount.tokens)
    expect(lost.amount.tokens).toBeGreaterThan(1000)
  })
})
