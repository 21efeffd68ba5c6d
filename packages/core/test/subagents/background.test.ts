/** Tasks in the background: told when they have ended, collected before, stopped with their run. */
import { describe, expect, test } from 'vitest'
import { AgentRegistry, openSession, subagentTasks, SubagentTracker, tool } from '../../src/index.ts'
import { noUsage } from '../../src/kit.ts'
import type { TrackedEnvelope } from '../../src/subagents/tracker.ts'
import { callOf, manualHost } from '../../src/testing.ts'
import { factsOf } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

/** A tool that waits until it is let go, or stopped. */
function gate() {
  const inside = Promise.withResolvers<void>()
  const open = Promise.withResolvers<string>()
  const stopped: unknown[] = []
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    readOnly: true,
    execute: (_, { signal }) =>
      new Promise((resolve, reject) => {
        inside.resolve()
        void open.promise.then(resolve)
        signal.addEventListener('abort', () => (stopped.push(Date.now()), reject(signal.reason as Error)), { once: true })
      }),
  })
  return { wait, inside: inside.promise, open: () => open.resolve('opened'), stopped }
}

const idsIn = (text: string): string[] => text.match(/task-[0-9a-f]{32}/g) ?? []

describe('a task in the background', () => {
  test('lets its call end at once, and the model is told when it has ended', async () => {
    const { wait, open } = gate()
    const seen: string[] = []
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? [callOf('wait')] : 'the task is done'
      if (turnsOf(request) === 0) return [give('slow', { background: true })]
      if (turnsOf(request) === 1) {
        seen.push(resultsOf(request).join())
        open()
        return 'I go on without it.'
      }
      return `told: ${JSON.stringify(request.messages.at(-1)?.content)}`
    })
    const { agent } = family(llm, { extra: [wait] })
    const result = await (await agent.run('go')).completed()
    expect(seen[0]).toMatch(/^In the background: task-/)
    expect(result.text).toMatch(/told: .*Task task-\w+, general completed.*the task is done/)
  })

  test('is collected before it is told, and then not told again', async () => {
    const { wait, open } = gate()
    const early: string[] = []
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? [callOf('wait')] : 'done'
      if (turnsOf(request) === 0) return [give('slow', { background: true })]
      const [id = ''] = idsIn(JSON.stringify(request.messages))
      if (turnsOf(request) === 1) return [callOf('task', { collect: [id], wait: false })]
      if (turnsOf(request) === 2) {
        early.push(resultsOf(request).join())
        open()
        return [callOf('task', { collect: [id] })]
      }
      return `collected: ${resultsOf(request).join()}`
    })
    const { agent } = family(llm, { extra: [wait] })
    const session = await agent.session()
    const result = await (await session.send('go')).completed()
    expect(early[0]).toContain('is not over yet')
    expect(result.text).toMatch(/collected: Task task-\w+, general completed\.\ndone/)
    expect((await factsOf(session)).filter(({ event }) => event.type === 'message_injected')).toEqual([])
  })

  test('is stopped by a cancel of its run, and so is what it called', async () => {
    const { wait, inside, stopped } = gate()
    const agents = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
    const llm = modelOf((request) => {
      if (promptOf(request) === 'go') return turnsOf(request) === 0 ? [give('lead it', { agent: 'lead', background: true })] : 'waiting'
      return promptOf(request) === 'lead it' ? [give('wait')] : [callOf('wait')]
    })
    // Its clock stands still, so nobody waits for a timer: what it takes is what it computes, on a busy machine too.
    const { agent, store } = family(llm, { extra: [wait], task: { agents }, host: manualHost() })
    const run = await agent.run('go')
    await inside
    // From the root to the grandchild's tool, and back.
    const before = process.cpuUsage()
    expect(await run.cancel()).toBe(true)
    expect(stopped.length).toBe(1)
    expect(process.cpuUsage(before).user).toBeLessThan(100_000)
    await agent.close()
    for await (const key of store.keys({ prefix: 'journal/' })) {
      const state = await (await openSession(store, key.slice('journal/'.length))).state()
      expect(state.run?.status).toBe('cancelled')
    }
  })

  test('that is still at work when something else ends the run is stopped', async () => {
    const { wait, inside, stopped } = gate()
    const llm = modelOf(async (request) => {
      if (promptOf(request) !== 'go') return [callOf('wait')]
      if (turnsOf(request) === 0) return [give('slow', { background: true })]
      await inside
      return 'the last turn'
    })
    const { agent, store } = family(llm, { extra: [wait], budget: { perRun: { turns: 2 } } })
    const run = await agent.run('go')
    expect(await run.result).toMatchObject({ status: 'completed' })
    await agent.close()
    expect(stopped.length).toBe(1)
    expect(await subagentTasks(store, run.sessionId)).toMatchObject([{ status: 'cancelled', success: false }])
    // What has ended says nothing more.
    const types = (await factsOf(await openSession(store, run.sessionId))).map(({ event }) => event.type)
    expect(types.slice(-2)).toEqual(['agent_end', 'session_released'])
  })

  test('does not keep a run from hearing what is said to it', async () => {
    const { wait, inside, open } = gate()
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? [callOf('wait')] : 'waited'
      if (turnsOf(request) === 0) return [give('slow', { background: true })]
      if (!JSON.stringify(request.messages).includes('hurry')) return 'I wait.'
      open()
      return 'I hurry.'
    })
    const { agent } = family(llm, { extra: [wait] })
    const run = await agent.run('go')
    await inside
    for await (const { event } of run) if (event.type === 'turn_end' && event.turn === 2) break
    await run.steer('hurry')
    expect((await run.completed()).text).toBe('I hurry.')
  })

  test('is not cut off by a call that has to be approved: the run waits with it', async () => {
    const { wait, inside, open, stopped } = gate()
    const change = tool({ name: 'change', description: 'Changes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'changed' })
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? [callOf('wait')] : 'waited'
      if (turnsOf(request) === 0) return [give('slow', { background: true })]
      return turnsOf(request) === 1 ? [callOf('change')] : `told: ${JSON.stringify(request.messages.at(-1)?.content)}`
    })
    const { agent, store } = family(llm, { extra: [wait, change] })
    const session = await agent.session()
    const run = await session.send('go')
    for await (const { event } of run) if (event.type === 'confirmation_required') break
    await inside
    expect((await session.state()).run?.status).toBe('executing')
    open()
    const result = await run.result
    if (result.status !== 'suspended') throw new Error(result.status)
    expect(stopped).toEqual([])
    expect(await subagentTasks(store, session.id)).toMatchObject([{ status: 'completed', output: 'waited' }])
    await session.answer(result.waitingFor[0]?.requestId ?? '', { decision: 'approve' })
    expect((await (await session.resume())?.completed())?.text).toContain('waited')
  })
})

describe('a tracker', () => {
  test('knows the tasks of a process while they run, and stops them one by one', async () => {
    const { wait, inside } = gate()
    const tracker = new SubagentTracker()
    const llm = modelOf((request) => {
      if (promptOf(request) === 'go') return turnsOf(request) === 0 ? [give('slow')] : resultsOf(request).join()
      return [callOf('wait')]
    })
    const { agent, store } = family(llm, { extra: [wait], task: { tracker } })
    const run = await agent.run('go')
    await inside
    const [task] = tracker.pending(run.sessionId)
    expect(task).toMatchObject({ agent: 'general', description: 'slow', status: 'running', parentSessionId: run.sessionId })
    expect(tracker.cancel(task?.taskId ?? '')).toBe(true)
    expect(tracker.cancel(task?.taskId ?? '')).toBe(false)
    expect((await run.completed()).text).toMatch(/general cancelled/)
    expect(tracker.task(task?.taskId ?? '')).toMatchObject({ status: 'cancelled', success: false })
    expect(await subagentTasks(store, run.sessionId)).toMatchObject([{ taskId: task?.taskId, status: 'cancelled' }])
  })

  test.each([false, true])(
    'stops a task that waits for somebody: it does nothing more, and its parent goes on (background: %s)',
    async (background) => {
      const tracker = new SubagentTracker()
      let paid = 0
      const pay = tool({
        name: 'pay',
        description: 'Pays.',
        access: () => [{ kind: 'exec', command: 'pay' }],
        effect: 'unsafe',
        execute: () => `${++paid}`,
      })
      const llm = modelOf((request) => {
        if (promptOf(request) !== 'go') return [callOf('pay')]
        return turnsOf(request) === 0 ? [give('pays', { background })] : JSON.stringify(request.messages.at(-1))
      })
      const { agent } = family(llm, { extra: [pay], task: { tracker }, unanswered: 'suspend' })
      const session = await agent.session()
      const waits = await (await session.send('go')).result
      const [task] = tracker.pending()
      const [request] = waits.status === 'suspended' ? waits.waitingFor : []
      expect(tracker.cancel(task?.taskId ?? '')).toBe(true)
      const standing = async (): Promise<string> => {
        for await (const { status } of agent.unfinished()) return status
        return 'ended'
      }
      while ((await standing()) !== 'answered') await new Promise((resolve) => setImmediate(resolve))
      await session.answer(request?.requestId ?? '', { decision: 'approve' }).catch(() => {}) // it comes too late
      const run = await session.resume()
      expect((await run?.completed())?.text).toContain('general cancelled')
      expect(paid).toBe(0)
      expect(tracker.task(task?.taskId ?? '')).toMatchObject({ status: 'cancelled', success: false })
      await agent.close()
    },
  )

  test('stops a task as soon as it is known', async () => {
    const { wait } = gate()
    const tracker = new SubagentTracker()
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return [callOf('wait')]
      if (turnsOf(request) > 0) return resultsOf(request).join()
      queueMicrotask(() => void watch())
      return [give('slow')]
    })
    const watch = async (): Promise<void> => {
      for (let turn = 0; turn < 10_000 && tracker.pending().length === 0; turn++) await Promise.resolve()
      expect(tracker.cancel(tracker.pending()[0]?.taskId ?? '')).toBe(true)
    }
    const { agent } = family(llm, { extra: [wait], task: { tracker } })
    expect((await (await agent.run('go')).completed()).text).toMatch(/general cancelled/)
  })

  const who = (taskId: string) => ({ taskId, childSessionId: `c-${taskId}`, agent: 'explore' })
  const start = (taskId: string, timestamp: number): TrackedEnvelope => {
    const place = { callId: '1.0', index: 0, attempt: 1, childLength: 0 }
    return { sessionId: 'p', timestamp, event: { type: 'subagent_start', ...who(taskId), ...place, description: 'looks' } }
  }
  const end = (taskId: string, timestamp: number): TrackedEnvelope => {
    const outcome = { status: 'completed' as const, success: true, output: 'found', toolCalls: 0, usage: noUsage }
    return { sessionId: 'p', timestamp, event: { type: 'subagent_end', ...who(taskId), ...outcome } }
  }

  test('takes an end before its start, keeps when it began, and lists by that', () => {
    const tracker = new SubagentTracker()
    tracker.record(start('b', 5))
    tracker.record(end('a', 3))
    tracker.record(start('a', 9))
    expect(tracker.tasks().map(({ taskId, startedAt, description, status }) => [taskId, startedAt, description, status])).toEqual([
      ['a', 3, 'looks', 'completed'],
      ['b', 5, 'looks', 'running'],
    ])
    expect(tracker.pending().map(({ taskId }) => taskId)).toEqual(['b'])
  })

  test('keeps a task cancelled, whatever its end says, and what came of it all the same', () => {
    const tracker = new SubagentTracker()
    tracker.record(start('a', 1))
    tracker.onCancel('a', () => {})
    tracker.cancel('a')
    tracker.record(end('a', 2))
    expect(tracker.task('a')).toMatchObject({ status: 'cancelled', output: 'found', success: true, finishedAt: 2 })
  })

  test('that takes over snapshots calls what ran interrupted, cannot cancel it, and sees it go on', () => {
    const before = new SubagentTracker()
    before.record(start('a', 1))
    before.onCancel('a', () => {})
    const tracker = new SubagentTracker()
    tracker.onCancel('a', () => {})
    tracker.replaceSnapshots(before.tasks())
    expect(tracker.task('a')?.status).toBe('interrupted')
    expect(tracker.cancel('a')).toBe(false)
    tracker.record(start('a', 7))
    expect(tracker.task('a')).toMatchObject({ status: 'running', startedAt: 1 })
  })

  test('forgets the oldest that has ended when there are too many, and none that runs', () => {
    const tracker = new SubagentTracker({ maxTasks: 2 })
    tracker.record(start('a', 1))
    tracker.record(end('b', 2))
    tracker.record(end('c', 3))
    tracker.record(start('d', 4))
    expect(tracker.tasks().map(({ taskId }) => taskId)).toEqual(['a', 'd'])
  })
})
