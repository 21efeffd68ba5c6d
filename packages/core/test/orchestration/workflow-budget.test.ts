/** A workflow's budget: what is granted, what is counted, and what is said when it is used up. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryStore, Workflow, WorkflowBudget } from '../../src/index.ts'
import { manualHost } from '../../src/testing.ts'
import { executorOf, gates, statuses, step, steps, told, tokens, turnEnd, until } from './steps.ts'

describe('a budget', () => {
  test('counts what steps used, and gives it as a snapshot', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const workflow = new Workflow({ executor: executorOf(() => ({ usage: tokens(30, 10) })), budget })
    await workflow.parallel(steps('a', 'b'))
    expect(budget.snapshot()).toEqual({ consumedTokens: 80, limitTokens: 1000 })
    expect(workflow.budgetSnapshot()).toEqual(budget.snapshot())
    expect(new WorkflowBudget().snapshot()).toEqual({ consumedTokens: 0 })
  })

  test('counts while a step runs, from its turns', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const { wait, open } = gates()
    const executor = executorOf(async (spec, { onEvent }) => {
      onEvent?.(turnEnd(spec, tokens(100)))
      await wait('end')
      return { usage: tokens(100) }
    })
    const running = new Workflow({ executor, budget }).agent(step('a'))
    await until(() => executor.asked.length === 1)
    expect(budget.consumedTokens).toBe(100)
    open('end')
    await running
    expect(budget.consumedTokens).toBe(100)
  })

  test('without a limit only counts', async () => {
    const budget = new WorkflowBudget()
    const executor = executorOf()
    await new Workflow({ executor, budget }).agent(step('a'))
    expect(budget.consumedTokens).toBe(15)
    expect(executor.asked[0]).not.toHaveProperty('authority')
    expect(budget.isExhausted()).toBe(false)
  })

  test('is enforced in the children: each gets a share that it may not pass, and asks for less where the step says so', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const { wait, open } = gates()
    const held = executorOf(({ taskId }) => wait(taskId), 4)
    const running = new Workflow({ executor: held, budget }).parallel([step('a', { budget: { tokens: 100 } }), ...steps('b', 'c', 'd')])
    await until(() => held.asked.length === 4)
    const granted = held.asked.map(({ authority }) => authority?.budget?.tokens ?? Infinity)
    expect(granted[0]).toBe(100)
    expect(granted.every((each) => each > 0)).toBe(true)
    expect(granted.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(1000)
    for (const id of ['a', 'b', 'c', 'd']) open(id)
    await running
  })

  test('denies a step once the limit is reached, without a word to the executor', async () => {
    const budget = new WorkflowBudget({ tokens: 100 })
    const executor = executorOf(() => ({ usage: tokens(100) }), 1)
    const outcomes = await new Workflow({ executor, budget }).parallel(steps('a', 'b'))
    expect(statuses(outcomes)).toEqual(['completed', 'failed'])
    expect(outcomes[1]).toMatchObject({ code: 'budget_exhausted', output: "The workflow's budget is used up, so step b was not begun" })
    expect(executor.ids).toEqual(['a'])
  })

  test('waits while others hold all that is left', async () => {
    const { wait, open } = gates()
    const budget = new WorkflowBudget({ tokens: 100 })
    const executor = executorOf(({ taskId }) => (taskId === 'a' ? wait('a').then(() => ({ usage: tokens(40) })) : undefined))
    const running = new Workflow({ executor, budget }).parallel([step('a', { budget: { tokens: 100 } }), step('b')])
    await until(() => executor.asked.length === 1)
    open('a')
    expect(statuses(await running)).toEqual(['completed', 'completed'])
    expect(executor.asked[1]?.authority?.budget).toEqual({ tokens: 60 })
  })

  test('says budget_exhausted after phase_end, again at every later phase', async () => {
    const { events, onEvent, types } = told()
    const workflow = new Workflow({
      executor: executorOf(() => ({ usage: tokens(60) }), 1),
      budget: new WorkflowBudget({ tokens: 60 }),
      onEvent,
    })
    await workflow.phase('one', steps('a'))
    await workflow.phase('two', steps('b'))
    await workflow.phase('three', [])
    expect(types().filter((type) => !type.startsWith('step'))).toEqual([
      'phase_start',
      'phase_end',
      'budget_exhausted',
      'phase_start',
      'phase_end',
      'budget_exhausted',
      'phase_start',
      'phase_end',
      'budget_exhausted',
    ])
    expect(events[4]).toEqual({ type: 'budget_exhausted', resource: 'workflow_tokens', reason: '60 of 60 tokens are used' })
  })

  test('is used up for all purposes when a step could not do with what is left', async () => {
    const budget = new WorkflowBudget({ tokens: 100 })
    const executor = executorOf(() => ({ status: 'failed', code: 'budget_exhausted', usage: tokens(70) }), 1)
    await new Workflow({ executor, budget }).agent(step('a'))
    expect(budget.isExhausted()).toBe(true)
  })

  test('within another one is held to both, and both count', async () => {
    const all = new WorkflowBudget({ tokens: 100 })
    const [one, other] = [new WorkflowBudget({ tokens: 80, inner: all }), new WorkflowBudget({ tokens: 80, inner: all })]
    const executor = executorOf(() => ({ usage: tokens(60) }))
    await new Workflow({ executor, budget: one }).agent(step('a'))
    await new Workflow({ executor, budget: other }).agent(step('b'))
    expect(executor.asked.map(({ authority }) => authority?.budget?.tokens)).toEqual([80, 40])
    expect([one.consumedTokens, other.consumedTokens, all.consumedTokens]).toEqual([60, 60, 120])
    expect(one.isExhausted()).toBe(true)
  })

  test('counts what a step whose end nobody saw may have used', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const control = new AbortController()
    const executor = executorOf(async (spec, { onEvent }) => {
      onEvent?.(turnEnd(spec, tokens(100)))
      onEvent?.({ ...turnEnd(spec, tokens(0)), event: { type: 'turn_start', turn: 2, attempt: 1, reservation: { tokens: 300 } } })
      control.abort(new Error('enough'))
      await gates().wait('never')
    })
    await expect(new Workflow({ executor, budget, signal: control.signal }).agent(step('a'))).rejects.toThrow('enough')
    expect(budget.consumedTokens).toBe(400)
  })

  test('counts a step that waited for an answer once, though its events are told again', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const { events, onEvent } = told()
    const waitingFor = [
      {
        requestId: 'q',
        kind: 'confirmation',
        toolName: 'pay',
        callId: 'c',
        args: {},
        accesses: [],
        reason: '',
        sessionId: 's',
        runId: 'r',
      },
    ] as const
    const executor = executorOf((spec, options) => {
      options.onEvent?.(turnEnd(spec, tokens(100)))
      return { ...(executor.asked.length === 1 ? { status: 'suspended', waitingFor } : {}), usage: tokens(100) }
    })
    const workflow = new Workflow({ executor, budget, store: memoryStore(), suspended: 'wait', onEvent, host: manualHost() })
    const running = workflow.agent(step('a'))
    await until(() => events.some(({ type }) => type === 'step_suspended'))
    await workflow.answer('q', { decision: 'approve' })
    await running
    expect(budget.consumedTokens).toBe(100)
  })

  test('goes on where the journal says that it stood', async () => {
    const store = memoryStore()
    const executor = executorOf(() => ({ usage: tokens(60) }))
    const first = new Workflow({ executor, store, rootId: 'root', budget: new WorkflowBudget({ tokens: 100 }) })
    await first.agent(step('a'))
    await first.close()
    const inner = new WorkflowBudget()
    const budget = new WorkflowBudget({ tokens: 100, inner })
    const second = new Workflow({ executor, store, rootId: 'root', budget })
    await second.agent(step('a'))
    expect([budget.consumedTokens, inner.consumedTokens]).toEqual([60, 60])
    await second.agent(step('b'))
    expect(executor.asked[1]?.authority?.budget).toEqual({ tokens: 40 })
    await second.close()
  })

  test('is never passed, whatever steps use of their grants, in whatever order they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(
          fc.record({
            share: fc.double({ min: 0, max: 1, noNaN: true }),
            wanted: fc.option(fc.integer({ min: 1, max: 300 })),
            late: fc.boolean(),
          }),
          { maxLength: 20 },
        ),
        async (limit, width, wishes) => {
          const budget = new WorkflowBudget({ tokens: limit })
          const executor = executorOf(async (spec) => {
            const { share = 0, late = false } = wishes[Number(spec.taskId)] ?? {}
            if (late) await new Promise(setImmediate)
            return { usage: tokens(Math.floor((spec.authority?.budget?.tokens ?? 0) * share)) }
          }, width)
          const all = wishes.map(({ wanted }, index) => step(String(index), wanted === null ? {} : { budget: { tokens: wanted } }))
          const outcomes = await new Workflow({ executor, budget }).parallel(all)
          expect(budget.consumedTokens).toBeLessThanOrEqual(limit)
          expect(outcomes).toHaveLength(all.length)
          expect(statuses(outcomes).includes('failed') && !budget.isExhausted()).toBe(false)
        },
      ),
      { numRuns: 200 },
    )
  })
})
