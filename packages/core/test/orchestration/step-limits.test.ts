/** What is done about one step: tries, time, what it may use up. */
import { describe, expect, test } from 'vitest'
import { executeStepsParallel, memoryStore, Workflow } from '../../src/index.ts'
import { manualHost } from '../../src/testing.ts'
import { pass } from '../middleware/runs.ts'
import { executorOf, gates, logOf, step, tokens } from './steps.ts'

describe('retry', () => {
  test('tries a failed step again, in a session of its own, after pauses that double; usage is that of all tries', async () => {
    const host = manualHost()
    const at: number[] = []
    const executor = executorOf(() => {
      at.push(host.clock.now())
      return at.length < 3 ? { status: 'failed', output: 'not yet' } : {}
    })
    const [outcome] = await pass(
      executeStepsParallel(executor, [step('a', { retry: { attempts: 5, delayMs: 100 } })], { host }),
      host.clock,
      50,
    )
    expect(outcome).toMatchObject({ status: 'completed', usage: tokens(30, 15) })
    expect(executor.asked.map(({ sessionId }) => sessionId)).toEqual([undefined, 'task-run-a.2', 'task-run-a.3'])
    expect([at[1]! - at[0]!, at[2]! - at[1]!]).toEqual([100, 200])
    expect(executor.asked[0]).not.toHaveProperty('retry')
  })

  test('ends with the last failure', async () => {
    let tries = 0
    const executor = executorOf(() => ({ status: 'failed', output: `failure ${++tries}` }))
    const [outcome] = await executeStepsParallel(executor, [step('a', { retry: { attempts: 2 } })])
    expect(outcome).toMatchObject({ status: 'failed', output: 'failure 2' })
  })

  test('does not try again what a budget refused, what was cancelled, and what waits', async () => {
    for (const rest of [{ status: 'failed', code: 'budget_exhausted' }, { status: 'cancelled' }, { status: 'suspended' }] as const) {
      const executor = executorOf(() => rest)
      await executeStepsParallel(executor, [step('a', { retry: { attempts: 3 } })])
      expect(executor.asked).toHaveLength(1)
    }
  })

  test('records every try', async () => {
    const store = memoryStore()
    let tries = 0
    const executor = executorOf(() => (++tries < 2 ? { status: 'failed' } : {}))
    const workflow = new Workflow({ executor, store, rootId: 'root' })
    await workflow.agent(step('a', { retry: { attempts: 2 } }))
    const records = (await logOf(store, 'root')).filter(({ type }) => type.startsWith('step_'))
    expect(records.map(({ type, attempt }) => `${type} ${String(attempt)}`)).toEqual([
      'step_start 1',
      'step_end 1',
      'step_start 2',
      'step_end 2',
    ])
    expect(new Set(executor.asked.map(({ sessionId }) => sessionId)).size).toBe(2)
    await workflow.close()
  })
})

describe('timeout', () => {
  test('stops a step that takes longer, as a failure, and tells the executor its deadline', async () => {
    const host = manualHost()
    const { wait } = gates()
    const stopped: unknown[] = []
    const executor = executorOf((_, { signal }) => {
      signal.addEventListener('abort', () => stopped.push(signal.reason))
      return wait('never')
    })
    const start = host.clock.now()
    const [outcome] = await pass(executeStepsParallel(executor, [step('slow', { timeoutMs: 1000 })], { host }), host.clock)
    expect(outcome).toMatchObject({ status: 'failed', code: 'timeout', output: 'Step slow did not end within 1000 ms' })
    expect(stopped).toEqual([expect.objectContaining({ code: 'timeout' })])
    expect(executor.asked[0]?.authority).toEqual({ deadline: start + 1000 })
    expect(host.clock.pending).toBe(0)
  })

  test('leaves an earlier deadline as it is', async () => {
    const host = manualHost()
    const executor = executorOf()
    await executeStepsParallel(executor, [step('a', { timeoutMs: 1000, authority: { deadline: 7, depth: 2 } })], { host })
    expect(host.clock.pending).toBe(0)
    expect(executor.asked[0]?.authority).toEqual({ deadline: 7, depth: 2 })
  })

  test('is for each try', async () => {
    const host = manualHost()
    const { wait } = gates()
    let tries = 0
    const executor = executorOf(() => (++tries === 1 ? wait('never') : undefined))
    const running = executeStepsParallel(executor, [step('a', { timeoutMs: 1000, retry: { attempts: 2 } })], { host })
    expect((await pass(running, host.clock))[0]?.status).toBe('completed')
  })
})

test("a step's budget reaches the executor, the stricter of two limits", async () => {
  const executor = executorOf()
  const budget = { tokens: 100, usd: 2 }
  await executeStepsParallel(executor, [step('a', { budget, authority: { budget: { tokens: 50, toolCalls: 3 } } }), step('b', { budget })])
  expect(executor.asked.map(({ authority }) => authority?.budget)).toEqual([{ tokens: 50, usd: 2, toolCalls: 3 }, budget])
  expect(executor.asked[0]).not.toHaveProperty('budget')
})
