/** A workflow's budget in turns, tool calls and time of work: granted, counted, held and remembered. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { budgetLedger, createAgent, type Envelope, memoryStore, policy, tool, Workflow, WorkflowBudget } from '../../src/index.ts'
import type { AgentEvent, AgentStepSpec, ExecuteOptions } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { executorOf, statuses, step, steps, told, tokens, until } from './steps.ts'

const saidBy = (spec: AgentStepSpec, event: AgentEvent, timestamp = 0): Envelope => ({
  cursor: '',
  durable: true,
  sessionId: spec.sessionId ?? spec.taskId,
  runId: 'run',
  timestamp,
  event,
})

const turnStart = (turn: number): AgentEvent => ({ type: 'turn_start', turn, attempt: 1, reservation: { tokens: 50 } })
const turnEnd = (turn: number): AgentEvent => ({
  type: 'turn_end',
  turn,
  attempt: 1,
  message: { role: 'assistant', content: [] },
  usage: tokens(5),
  stopReason: 'end_turn',
})
const started = (callId: string): AgentEvent => ({
  type: 'tool_execution_start',
  callId,
  id: callId,
  name: 'look',
  args: {},
  attempt: 1,
  effect: 'none',
  idempotencyKey: callId,
  accesses: [],
})
const ended = (callId: string): AgentEvent => ({ type: 'tool_end', callId, id: callId, name: 'look', output: [], isError: false })

/** Says all this, at these times. */
const says =
  (...events: readonly (readonly [AgentEvent, number])[]) =>
  (spec: AgentStepSpec, { onEvent }: ExecuteOptions): void => {
    for (const [event, at] of events) onEvent?.(saidBy(spec, event, at))
  }

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

describe('turns and tool calls', () => {
  test('are granted in shares, held by the agents, and refused when there are none left', async () => {
    const calls = (n: number) => [callOf('look', { n }), callOf('look', { n: n + 1 })]
    const llm = scriptedLlm([calls(1), calls(3), calls(5), 'enough', calls(7), 'done'])
    const budget = new WorkflowBudget({ turns: 6, toolCalls: 5 })
    const { onEvent, events } = told()
    const executor = createAgent({ llm, tools: [look], store: memoryStore() }).executor()
    const workflow = new Workflow({ executor, budget, onEvent })
    const first = await workflow.agent(step('a', { agent: 'default', budget: { turns: 4 } }))
    expect(first).toMatchObject({ status: 'completed', output: 'enough' })
    expect(budget.snapshot()).toMatchObject({ consumedTurns: 4, limitTurns: 6, consumedToolCalls: 5, limitToolCalls: 5 })
    const outcomes = await workflow.phase('more', [step('b', { agent: 'default' })])
    expect(statuses(outcomes)).toEqual(['failed'])
    expect(events.at(-1)).toMatchObject({ type: 'budget_exhausted', resource: 'workflow_tool_calls', reason: '5 of 5 tool calls are used' })
  })

  test('a grant of many turns never lets an agent have more than its own', async () => {
    const llm = scriptedLlm(Array.from({ length: 60 }, (_, n) => [callOf('look', { n })]))
    const executor = createAgent({ llm, tools: [look], store: memoryStore() }).executor()
    await new Workflow({ executor, budget: new WorkflowBudget({ turns: 1000 }) }).agent(step('a', { agent: 'default' }))
    expect(llm.requests).toHaveLength(50)
  })

  test('of a step that tells no events count as all that it was granted', async () => {
    const budget = new WorkflowBudget({ turns: 10, workMs: 1000 })
    await new Workflow({ executor: executorOf(), budget }).agent(step('a', { budget: { turns: 3, workMs: 400 } }))
    expect(budget.snapshot()).toMatchObject({ consumedTurns: 3, consumedWorkMs: 400 })
  })
})

describe('time of work', () => {
  test('is that of model calls and tool calls, each by itself; waiting between them is none', async () => {
    const budget = new WorkflowBudget({ workMs: 60_000 })
    const work = says(
      [turnStart(1), 1000],
      [turnEnd(1), 1500],
      [started('a'), 9000],
      [started('b'), 9000],
      [started('a/0'), 9100],
      [ended('a/0'), 9200],
      [ended('a'), 9300],
      [ended('b'), 9400],
      // It died in this turn, and was taken up the next day.
      [turnStart(2), 10_000],
      [turnStart(2), 90_000_000],
      [turnEnd(2), 90_000_250],
    )
    await new Workflow({ executor: executorOf(work), budget }).agent(step('a'))
    expect(budget.snapshot()).toMatchObject({ consumedWorkMs: 500 + 300 + 400 + 250 })
  })

  test('that is over stops the step, and nothing more is begun', async () => {
    const host = manualHost()
    const hang = tool({
      name: 'hang',
      description: 'Hangs.',
      effect: 'none',
      execute: (_, { signal }) => host.clock.sleep(1e9, { signal }),
    })
    const llm = scriptedLlm([[callOf('hang')], 'never'])
    const agent = createAgent({ llm, tools: [hang], host, store: memoryStore(), permissions: policy({ default: 'allow' }) })
    const budget = new WorkflowBudget({ workMs: 30_000 })
    const workflow = new Workflow({ executor: agent.executor(), budget, host })
    const running = workflow.agent(step('a', { agent: 'default' }))
    await until(() => llm.requests.length === 1)
    for (let second = 0; second < 31; second++) await host.clock.advance(1000)
    expect(await running).toMatchObject({ status: 'failed', code: 'budget_exhausted', output: expect.stringContaining('time of work') })
    expect(budget.snapshot().consumedWorkMs).toBe(30_000)
    expect(await workflow.agent(step('b', { agent: 'default' }))).toMatchObject({ code: 'budget_exhausted' })
    expect(llm.requests).toHaveLength(1)
    await agent.close()
    expect(host.clock.pending).toBe(0)
  })
})

test('every way of counting is remembered by the journal, lost attempts included', async () => {
  const store = memoryStore()
  const work = says([turnStart(1), 0], [turnStart(1), 10], [turnEnd(1), 110], [started('a'), 110], [ended('a'), 150])
  const limits = { tokens: 1000, turns: 5, toolCalls: 5, workMs: 5000 }
  const first = new Workflow({ executor: executorOf(work), store, rootId: 'root', budget: new WorkflowBudget(limits) })
  await first.agent(step('a'))
  await first.close()
  const budget = new WorkflowBudget(limits)
  const second = new Workflow({ executor: executorOf(work), store, rootId: 'root', budget })
  await second.agent(step('a'))
  expect(budget.snapshot()).toMatchObject({ consumedTokens: 55, consumedTurns: 1, consumedToolCalls: 1, consumedWorkMs: 140 })
  await second.close()
})

test('no limit is ever passed, whatever steps do of what they were granted', async () => {
  const use = fc.record({
    tokens: fc.integer({ min: 0, max: 300 }),
    turns: fc.integer({ min: 0, max: 4 }),
    toolCalls: fc.integer({ min: 0, max: 6 }),
    workMs: fc.integer({ min: 0, max: 500 }),
    late: fc.boolean(),
  })
  const limit = fc.integer({ min: 1, max: 1000 })
  await fc.assert(
    fc.asyncProperty(
      fc.record({ tokens: limit, turns: fc.integer({ min: 1, max: 12 }), toolCalls: fc.integer({ min: 1, max: 12 }), workMs: limit }),
      fc.array(use, { minLength: 1, maxLength: 12 }),
      fc.record({ width: fc.integer({ min: 1, max: 5 }), onLedger: fc.boolean() }),
      async (limits, uses, { width, onLedger }) => {
        const ledger = onLedger ? { ledger: budgetLedger(memoryStore(), { root: 'w', limits }) } : {}
        const budget = new WorkflowBudget({ ...limits, ...ledger })
        const executor = executorOf(async (spec, options) => {
          const wish = uses[Number(spec.taskId)] ?? { tokens: 0, turns: 0, toolCalls: 0, workMs: 0, late: false }
          const { tokens: most = 0, turns: mostTurns = 0, toolCalls: mostCalls = 0 } = spec.authority?.budget ?? {}
          if (wish.late) await new Promise(setImmediate)
          const turns = Math.min(wish.turns, mostTurns)
          const used = Math.min(wish.tokens, most)
          const say = (event: AgentEvent, at: number): void => options.onEvent?.(saidBy(spec, event, at))
          for (let turn = 1; turn <= turns; turn++) {
            say({ ...turnStart(turn), reservation: { tokens: turn === 1 ? used : 0 } } as AgentEvent, turn * 1000)
            say({ ...turnEnd(turn), usage: tokens(turn === 1 ? used : 0) } as AgentEvent, turn * 1000 + wish.workMs)
          }
          for (let call = 0; call < Math.min(wish.toolCalls, mostCalls); call++) {
            say(started(`${call}`), 0)
            say(ended(`${call}`), 0)
          }
          return { usage: tokens(turns === 0 ? 0 : used) }
        }, width)
        await new Workflow({ executor, budget }).parallel(steps(...uses.map((_, index) => String(index))))
        const { consumedTokens, consumedTurns, consumedToolCalls, consumedWorkMs } = budget.snapshot()
        expect(consumedTokens).toBeLessThanOrEqual(limits.tokens)
        expect(consumedTurns).toBeLessThanOrEqual(limits.turns)
        expect(consumedToolCalls).toBeLessThanOrEqual(limits.toolCalls)
        expect(consumedWorkMs).toBeLessThanOrEqual(limits.workMs)
        if (ledger.ledger === undefined) return
        const { used, reservations } = await ledger.ledger.snapshot()
        expect(reservations).toEqual([])
        expect(used).toMatchObject({ tokens: consumedTokens, turns: consumedTurns, toolCalls: consumedToolCalls, workMs: consumedWorkMs })
      },
    ),
    { numRuns: 150 },
  )
})

describe('on a ledger', () => {
  test('a step that waits for an answer gives back what it did not use, and takes it again when it goes on', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits: { tokens: 1000 } })
    const executor = executorOf((spec, { onEvent }) => {
      onEvent?.(saidBy(spec, { ...turnEnd(1), usage: tokens(100) } as AgentEvent))
      if (spec.taskId === 'a' && executor.asked.length === 1) return { status: 'suspended', waitingFor: [], usage: tokens(100) }
      if (spec.taskId === 'b') return { usage: tokens(100) }
      onEvent?.(saidBy(spec, { ...turnEnd(2), usage: tokens(150) } as AgentEvent))
      return { usage: tokens(250) }
    })
    const open = () => new Workflow({ executor, store, rootId: 'w', budget: new WorkflowBudget({ ledger }) })
    const first = open()
    await expect(first.agent(step('a', { budget: { tokens: 700 } }))).rejects.toMatchObject({ code: 'workflow_suspended' })
    await first.close()
    expect((await ledger.snapshot()).held.tokens).toBe(100)
    await new Workflow({ executor, budget: new WorkflowBudget({ ledger }) }).agent(step('b', { budget: { tokens: 850 } }))
    expect(executor.asked[1]?.authority?.budget?.tokens).toBe(850)
    await open().agent(step('a', { budget: { tokens: 700 } }))
    expect(executor.asked[2]?.authority?.budget?.tokens).toBe(700)
    expect(await ledger.snapshot()).toMatchObject({ used: { tokens: 350 }, reservations: [], overruns: { count: 0 } })
  })

  test('what was granted to a step whose end is stored is settled by whoever runs the root again', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits: { tokens: 1000 } })
    const dying = budgetLedger(store, { root: 'day', limits: { tokens: 1000 } })
    // It dies between the end of the step and its settlement.
    const first = new Workflow({ executor: executorOf(), store, rootId: 'w', budget: new WorkflowBudget({ ledger: dying }) })
    dying.settle = () => Promise.reject(new Error('gone'))
    await first.agent(step('a', { budget: { tokens: 700 } }))
    await first.close()
    expect((await ledger.snapshot()).held.tokens).toBe(700)
    const executor = executorOf()
    await new Workflow({ executor, store, rootId: 'w', budget: new WorkflowBudget({ ledger }) }).agent(
      step('a', { budget: { tokens: 700 } }),
    )
    expect(executor.asked).toEqual([])
    expect(await ledger.snapshot()).toMatchObject({ used: { tokens: 15 }, reservations: [] })
  })

  test('warns once of each threshold, and counts what its own agents spend from it once', async () => {
    const store = memoryStore()
    const ledger = budgetLedger(store, { root: 'day', limits: { tokens: 60_000, turns: 10 }, thresholds: [0.5] })
    const llm = scriptedLlm(['one', 'two', 'three'], { model: { maxOutputTokens: 100 } })
    const executor = createAgent({ llm, store, budget: { ledger } }).executor()
    const { events, onEvent } = told()
    const workflow = new Workflow({ executor, store, budget: new WorkflowBudget({ ledger }), onEvent })
    for (const id of ['a', 'b', 'c']) await workflow.agent(step(id, { agent: 'default', budget: { turns: 2, tokens: 20_000 } }))
    expect(llm.requests).toHaveLength(3)
    const { used, reservations } = await ledger.snapshot()
    expect({ turns: used.turns, reservations }).toEqual({ turns: 3, reservations: [] })
    const other = budgetLedger(store, { root: 'small', limits: { turns: 4 }, thresholds: [0.5] })
    const small = new Workflow({ executor: executorOf(says([turnEnd(1), 0])), budget: new WorkflowBudget({ ledger: other }), onEvent })
    for (const id of ['x', 'y', 'z']) await small.agent(step(id, { budget: { turns: 1 } }))
    expect(events.filter(({ type }) => type === 'budget_threshold_hit')).toEqual([
      expect.objectContaining({ resource: 'turns', consumed: 2, limit: 4 }),
    ])
  })
})
