/** `executeStepsParallelResumable`: what was done is not done again, and what cannot be read stops everything. */
import { describe, expect, test } from 'vitest'
import { executeStepsParallelResumable, memoryLeases, memoryStore } from '../../src/index.ts'
import { crashingStore, manualHost } from '../../src/testing.ts'
import { executorOf, gates, logOf, rewritten, statuses, step, steps, until } from './steps.ts'

const once = (failing: readonly string[]) =>
  executorOf(({ taskId }) => (failing.includes(taskId) ? { status: 'failed', output: `${taskId} failed` } : undefined))

/** One record once more, in the place of another. */
const repeated = (from: number, to: number) => {
  let kept = ''
  return (record: string, offset: number) => {
    if (offset === from) kept = record
    return offset === to ? kept : record
  }
}

describe('executeStepsParallelResumable', () => {
  test('without a checkpoint runs everything', async () => {
    const executor = executorOf()
    await executeStepsParallelResumable(executor, steps('a', 'b'), { workflowId: 'w', store: memoryStore() })
    expect(executor.ids).toEqual(['a', 'b'])
  })

  test('dispatches only the steps that have not completed: failed ones are tried again, in a new session', async () => {
    const store = memoryStore()
    const first = once(['b'])
    expect(statuses(await executeStepsParallelResumable(first, steps('a', 'b', 'c'), { workflowId: 'w', store }))).toEqual([
      'completed',
      'failed',
      'completed',
    ])
    const second = executorOf()
    const outcomes = await executeStepsParallelResumable(second, steps('a', 'b', 'c'), { workflowId: 'w', store })
    expect(second.ids).toEqual(['b'])
    expect(outcomes.map(({ taskId, output }) => `${taskId} ${output}`)).toEqual([
      'a did: prompt of a',
      'b did: prompt of b',
      'c did: prompt of c',
    ])
    expect(second.asked[0]?.sessionId).not.toBe(first.asked[1]?.sessionId)
  })

  test('deletes the checkpoint when all have completed, so that the same id begins anew in new sessions', async () => {
    const store = memoryStore()
    const executor = executorOf()
    await executeStepsParallelResumable(executor, steps('a'), { workflowId: 'w', store })
    expect(await logOf(store, 'w')).toEqual([])
    await executeStepsParallelResumable(executor, steps('a'), { workflowId: 'w', store })
    expect(new Set(executor.asked.map(({ sessionId }) => sessionId)).size).toBe(2)
  })

  test('leaves the checkpoint when any has failed', async () => {
    const store = memoryStore()
    await executeStepsParallelResumable(once(['b']), steps('a', 'b'), { workflowId: 'w', store })
    expect((await logOf(store, 'w')).length).toBeGreaterThan(0)
  })

  test('appends one record for a result, and never writes one again', async () => {
    const store = memoryStore()
    const written: string[] = []
    const watched = {
      ...store,
      append: (...[key, records, options]: Parameters<typeof store.append>) => (
        written.push(...records),
        store.append(key, records, options)
      ),
    }
    await executeStepsParallelResumable(once(['s0']), steps(...Array.from({ length: 200 }, (_, index) => `s${index}`)), {
      workflowId: 'w',
      store: watched,
    })
    expect(written).toHaveLength(2 + 2 * 200)
    expect(Math.max(...written.map(({ length }) => length))).toBeLessThan(500)
  })

  test('stores that a step may run before the executor is asked', async () => {
    const store = memoryStore()
    const seen: unknown[] = []
    const executor = executorOf(
      async ({ taskId }) => void seen.push((await logOf(store, 'w')).some(({ type, key }) => type === 'step_start' && key === taskId)),
    )
    await executeStepsParallelResumable(executor, steps('a', 'b'), { workflowId: 'w', store })
    expect(seen).toEqual([true, true])
  })

  test('refuses two steps of one id before anything runs', async () => {
    const executor = executorOf()
    const running = executeStepsParallelResumable(executor, steps('a', 'a'), { workflowId: 'w', store: memoryStore() })
    await expect(running).rejects.toThrow("Two steps have the id 'a'")
    expect(executor.asked).toEqual([])
  })

  test.each([
    ['a torn record', (record: string, offset: number) => (offset === 2 ? record.slice(0, -5) : record), 'store_corrupt'],
    ['a record that somebody changed', (record: string) => record.replace('did: prompt of a', 'did: something else'), 'store_corrupt'],
    ['a record that is not ours', () => 'hello', 'store_corrupt'],
    ['a record where another belongs', repeated(1, 2), 'store_corrupt'],
    ['a future version', (record: string, offset: number) => (offset === 0 ? record.replace(/^1 /, '2 ') : record), 'store_newer'],
  ])('runs nothing where the checkpoint has %s', async (_what, change, code) => {
    const store = memoryStore()
    await executeStepsParallelResumable(once(['b']), steps('a', 'b'), { workflowId: 'w', store })
    const executor = executorOf()
    const running = executeStepsParallelResumable(executor, steps('a', 'b'), {
      workflowId: 'w',
      store: await rewritten(store, 'w', change),
    })
    await expect(running).rejects.toMatchObject({
      code,
      message: expect.stringContaining('The workflow cannot be resumed: record') as string,
    })
    expect(executor.asked).toEqual([])
  })

  test('runs nothing where the checkpoint cannot be read', async () => {
    const executor = executorOf()
    const store = memoryStore()
    await store.close?.()
    await expect(executeStepsParallelResumable(executor, steps('a'), { workflowId: 'w', store })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('cannot be resumed') as string,
    })
    expect(executor.asked).toEqual([])
  })

  test('stops when it can no longer be stored what was done: what is under way ends, nothing new begins', async () => {
    const { wait, open } = gates()
    const host = manualHost()
    // The claim, the starts of a and b, then nothing more.
    const store = crashingStore(memoryStore(), { at: 3, when: 'before' })
    const executor = executorOf(({ taskId }) => wait(taskId), 2)
    const running = executeStepsParallelResumable(executor, steps('a', 'b', 'c', 'd'), { workflowId: 'w', store, host })
    const caught = running.then(
      () => 'ended',
      (error: unknown) => String(error),
    )
    await until(() => executor.asked.length === 2)
    open('a')
    for (let pause = 0; pause < 10; pause++) await host.clock.advance(1000)
    open('b')
    expect(await caught).toContain('crashed')
    expect(executor.ids).toEqual(['a', 'b'])
  })

  test('is refused while another process runs it', async () => {
    const { wait, open } = gates()
    const [store, host] = [memoryStore(), manualHost()]
    const leases = memoryLeases({ clock: host.clock })
    const first = executorOf(({ taskId }) => wait(taskId))
    const running = executeStepsParallelResumable(first, steps('a'), { workflowId: 'w', store, leases, host })
    await until(() => first.asked.length === 1)
    const second = executorOf()
    await expect(executeStepsParallelResumable(second, steps('a'), { workflowId: 'w', store, leases, host })).rejects.toMatchObject({
      code: 'workflow_held',
      message: expect.stringContaining('Workflow w is run by holder-1') as string,
    })
    open('a')
    await running
    expect(second.asked).toEqual([])
  })

  test('stops what a changed question would reuse', async () => {
    const store = memoryStore()
    await executeStepsParallelResumable(once(['b']), steps('a', 'b'), { workflowId: 'w', store })
    const executor = executorOf()
    const running = executeStepsParallelResumable(executor, [step('a', { prompt: 'something else' }), step('b')], {
      workflowId: 'w',
      store,
    })
    await expect(running).rejects.toMatchObject({
      code: 'step_changed',
      message: expect.stringContaining('Step a asks something else') as string,
    })
    expect(executor.asked).toEqual([])
  })
})
