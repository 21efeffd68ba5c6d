/** What a call took is stored with what is asked for next: it counts at once, and nobody waits for it in vain. */
import { describe, expect, test } from 'vitest'
import { type BudgetLedger, type Host, memoryStore, readBudget, systemHost } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { attemptOf, never, tokenLedger } from './ledgers.ts'

describe('what is settled soon', () => {
  const scene = async () => {
    const store = memoryStore()
    let appends = 0
    const counting: SessionStore = { ...store, append: (...given) => (appends++, store.append(...given)) }
    const ledger = tokenLedger(counting, { tokens: 1000 })
    await ledger.reserve(attemptOf('a', 100, 700), never)
    const begun = appends
    return { ledger, stored: async () => (await readBudget(store, 'root'))?.used.tokens, appends: () => appends - begun }
  }

  test('is stored with what is asked for next, and counts for it', async () => {
    const { ledger, stored, appends } = await scene()
    await ledger.settle('a', { tokens: 10 }, { soon: true })
    expect(await ledger.reserve(attemptOf('b', 100, 890), never)).toMatchObject({ type: 'reserved', output: 890 })
    expect([await stored(), appends()]).toEqual([10, 1])
    await new Promise((resolve) => setImmediate(resolve))
    expect(appends()).toBe(1)
  })

  test('is stored by itself where nothing is asked for', async () => {
    const { ledger, stored, appends } = await scene()
    await ledger.settle('a', { tokens: 10 }, { soon: true })
    expect(await stored()).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    expect([await stored(), appends()]).toEqual([10, 1])
  })

  test('is what the ledger says, and is stored before it is closed', async () => {
    const { ledger, stored } = await scene()
    await ledger.settle('a', { tokens: 10 }, { soon: true })
    expect((await ledger.snapshot()).used.tokens).toBe(10)
    await ledger.reserve(attemptOf('b', 100, 0), never)
    await ledger.settle('b', { tokens: 20 }, { soon: true })
    await ledger.close()
    expect(await stored()).toBe(30)
  })

  test.for([
    ['with more time for what is under way', (ledger: BudgetLedger) => ledger.reserve({ ...attemptOf('c', 0, 0), elapsedMs: 1 }, never)],
    ['with a look', (ledger: BudgetLedger) => ledger.snapshot()],
    ['by itself', () => Promise.resolve()],
  ] as const)('wakes who waits here when it is stored %s', async ([, next]) => {
    const host = systemHost()
    const asleep: Host['clock'] = {
      ...host.clock,
      sleep: (_, { signal } = {}) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    }
    const ledger = tokenLedger(memoryStore(), { tokens: 1000, host: { ...host, clock: asleep } })
    for (const [id, tokens] of [
      ['a', 800],
      ['c', 10],
    ] as const)
      await ledger.reserve(attemptOf(id, tokens, 0), never)
    const waiting = ledger.reserve(attemptOf('b', 900, 0), never)
    await new Promise((resolve) => setImmediate(resolve))
    await ledger.settle('a', { tokens: 10 }, { soon: true })
    await next(ledger)
    expect(await waiting).toMatchObject({ type: 'reserved' })
  })
})
