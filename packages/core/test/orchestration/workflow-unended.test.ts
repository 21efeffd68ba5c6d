/** Steps of which nobody can say how they ended: they are asked for again in their session, never begun anew. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  budgetLedger,
  createAgent,
  executeStepsParallel,
  memoryLeases,
  memoryStore,
  tool,
  Workflow,
  WorkflowBudget,
} from '../../src/index.ts'
import type { ErrorCode } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { executorOf, logOf, step, told, until } from './steps.ts'

const UNENDED = ['session_held', 'session_lost', 'session_busy', 'store_unavailable', 'executor_unavailable'] as const

/** An executor whose first answers have these codes, and whose later ones are completed. */
function breaking(...codes: readonly (ErrorCode | undefined)[]) {
  const left = [...codes]
  return executorOf(() => {
    const code = left.shift()
    return code === undefined ? {} : { status: 'failed', output: code, code }
  })
}

describe('an outcome that says that nobody knows the end', () => {
  test.each(UNENDED.filter((code) => code !== 'session_held'))(
    'is not stored: the next run asks in the same session (%s)',
    async (code) => {
      const store = memoryStore()
      const executor = breaking(code)
      const { events, onEvent } = told()
      await using first = new Workflow({ executor, store, rootId: 'root', onEvent })
      expect(await first.agent(step('a'))).toMatchObject({ status: 'failed', code })
      expect(events.at(-1)).toMatchObject({ type: 'step_end', status: 'failed', reason: code })
      await first.close()
      expect((await logOf(store, 'root')).map(({ type }) => type)).toEqual(['workflow_claimed', 'step_start', 'workflow_released'])
      await using second = new Workflow({ executor, store, rootId: 'root' })
      expect(await second.agent(step('a'))).toMatchObject({ status: 'completed' })
      expect(executor.asked[1]?.sessionId).toBe(executor.asked[0]?.sessionId)
    },
  )

  test.each(UNENDED.filter((code) => code !== 'session_held'))('is tried again in the same session (%s)', async (code) => {
    const executor = breaking(code)
    await using workflow = new Workflow({ executor, store: memoryStore() })
    expect(await workflow.agent(step('a', { retry: { attempts: 2 } }))).toMatchObject({ status: 'completed' })
    expect(executor.asked[1]?.sessionId).toBe(executor.asked[0]?.sessionId)
  })

  test('is tried again in the same session without a journal too', async () => {
    const executor = breaking('session_lost')
    const [outcome] = await executeStepsParallel(executor, [step('a', { retry: { attempts: 2 } })])
    expect(outcome).toMatchObject({ status: 'completed' })
    expect(executor.asked[1]?.sessionId).toBe(executor.asked[0]?.sessionId)
  })

  test('counts for the budget once, when the end is known', async () => {
    const budget = new WorkflowBudget({ tokens: 1000 })
    const store = memoryStore()
    const executor = breaking('session_lost')
    await using first = new Workflow({ executor, store, rootId: 'root', budget })
    await first.agent(step('a'))
    await first.close()
    const fresh = new WorkflowBudget({ tokens: 1000 })
    await using second = new Workflow({ executor, store, rootId: 'root', budget: fresh })
    await second.agent(step('a'))
    expect(fresh.snapshot().consumedTokens).toBe(15)
  })

  test('is an end where the run is stored as failed so: for want of another store than its own', async () => {
    const store = memoryStore()
    const [ledgers, host] = [memoryStore(), manualHost()]
    const away = { now: true }
    const append: typeof ledgers.append = (...given) => {
      if (away.now) throw new AgentError('store_unavailable', 'The store of the budget is away')
      return ledgers.append(...given)
    }
    const ledger = budgetLedger({ ...ledgers, append }, { root: 'b', limits: { tokens: 10_000 }, host })
    const agent = createAgent({ llm: scriptedLlm(['done']), store, budget: { ledger }, host })
    const { events, onEvent } = told()
    await using first = new Workflow({ executor: agent.executor(), store, rootId: 'root', onEvent, host })
    const failed = first.agent(step('a', { agent: 'default' }))
    while (events.at(-1)?.type !== 'step_end') await host.clock.advance(1000)
    expect(await failed).toMatchObject({ status: 'failed', code: 'run_failed', output: 'The store of the budget is away' })
    await first.close()
    away.now = false
    await using second = new Workflow({ executor: agent.executor(), store, rootId: 'root', host })
    expect(await second.agent(step('a', { agent: 'default' }))).toMatchObject({ status: 'completed', output: 'done' })
    await agent.close()
  })

  test('any other failure is stored, and run again in a session of its own', async () => {
    const store = memoryStore()
    const executor = breaking('llm_unavailable')
    await using first = new Workflow({ executor, store, rootId: 'root' })
    await first.agent(step('a'))
    await first.close()
    await using second = new Workflow({ executor, store, rootId: 'root' })
    await second.agent(step('a'))
    expect(executor.asked[1]?.sessionId).not.toBe(executor.asked[0]?.sessionId)
  })
})

describe('a step whose session somebody else holds', () => {
  test('is waited for', async () => {
    const host = manualHost()
    const executor = breaking('session_held', 'session_held')
    await using workflow = new Workflow({ executor, store: memoryStore(), host })
    const done = workflow.agent(step('a'))
    await until(() => executor.asked.length === 1 && host.clock.pending > 0)
    await host.clock.advance(600)
    await until(() => executor.asked.length === 2 && host.clock.pending > 0)
    await host.clock.advance(600)
    expect(await done).toMatchObject({ status: 'completed' })
    expect(new Set(executor.asked.map(({ sessionId }) => sessionId)).size).toBe(1)
  })

  test('is waited for no longer than it may take, and can be stopped', async () => {
    const host = manualHost()
    const held = (): ReturnType<typeof breaking> => breaking(...Array.from<'session_held'>({ length: 100 }).fill('session_held'))
    await using workflow = new Workflow({ executor: held(), store: memoryStore(), host })
    expect(await workflow.agent(step('a', { timeoutMs: 100 }))).toMatchObject({ status: 'failed', code: 'session_held' })
    const control = new AbortController()
    const stopped = workflow.agent(step('b'), { signal: control.signal })
    stopped.catch(() => {})
    await until(() => host.clock.pending > 0)
    control.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
  })

  test('goes on when the lease of a process that died has run out: no effect is made twice', async () => {
    const [host, still] = [manualHost(), { ...manualHost(), id: (kind: string) => `dead-${kind}-${++ids}` }]
    let ids = 0
    const [store, leases] = [memoryStore(), memoryLeases({ clock: host.clock })]
    let paid = 0
    const pay = tool({ name: 'pay', description: 'Pays.', access: () => [], effect: 'unsafe', execute: () => `paid ${++paid}` })
    const reached = Promise.withResolvers<void>()
    const dies: ScriptedReply = () => {
      reached.resolve()
      return new Promise<never>(() => {})
    }
    // The time of a process that died stands still: it renews nothing.
    const dead = createAgent({ llm: scriptedLlm([[callOf('pay')], dies]), tools: [pay], store, leases, host: still })
    const first = new Workflow({ executor: dead.executor(), store, rootId: 'root', host: still })
    first.agent(step('a', { agent: 'default' })).catch(() => {})
    await reached.promise
    const agent = createAgent({ llm: scriptedLlm(['done']), tools: [pay], store, leases, host })
    await using second = new Workflow({ executor: agent.executor(), store, rootId: 'root', host })
    const { events, onEvent } = told()
    second.subscribe(onEvent)
    const done = second.agent(step('a', { agent: 'default' }))
    while (events.at(-1)?.type !== 'step_end') await host.clock.advance(1000)
    expect(await done).toMatchObject({ status: 'completed', output: 'done' })
    expect(paid).toBe(1)
    await agent.close()
  })
})
