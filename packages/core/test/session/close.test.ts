/** Closing: once and for all, everything below included; nothing slips in, and nothing is left running. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Agent, createAgent, memoryLeases, memoryStore, openSession, policy, type Run, tool } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect } from '../middleware/runs.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A tool that works until it is told to stop, and counts how many do. */
function worker() {
  const state = { running: 0, begun: 0 }
  const work = tool({
    name: 'work',
    description: 'Works.',
    access: () => [],
    execute: async (_, { signal }) => {
      state.begun++
      state.running++
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      state.running--
      return 'stopped'
    },
  })
  return { work, state }
}

/** Lets other things happen in the middle of each call. */
function slow(store: SessionStore, ticks: () => number): SessionStore {
  const pause = async (): Promise<void> => {
    for (let left = ticks(); left > 0; left--) await tick()
  }
  return {
    ...store,
    append: async (...args) => {
      await pause()
      await store.append(...args)
      await pause()
    },
    async *read(...args) {
      await pause()
      yield* store.read(...args)
    },
  }
}

const TERMINAL = new Set<string>(['agent_end', 'error', 'run_cancelled'])

const terminalsOf = async (store: SessionStore, id: string): Promise<readonly string[]> =>
  (await collect((await openSession(store, id)).events({ follow: false })))
    .map(({ event }) => event.type)
    .filter((type) => TERMINAL.has(type))

const begun = async (run: Run): Promise<void> => {
  for await (const { event } of run) if (event.type === 'tool_execution_start') return
}

describe('a session that is closed', () => {
  test('has stopped its run when that returns, however often it is asked', async () => {
    const { work, state } = worker()
    const store = memoryStore()
    const leases = memoryLeases()
    const session = await createAgent({ llm: scriptedLlm([[callOf('work')]]), tools: [work], store, leases }).session({ id: 's' })
    const run = await session.send('go')
    await begun(run)
    await Promise.all([session.close(), session.close(), session.close()])
    expect(state.running).toBe(0)
    expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'the session was closed' })
    await session.close()
    expect(await terminalsOf(store, 's')).toEqual(['run_cancelled'])
    expect(await leases.read('session/s')).toBeUndefined()
  })

  test('takes nothing more, says so with the way out, and can still be read', async () => {
    const session = await createAgent({ llm: scriptedLlm(['hello', 'never']) }).session({ id: 's' })
    await (await session.send('hi')).completed()
    await session.close()
    for (const refused of [session.send('more'), session.send('more', { id: 'x' }), session.resume(), session.cancel()])
      await expect(refused).rejects.toMatchObject({
        code: 'session_closed',
        message: expect.stringContaining("agent.session({ id: 's' })"),
      })
    expect((await session.history()).length).toBe(2)
    expect((await collect(session.events())).at(-1)?.event.type).toBe('session_released')
  })

  test('lets its readers have the end, and then lets them go', async () => {
    const { work } = worker()
    const session = await createAgent({ llm: scriptedLlm([[callOf('work')]]), tools: [work] }).session()
    const run = await session.send('go')
    const readers = [collect(run), collect(session.events()), collect(session.events())]
    await begun(run)
    await session.close()
    for (const reader of readers) expect((await reader).map(({ event }) => event.type)).toContain('run_cancelled')
  })

  test('leaves a run that waits to wait', async () => {
    const store = memoryStore()
    const ask = tool({ name: 'ask', description: 'Asks.', access: () => [{ kind: 'write', path: 'a' }], execute: () => 'ok' })
    const agent = createAgent({ llm: scriptedLlm([[callOf('ask')]]), tools: [ask], store })
    const session = await agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    await session.close()
    expect(await collect(agent.unfinished())).toMatchObject([{ sessionId: 's', status: 'suspended' }])
  })

  test('may be opened again: the next one goes on with the same history', async () => {
    const agent = createAgent({ llm: scriptedLlm(['one', 'two']), store: memoryStore() })
    const first = await agent.session({ id: 's' })
    await (await first.send('a')).completed()
    expect([await agent.closeSession('s'), await agent.closeSession('s'), await agent.closeSession('nobody')]).toEqual([true, false, false])
    const second = await agent.session({ id: 's' })
    expect(second).not.toBe(first)
    await (await second.send('b')).completed()
    expect((await second.history()).length).toBe(4)
  })

  test('has no run that slips in, whenever it is closed', { timeout: 30_000 }, async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.infiniteStream(fc.nat(3)), fc.boolean(), async (moment, ticks, named) => {
        const { work, state } = worker()
        const store = memoryStore()
        const agent = createAgent({
          llm: scriptedLlm([[callOf('work')], 'done']),
          tools: [work],
          store: slow(store, () => ticks.next().value ?? 0),
        })
        const session = await agent.session({ id: 's' })
        const sending = session.send('go', named ? { id: 'x' } : {}).then(
          (run) => run.result,
          (error: { readonly code: string }) => error.code,
        )
        for (let left = moment; left > 0; left--) await tick()
        await session.close()
        expect(state.running).toBe(0)
        const { begun: before } = state
        const outcome = await sending
        outcomes.add(typeof outcome === 'string' ? outcome : outcome.status)
        for (let left = 20; left > 0; left--) await tick()
        expect(state.begun).toBe(before)
        expect(await collect(agent.unfinished())).toEqual([])
        expect(typeof outcome === 'string' ? 'session_closed' : (await terminalsOf(store, 's')).join()).toBe(
          typeof outcome === 'string' ? outcome : 'run_cancelled',
        )
      }),
      { numRuns: 100 },
    )
    expect([...outcomes].toSorted()).toEqual(['cancelled', 'session_closed'])
  })
})

describe('an agent that is closed', () => {
  const start = (replies: readonly ScriptedReply[], store = memoryStore()) => {
    const { work, state } = worker()
    const agent: Agent = createAgent({
      llm: scriptedLlm(replies),
      tools: [work],
      store,
      permissions: policy({ default: 'allow' }),
      agents: { helper: { maxTurns: 3 } },
    })
    return { agent, state, store }
  }

  test('has closed every session that is open, and what they run', async () => {
    const { agent, state } = start(Array.from({ length: 3 }, () => [callOf('work')]))
    const runs = await Promise.all(['a', 'b', 'c'].map(async (id) => (await agent.session({ id })).send('go')))
    await Promise.all(runs.map(begun))
    expect(agent.listSessions().toSorted()).toEqual(['a', 'b', 'c'])
    await Promise.all([agent.close(), agent.close()])
    expect(state.running).toBe(0)
    expect((await Promise.all(runs.map(({ result }) => result))).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ])
    expect(agent.listSessions()).toEqual([])
    await agent.close()
  })

  test('opens no session and starts no run, also not one that was being opened', async () => {
    const { agent, store } = start(
      ['never'],
      slow(memoryStore(), () => 3),
    )
    const opening = agent.session({ id: 's' })
    const running = agent.run('go')
    const refused = Promise.all(
      [opening, running].map((each) =>
        each.then(
          () => 'came in',
          (error: { readonly code: string }) => error.code,
        ),
      ),
    )
    await agent.close()
    expect(await refused).toEqual(['session_closed', 'session_closed'])
    await expect(agent.session({ id: 's' })).rejects.toMatchObject({ code: 'session_closed' })
    await expect(agent.run('go')).rejects.toMatchObject({ code: 'session_closed' })
    expect(await collect(store.keys())).toEqual([])
  })

  test.each([
    ['its own', 'default', {}],
    ['its own, with fewer turns', 'default', { maxSteps: 2 }],
    ['those of another of its agents', 'helper', {}],
  ])('has stopped steps that it runs: %s', async (_, name, more) => {
    const { agent, state } = start([[callOf('work')], [callOf('work')]])
    const executor = agent.executor()
    const started = Promise.withResolvers<void>()
    const outcome = executor.executeStep(
      { taskId: 't', agent: name, description: 'd', prompt: 'go', ...more },
      {
        signal: new AbortController().signal,
        onEvent: ({ event }) => {
          if (event.type === 'tool_execution_start') started.resolve()
        },
      },
    )
    await started.promise
    await agent.close()
    expect(state.running).toBe(0)
    expect(await outcome).toMatchObject({ status: 'cancelled', success: false })
    expect(
      await executor.executeStep(
        { taskId: 'u', agent: name, description: 'd', prompt: 'go', ...more },
        { signal: new AbortController().signal },
      ),
    ).toMatchObject({
      status: 'failed',
      output: expect.stringContaining('was closed'),
    })
  })
})

test('a step is found again by its task, also where nothing outlives the process', async () => {
  const llm = scriptedLlm(['once'])
  const executor = createAgent({ llm, agents: { helper: { maxTurns: 3 } } }).executor()
  const step = { taskId: 't', agent: 'helper', description: 'd', prompt: 'go' }
  const first = await executor.executeStep(step, { signal: new AbortController().signal })
  expect(await executor.executeStep(step, { signal: new AbortController().signal })).toEqual(first)
  expect([first.output, llm.requests.length]).toEqual(['once', 1])
})
