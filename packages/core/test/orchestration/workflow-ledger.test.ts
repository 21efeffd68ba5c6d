/** A workflow's budget in dollars, and on a ledger that outlives the workflow and is shared with others. */
import { describe, expect, test } from 'vitest'
import { budgetLedger, memoryStore, Workflow, WorkflowBudget } from '../../src/index.ts'
import { executorOf, gates, statuses, step, steps, told, tokens, until } from './steps.ts'

describe('a budget in dollars', () => {
  test('is granted in shares, counted, and told when it is used up', async () => {
    const budget = new WorkflowBudget({ usd: 1 })
    const executor = executorOf(({ authority }) => ({ usage: tokens(10), cost: authority?.budget?.usd ?? 0 }), 2)
    const { events, onEvent } = told()
    const workflow = new Workflow({ executor, budget, onEvent })
    const outcomes = await workflow.phase('all', steps('a', 'b', 'c'))
    expect(statuses(outcomes)).toEqual(['completed', 'completed', 'failed'])
    expect(outcomes[2]).toMatchObject({ code: 'budget_exhausted' })
    expect(budget.snapshot()).toEqual({ consumedTokens: 20, consumedUsd: 1, limitUsd: 1 })
    expect(events.at(-1)).toMatchObject({ type: 'budget_exhausted', resource: 'workflow_usd', reason: '$1.0000 of $1 are used' })
  })

  test('counts a step that does not say what it cost as all that it was granted', async () => {
    const budget = new WorkflowBudget({ usd: 1 })
    const executor = executorOf(() => ({ usage: tokens(10) }), 1)
    await new Workflow({ executor, budget }).agent(step('a', { budget: { usd: 0.4 } }))
    expect(budget.snapshot().consumedUsd).toBeCloseTo(0.4)
  })
})

describe('on a ledger', () => {
  const limits = { tokens: 1000 }

  test('two workflows with one root spend one budget, however they interleave', async () => {
    const store = memoryStore()
    const executor = executorOf(({ authority }) => ({ usage: tokens(Math.min(150, authority?.budget?.tokens ?? Infinity)) }), 2)
    const spend = async (name: string) => {
      const budget = new WorkflowBudget({ ledger: budgetLedger(store, { root: 'day', limits }) })
      return new Workflow({ executor, budget, rootId: name }).parallel(
        steps('a', 'b', 'c', 'd', 'e').map((each) => ({ ...each, budget: { tokens: 150 } })),
      )
    }
    const outcomes = (await Promise.all([spend('one'), spend('two')])).flat()
    const { used, reservations } = await budgetLedger(store, { root: 'day', limits }).snapshot()
    expect(reservations).toEqual([])
    expect(used.tokens).toBeLessThanOrEqual(1000)
    expect(used.tokens).toBe(outcomes.reduce((sum, { usage }) => sum + usage.input + usage.output, 0))
    expect(outcomes.filter(({ success }) => success).length).toBeGreaterThanOrEqual(6)
  })

  test('a workflow that was cut off keeps what its steps were granted, and goes on within it', async () => {
    const store = memoryStore()
    const { wait, open } = gates()
    const budget = () => new WorkflowBudget({ ledger: budgetLedger(store, { root: 'day', limits }) })
    const cut = executorOf(({ taskId }) => wait(taskId), 1)
    const first = new Workflow({ executor: cut, store, rootId: 'w', budget: budget() })
    const running = first.agent(step('a', { budget: { tokens: 700 } })).catch(() => {})
    await until(() => cut.asked.length === 1)
    await first.close()
    open('a')
    await running
    const ledger = budgetLedger(store, { root: 'day', limits })
    expect((await ledger.snapshot()).held.tokens).toBe(700)
    const executor = executorOf(() => ({ usage: tokens(600) }), 1)
    const second = new Workflow({ executor, store, rootId: 'w', budget: budget() })
    await second.agent(step('a', { budget: { tokens: 700 } }))
    expect(executor.asked[0]?.authority?.budget?.tokens).toBe(700)
    const { used, held } = await ledger.snapshot()
    expect({ used: used.tokens, held: held.tokens }).toEqual({ used: 600, held: 0 })
    // What is left after the resumption is 400, and no more.
    await second.agent(step('b', { budget: { tokens: 700 } }))
    expect(executor.asked[1]?.authority?.budget?.tokens).toBe(400)
  })

  test('a step is refused when the ledger has nothing left, without a word to the executor', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits, patienceMs: 1 })
    await ledger.grant({ id: 'elsewhere', spender: 'other' }, { signal: new AbortController().signal })
    const executor = executorOf()
    const outcome = await new Workflow({ executor, budget: new WorkflowBudget({ ledger }) }).agent(step('a'))
    expect(outcome).toMatchObject({ code: 'budget_exhausted' })
    expect(executor.asked).toHaveLength(0)
  })
})
