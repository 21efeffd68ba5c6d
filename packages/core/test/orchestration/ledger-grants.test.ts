/** Shares for those who cannot ask, late reports, and waking who waits. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { budgetLedger, createAgent, memoryLeases, memoryStore, readBudget, taskTool, watchedStore } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { manualHost } from '../../src/testing.ts'
import { modelOf, promptOf, turnsOf, give } from '../subagents/families.ts'
import { attemptOf, jumpingHost, never, tokenLedger } from './ledgers.ts'

describe('a grant', () => {
  test('warns of each threshold once: when it is settled, or when the next one is given', async () => {
    const store = memoryStore()
    const told: string[] = []
    const warn = ({ message }: { readonly message: string }): void => void told.push(message)
    const open = () => budgetLedger(store, { root: 'day', limits: { tokens: 1000, turns: 10 }, thresholds: [0.5, 0.8] })
    const [one, two] = [open(), open()]
    await one.grant({ id: 'a', spender: 'w', wanted: { tokens: 600 } }, { ...never, warn })
    await one.settle('a', { tokens: 550, turns: 1 }, { warn })
    expect(told).toEqual(["550 tokens of 1000 tokens of the budget 'day' are used"])
    await two.grant({ id: 'b', spender: 'w', wanted: { tokens: 300 } }, { ...never, warn })
    await two.settle('b', { tokens: 300, turns: 1 })
    expect(told).toHaveLength(1)
    await one.grant({ id: 'c', spender: 'w' }, { ...never, warn })
    expect(told).toEqual([expect.stringContaining('550'), expect.stringContaining('850')])
    await one.settle('c', { tokens: 10, turns: 8 }, { warn })
    expect(told.slice(2)).toEqual([expect.stringContaining('10 turns'), expect.stringContaining('10 turns')])
  })

  test('that rests gives the rest back, and has what is left when it goes on', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000 })
    expect(await ledger.grant({ id: 'a', spender: 'w', wanted: { tokens: 700 } }, never)).toEqual({ tokens: 700 })
    const waiting = ledger.grant({ id: 'b', spender: 'w', wanted: { tokens: 600 } }, never)
    expect(await waiting).toEqual({ tokens: 300 })
    await ledger.settle('b', { tokens: 0 })
    await ledger.rest('a', { tokens: 100 })
    expect((await ledger.snapshot()).held.tokens).toBe(100)
    expect(await ledger.grant({ id: 'c', spender: 'w', wanted: { tokens: 600 } }, never)).toEqual({ tokens: 600 })
    // What it wants is meant in all; 100 of it are used.
    expect(await ledger.grant({ id: 'a', spender: 'w', wanted: { tokens: 700 } }, never)).toEqual({ tokens: 400 })
    // Asked again while it is out, it is the same.
    expect(await ledger.grant({ id: 'a', spender: 'w', wanted: { tokens: 700 } }, never)).toEqual({ tokens: 400 })
    await ledger.settle('a', { tokens: 350 })
    await ledger.settle('c', { tokens: 600 })
    expect(await ledger.snapshot()).toMatchObject({ used: { tokens: 950 }, reservations: [], overruns: { count: 0 } })
  })

  test('waits while others hold all that is left, and is refused when its patience is over', async () => {
    const ledger = tokenLedger(memoryStore(), { tokens: 1000, host: jumpingHost(), patienceMs: 5000 })
    await ledger.grant({ id: 'a', spender: 'w' }, never)
    const second = ledger.grant({ id: 'b', spender: 'w' }, never)
    await new Promise((resolve) => setImmediate(resolve))
    await ledger.settle('a', { tokens: 400 })
    expect(await second).toEqual({ tokens: 600 })
    expect(await ledger.grant({ id: 'c', spender: 'w' }, never)).toBeUndefined()
  })

  test('however often it rests, never lets more out than there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ wanted: fc.integer({ min: 1, max: 500 }), used: fc.double({ min: 0, max: 1, noNaN: true }), rests: fc.nat(2) }),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        async (plans) => {
          const ledger = tokenLedger(memoryStore(), { tokens: 1000, host: jumpingHost() })
          const check = async (): Promise<void> => {
            const { used, held } = await ledger.snapshot()
            expect(used.tokens + held.tokens).toBeLessThanOrEqual(1000)
          }
          await Promise.all(
            plans.map(async ({ wanted, used, rests }, index) => {
              let granted = 0
              let took = 0
              for (let time = 0; time <= rests; time++) {
                const given = await ledger.grant({ id: `${index}`, spender: 'w', wanted: { tokens: wanted } }, never)
                await check()
                if (given === undefined) break
                expect(given.tokens).toBeGreaterThanOrEqual(took)
                granted = given.tokens ?? 0
                took = Math.max(took, Math.floor(granted * used))
                await ledger.rest(`${index}`, { tokens: took })
                await check()
              }
              await ledger.settle(`${index}`, { tokens: took })
            }),
          )
          expect((await ledger.snapshot()).overruns.count).toBe(0)
          await check()
        },
      ),
      { numRuns: 100 },
    )
  })

  test('counts nothing where the session that it is for, or a sub-agent of it, spends from the same ledger', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'w', limits: { tokens: 100_000, turns: 20 } })
    const llm = modelOf(
      (request) => ({
        usage: { input: 10, output: 10, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        blocks: turnsOf(request) > 0 || promptOf(request) !== 'a' ? [{ type: 'text', text: 'done' }] : [give('b')],
      }),
      { model: { maxOutputTokens: 500 } },
    )
    const agent = createAgent({ llm, store, tools: [taskTool()], budget: { ledger } })
    const run = async (id: string): Promise<unknown> => (await (await agent.session({ id })).send('a')).result
    // All of it: the session has what it asks for all the same.
    await ledger.grant({ id: 'g', spender: 'w', covers: 'step' }, never)
    expect((await readBudget(store, 'w'))?.held).toMatchObject({ tokens: 100_000, turns: 20 })
    expect(await run('step')).toMatchObject({ status: 'completed' })
    expect(await readBudget(store, 'w')).toMatchObject({ used: { tokens: 60, turns: 3 }, held: { tokens: 0, turns: 0 } })
    await ledger.rest('g', { tokens: 60, turns: 2 })
    expect(await ledger.grant({ id: 'g', spender: 'w', covers: 'step', wanted: { tokens: 500 } }, never)).toMatchObject({ tokens: 500 })
    expect(await run('step')).toMatchObject({ status: 'completed' })
    await ledger.settle('g', { tokens: 120, turns: 4 })
    expect(await run('other')).toMatchObject({ status: 'completed' })
    expect(await readBudget(store, 'w')).toMatchObject({ used: { tokens: 140, turns: 7 }, reservations: [] })
  })
})

describe('a grant that is asked for again when its session has paid for itself', () => {
  /** The session spent 400 tokens of 1000 by itself, and its process died; others hold all but 100. */
  async function again(): Promise<{ readonly store: SessionStore; readonly ledger: ReturnType<typeof tokenLedger> }> {
    const store = memoryStore()
    const ledger = tokenLedger(store, { tokens: 1000 })
    await ledger.grant({ id: 'g', spender: 'w', covers: 'step' }, never)
    await ledger.reserve({ ...attemptOf('a', 100, 300), spender: 'step' }, never)
    await ledger.settle('a', { tokens: 400, turns: 1 })
    await ledger.grant({ id: 'other', spender: 'w', wanted: { tokens: 500 } }, never)
    expect(await ledger.grant({ id: 'g', spender: 'w', covers: 'step' }, never)).toEqual({ tokens: 100 })
    return { store, ledger }
  }

  test('counts what it paid once, where it had ended and asks no more', async () => {
    const { store, ledger } = await again()
    await ledger.settle('g', { tokens: 400, turns: 1 })
    expect(await readBudget(store, 'root')).toMatchObject({ used: { tokens: 400 }, held: { tokens: 500 }, overruns: { count: 0 } })
  })

  test('counts all that it was given now, where it is lost', async () => {
    const { store, ledger } = await again()
    await ledger.lose('g')
    expect(await readBudget(store, 'root')).toMatchObject({ used: { tokens: 500 }, held: { tokens: 500 } })
  })

  test('counts what it used beyond that, where it went on without this ledger, and no more than it was given', async () => {
    const { store, ledger } = await again()
    await ledger.rest('g', { tokens: 460, turns: 2 })
    expect(await readBudget(store, 'root')).toMatchObject({ used: { tokens: 400 }, held: { tokens: 560 } })
    await ledger.settle('g', { tokens: 900, turns: 3 })
    expect(await readBudget(store, 'root')).toMatchObject({ used: { tokens: 460 }, held: { tokens: 500 }, overruns: { count: 0 } })
  })
})

describe('a report that comes after the try was counted as lost', () => {
  test('counts what it says beyond that, once, as an overrun', async () => {
    const store = memoryStore()
    const host = manualHost()
    const leases = memoryLeases({ clock: host.clock })
    const first = tokenLedger(store, { tokens: 1000, leases, host })
    await first.reserve(attemptOf('a', 100, 300), never)
    await first.reserve(attemptOf('b', 100, 100), never)
    const second = tokenLedger(store, { tokens: 1000, leases: memoryLeases({ clock: host.clock }), host })
    expect(await second.settleLost()).toBe(2)
    await first.settle('a', { tokens: 450, turns: 1 })
    await first.settle('a', { tokens: 450, turns: 1 })
    await second.settle('a', { tokens: 450, turns: 1 })
    await first.settle('b', { tokens: 20, turns: 1 })
    const state = await second.snapshot()
    expect(state.used.tokens).toBe(650)
    expect(state.overruns).toMatchObject({ count: 1, newest: [{ id: 'a', spender: 's', amount: { tokens: 50 } }] })
    expect(state.lost).toMatchObject({ count: 2, amount: { tokens: 600 } })
  })
})

test('where the store can be watched, what another process gives back wakes who waits, without a look in between', async () => {
  const store = watchedStore(memoryStore())
  const host = manualHost() // its clock stands still: nobody looks from time to time
  const here = budgetLedger(store, { root: 'root', limits: { tokens: 1000 }, host, watch: store })
  const there = budgetLedger(store, { root: 'root', limits: { tokens: 1000 } })
  await there.reserve(attemptOf('a', 100, 700), never)
  const second = here.reserve(attemptOf('b', 100, 700), never)
  while (host.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  await there.settle('a', { tokens: 120 })
  expect(await second).toMatchObject({ type: 'reserved', output: 700 })
  expect(host.clock.pending).toBe(0)
})

test('more time that is asked for after the end is refused, and sets nothing aside', async () => {
  const ledger = budgetLedger(memoryStore(), { root: 'root', limits: { workMs: 60_000 } })
  const request = { ...attemptOf('a', 0, 0), workMs: 20_000 }
  await ledger.reserve(request, never)
  await ledger.settle('a', { workMs: 500 })
  expect(await ledger.reserve({ ...request, workMs: 40_000, elapsedMs: 20_000 }, never)).toMatchObject({ type: 'refused' })
  expect((await ledger.snapshot()).reservations).toEqual([])
})
