/** A parent whose session is taken over while its children work: they are left to whoever took it, and nothing is lost or cancelled. */
import { describe, expect, test } from 'vitest'
import { memoryLeases, memoryStore, openSession, subagentTasks, tool } from '../../src/index.ts'
import type { LeaseStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { factsOf } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

/** The first call of the tool waits until it is told to stop; later ones are done at once. */
function stage() {
  const inside = Promise.withResolvers<void>()
  let calls = 0
  const work = tool({
    name: 'work',
    description: 'Works.',
    access: () => [],
    effect: 'idempotent',
    execute: (_, { signal }) => {
      if (++calls > 1) return 'worked'
      inside.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
    },
  })
  const llm = modelOf((request) => {
    if (promptOf(request) === 'go') return turnsOf(request) === 0 ? [give('do it')] : resultsOf(request).join()
    return turnsOf(request) === 0 ? [callOf('work')] : 'done'
  })
  return { work, llm, inside: inside.promise, store: memoryStore() }
}

describe('a parent that is taken over', () => {
  test('leaves its child to be gone on with', async () => {
    const { work, llm, inside, store } = stage()
    const first = family(llm, { store, extra: [work] }).agent
    const run = await (await first.session({ id: 'parent' })).send('go')
    await inside
    const second = family(llm, { store, extra: [work] }).agent
    const again = await (await second.session({ id: 'parent' })).resume()
    expect(await again?.result).toMatchObject({ status: 'completed', text: expect.stringContaining('general completed') })
    // The one that lost it is told so when it next says something.
    await first.close()
    await run.result
    const [task] = await subagentTasks(store, 'parent')
    const child = await openSession(store, task?.childSessionId ?? '')
    expect((await child.state()).run?.status).toBe('completed')
    const types = (await factsOf(child)).map(({ event }) => event.type)
    expect(types).not.toContain('run_cancelled')
    expect(types.filter((type) => type === 'agent_start').length).toBe(1)
  })

  test('leaves its tasks in the background to be gone on with as well', async () => {
    const { work, inside, store } = stage()
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? [callOf('work')] : 'done'
      return turnsOf(request) === 0 ? [give('do it', { background: true })] : JSON.stringify(request.messages.at(-1)?.content)
    })
    const first = family(llm, { store, extra: [work] }).agent
    const run = await (await first.session({ id: 'parent' })).send('go')
    await inside
    const again = await (await family(llm, { store, extra: [work] }).agent.session({ id: 'parent' })).resume()
    expect(await again?.result).toMatchObject({ status: 'completed', text: expect.stringContaining('general completed') })
    await first.close()
    await run.result
    const [task] = await subagentTasks(store, 'parent')
    expect(task).toMatchObject({ status: 'completed', output: 'done' })
    const types = (await factsOf(await openSession(store, task?.childSessionId ?? ''))).map(({ event }) => event.type)
    expect(types).not.toContain('run_cancelled')
  })

  test('is told what its child has come to, once whoever is at work on that has ended', async () => {
    const { llm, store } = stage()
    const leases = memoryLeases()
    const inside = Promise.withResolvers<void>()
    const open = Promise.withResolvers<string>()
    let calls = 0
    const work = tool({
      name: 'work',
      description: 'Works.',
      readOnly: true,
      execute: () => {
        calls++
        inside.resolve()
        return open.promise
      },
    })
    const first = family(llm, { store, extra: [work], leases }).agent
    void (await first.session({ id: 'parent' })).send('go')
    await inside.promise
    // The parent's own lease is gone, and its child's is not.
    const refused: string[] = []
    const acquire: LeaseStore['acquire'] = async (name, holder, ttlMs) => {
      const lease = await leases.acquire(name === 'session/parent' ? `${name}, anew` : name, holder, ttlMs)
      if (lease.holder !== holder) {
        refused.push(name)
        open.resolve('worked')
      }
      return lease
    }
    const second = family(llm, { store, extra: [work], leases: { ...leases, acquire } }).agent
    const again = await (await second.session({ id: 'parent' })).resume()
    expect(await again?.result).toMatchObject({ status: 'completed', text: expect.stringContaining('done') })
    expect(calls).toBe(1)
    expect(refused[0]).toMatch(/^session\/task-run-task-/)
    await first.close()
  })
})
