/** One process at a time runs a workflow. */
import { describe, expect, test } from 'vitest'
import { memoryLeases, memoryStore, Workflow } from '../../src/index.ts'
import { manualHost } from '../../src/testing.ts'
import { executorOf, failure, gates, step, steps, until } from './steps.ts'

describe('one holder at a time', () => {
  test('whoever takes the root over stops the one before: its step is stopped and its verb says who has it', async () => {
    const store = memoryStore()
    const stopped = Promise.withResolvers<unknown>()
    const { wait, open } = gates()
    const slow = executorOf(async ({ taskId }, { signal }) => {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason))
      await wait(taskId)
    })
    const first = new Workflow({ executor: slow, store, rootId: 'root' })
    const running = first.parallel(steps('a', 'b'))
    const caught = failure(running)
    await until(() => slow.asked.length === 2)
    const second = new Workflow({ executor: executorOf(), store, rootId: 'root' })
    await second.parallel(steps('a', 'b'))
    open('a') // the first one tells of its step, and learns that the root is not its own any more
    expect(await caught).toMatchObject({ code: 'workflow_lost' })
    expect(await stopped.promise).toMatchObject({ code: 'workflow_lost' })
    await second.close()
  })

  test('of two that begin at the same moment one is told that the other was first', async () => {
    const store = memoryStore()
    const begun = await Promise.allSettled(
      ['one', 'two'].map((id) => new Workflow({ executor: executorOf(), store, rootId: 'root' }).agent(step(id))),
    )
    const errors = begun.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : []))
    expect(errors).toEqual(['workflow_held'])
  })

  test.each([0, -3_600_000, 3_600_000])('nothing begins under a lease that is nearly over, its clock %i ms off', async (off) => {
    const [store, host] = [memoryStore(), manualHost()]
    const clock = { now: () => host.clock.now() + off }
    const leases = { ...memoryLeases({ clock }), renew: () => Promise.reject(new Error('the lease store is away')) }
    const executor = executorOf()
    const workflow = new Workflow({ executor, store, leases, host, rootId: 'root' })
    await workflow.agent(step('a'))
    await host.clock.advance(20_000)
    await workflow.agent(step('b'))
    await host.clock.advance(6_000)
    await expect(workflow.agent(step('c'))).rejects.toMatchObject({ code: 'workflow_lost' })
    expect(executor.ids).toEqual(['a', 'b'])
  })

  test('a lease keeps others out until it is released or runs out, and one that cannot be renewed stops the workflow', async () => {
    const [store, host] = [memoryStore(), manualHost()]
    const leases = memoryLeases({ clock: host.clock })
    const shared = { store, leases, host, rootId: 'root' }
    const { wait } = gates()
    const slow = executorOf(() => wait('never'))
    const first = new Workflow({ executor: slow, ...shared })
    const running = first.agent(step('a'))
    const caught = failure(running)
    await until(() => slow.asked.length === 1)
    await host.clock.advance(60_000)
    await expect(new Workflow({ executor: executorOf(), ...shared }).agent(step('a'))).rejects.toMatchObject({
      code: 'workflow_held',
      retryable: true,
    })
    await leases.release('workflow/root', 'holder-1')
    await host.clock.advance(60_000)
    expect(await caught).toMatchObject({ code: 'workflow_lost' })
    const next = new Workflow({ executor: executorOf(), ...shared })
    expect(await next.agent(step('a'))).toMatchObject({ success: true })
    await next.close()
    expect(await leases.read('workflow/root')).toBeUndefined()
    expect(host.clock.pending).toBe(0)
  })
})
