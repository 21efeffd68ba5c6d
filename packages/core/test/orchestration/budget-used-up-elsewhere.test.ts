/** Steps that ask a ledger at once, which somebody else has used up or holds: each is refused, and none keeps the others waiting. */
import { expect, test } from 'vitest'
import { budgetLedger, memoryStore, WorkflowBudget } from '../../src/index.ts'
import { manualHost } from '../../src/testing.ts'

const signal = new AbortController().signal

test.each([2, 3, 7])('%i steps whose ledger is held elsewhere are refused once its patience is over', async (count) => {
  const host = manualHost()
  const ledger = budgetLedger(memoryStore(), { root: 'r', limits: { tokens: 1000 }, patienceMs: 120, host })
  await ledger.grant({ id: 'elsewhere', spender: 'w', wanted: { tokens: 1000 } }, { signal })
  const budget = new WorkflowBudget({ tokens: 5000, ledger })
  const ask = async (index: number): Promise<unknown> => {
    await host.clock.sleep(index * 40)
    return budget.grant({ rootId: 's', id: `s/${index}#1`, wanted: { tokens: 500 }, sharers: 1, signal })
  }
  const all = Array.from({ length: count }, (_, index) => ask(index))
  await host.clock.advance(5000)
  expect(await Promise.all(all)).toEqual(all.map(() => undefined))
  expect(budget.isExhausted()).toBe(true)
  await ledger.close()
})

test('a step that the ledger refuses waits for those of its workflow that it gave something', async () => {
  const host = manualHost()
  const ledger = budgetLedger(memoryStore(), { root: 'r', limits: { tokens: 1000 }, patienceMs: 20, host })
  const budget = new WorkflowBudget({ tokens: 5000, ledger })
  const first = await budget.grant({ rootId: 's', id: 's/a#1', wanted: { tokens: 1000 }, sharers: 1, signal })
  const second = budget.grant({ rootId: 's', id: 's/b#1', wanted: { tokens: 500 }, sharers: 1, signal })
  await host.clock.advance(5000)
  const usage = { input: 10, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  await first?.settle({ taskId: 'a', sessionId: 'a', agent: 'x', output: '', success: true, status: 'completed', usage, cost: 0 })
  expect((await second)?.budget).toMatchObject({ tokens: 500 })
  await ledger.close()
})
