/** Lanes as an agent's runs meet them: tries, letters, times, who may go first. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  type AgentOptions,
  createAgent,
  failed,
  laneQueue,
  type LaneQueueOptions,
  memoryStore,
  tool,
  type ToolOptions,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, pass, resultsIn } from '../middleware/runs.ts'

type Setting = { readonly lanes?: LaneQueueOptions; readonly options?: Partial<AgentOptions> }

function start(script: readonly ScriptedReply[], tools: AgentOptions['tools'] = [], { lanes = {}, options = {} }: Setting = {}) {
  const host = manualHost()
  const queue = laneQueue({ host, ...lanes })
  const llm = scriptedLlm(script)
  const store = memoryStore()
  const agent = createAgent({ llm, tools, store, host, lanes: queue, ...options })
  return { host, queue, llm, store, agent }
}

/** Fails so often for the moment, then is done. */
const flaky = (times: number, options: Partial<ToolOptions<never>> = {}) => {
  const seen: string[] = []
  const made = tool({
    name: 'fetch',
    description: 'Fetches.',
    readOnly: true,
    ...options,
    execute(_, { idempotencyKey }) {
      seen.push(idempotencyKey)
      return seen.length > times ? 'fetched' : failed('the line was cut', { kind: 'transport' })
    },
  })
  return { tool: made, seen }
}

describe('a call that failed for the moment', () => {
  test.each(['none', 'idempotent', 'keyed'] as const)(
    'is tried again under its key when its effect is %s, each attempt recorded',
    async (effect) => {
      const { tool: fetch, seen } = flaky(2, { effect, access: () => [{ kind: 'net', host: 'a' }], readOnly: false })
      const { agent, host, llm, queue } = start([[callOf('fetch')], 'done'], [fetch])
      const run = await agent.run('go')
      await pass(run.completed(), host.clock)
      expect(resultsIn(llm.requests[1])).toEqual(['fetched'])
      expect(new Set(seen).size).toBe(1)
      expect((await eventsOf(run, 'tool_execution_start')).map(({ attempt }) => attempt)).toEqual([1, 2, 3])
      expect((await eventsOf(run, 'command_retry')).map(({ attempt, lane }) => [attempt, lane])).toEqual(
        [2, 3].map((attempt) => [attempt, effect === 'none' ? 'query' : 'execute']),
      )
      expect(await queue.deadLetters()).toEqual([])
      expect(host.clock.pending).toBe(0)
    },
  )

  test('is given up after its last try: one letter, one fact, one result', async () => {
    const { tool: fetch, seen } = flaky(9)
    const { agent, host, llm, queue } = start([[callOf('fetch', { at: 'a' })], 'done'], [fetch])
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(seen).toHaveLength(3)
    const [letter] = await queue.deadLetters()
    expect(letter).toMatchObject({
      toolName: 'fetch',
      args: { at: 'a' },
      attempts: 3,
      lane: 'query',
      error: 'the line was cut',
      mayHaveHappened: false,
    })
    expect(await eventsOf(run, 'command_dead_lettered')).toMatchObject([{ letterId: letter?.id, attempts: 3 }])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, metadata: { letterId: letter?.id } }])
    expect(resultsIn(llm.requests[1])).toEqual(['the line was cut'])
  })

  test('is not tried again when twice is twice', async () => {
    const { tool: send, seen } = flaky(9, { readOnly: false, access: () => [{ kind: 'net', host: 'a' }] })
    const { agent, host, queue } = start([[callOf('fetch')], 'done'], [send])
    await pass((await agent.run('go')).completed(), host.clock)
    expect(seen).toHaveLength(1)
    expect(await queue.deadLetters()).toMatchObject([{ effect: 'unsafe', attempts: 1, mayHaveHappened: true }])
  })
})

describe('a lane', () => {
  test('bounds how many of its calls work at once, and leaves the others alone', async () => {
    const busy = { query: 0, execute: 0 }
    const most = { query: 0, execute: 0 }
    const worker = (name: 'query' | 'execute', path: string) =>
      tool({
        name: `${name}-${path}`,
        description: 'Works.',
        ...(name === 'query' ? { readOnly: true } : { effect: 'unsafe' as const, access: () => [{ kind: 'write' as const, path }] }),
        async execute() {
          most[name] = Math.max(most[name], ++busy[name])
          await host.clock.sleep(100)
          busy[name]--
          return 'ok'
        },
      })
    const names = ['a', 'b', 'c']
    const { agent, host, queue } = start(
      [[...names.map((name) => callOf(`execute-${name}`)), ...names.map((name) => callOf(`query-${name}`))], 'done'],
      names.flatMap((name) => [worker('query', name), worker('execute', name)]),
      { lanes: { execute: { concurrency: 1 }, query: { concurrency: 2 } }, options: { confirm: async () => ({ decision: 'approve' }) } },
    )
    await pass((await agent.run('go')).completed(), host.clock, 50)
    expect(most).toEqual({ query: 2, execute: 1 })
    expect(queue.stats().execute).toMatchObject({ depth: 0, active: 0, started: 3, waitedMs: 300 })
  })

  test('of one place is not waited for by a call that another one waits for', async () => {
    // The second call passes its gate first; the first one, which it conflicts with, comes while the lane is taken.
    const approved = Promise.withResolvers<void>()
    const write = (name: string) =>
      tool({ name, description: 'Writes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => name })
    const confirm: AgentOptions['confirm'] = async ({ toolName }) => {
      if (toolName === 'slow') await approved.promise
      return { decision: 'approve' }
    }
    const { agent, host, llm } = start([[callOf('slow'), callOf('quick')], 'done'], [write('slow'), write('quick')], {
      lanes: { execute: { concurrency: 1 } },
      options: { confirm },
    })
    const run = await agent.run('go')
    await host.clock.advance(0)
    approved.resolve()
    await pass(run.completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual(['slow', 'quick'])
  })

  test('tells the time of waiting from the time of work', async () => {
    const slow = tool({
      name: 'slow',
      description: 'Slow.',
      readOnly: true,
      execute: (_, { signal }) => host.clock.sleep(9e6, { signal }).then(() => 'never'),
    })
    const { agent, host, llm, queue } = start([[callOf('slow'), callOf('slow')], 'done'], [slow], {
      lanes: { query: { concurrency: 1, waitMs: 1000, workMs: 5000, retry: { attempts: 1 } } },
    })
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual([
      "The tool 'slow' was stopped: it did not finish within 5000 ms.",
      "This call did not run: it waited 1000 ms for a place in lane 'query'.",
    ])
    expect((await queue.deadLetters()).map(({ attempts, errorKind }) => [attempts, errorKind])).toEqual([
      [0, 'timeout'],
      [1, 'timeout'],
    ])
    expect((await eventsOf(run, 'tool_execution_start')).length).toBe(1)
  })

  test('is left at once by a run that is cancelled, and the place is free for others', async () => {
    const free = Promise.withResolvers<string>()
    const hold = tool({ name: 'hold', description: 'Holds.', readOnly: true, execute: () => free.promise })
    const { agent, host, queue } = start([[callOf('hold')], 'held'], [hold], { lanes: { query: { concurrency: 1 } } })
    const other = createAgent({ llm: scriptedLlm([[callOf('hold')], 'done']), tools: [hold], host, lanes: queue })
    const holder = await agent.run('go')
    await host.clock.advance(0)
    const waiting = await other.run('go')
    await host.clock.advance(0)
    expect(queue.stats().query).toMatchObject({ depth: 1, active: 1 })
    await waiting.cancel('enough')
    expect(await waiting.result).toMatchObject({ status: 'cancelled' })
    expect(queue.stats().query).toMatchObject({ depth: 0, active: 1 })
    free.resolve('ok')
    await pass(holder.completed(), host.clock)
    expect(queue.stats().query).toMatchObject({ depth: 0, active: 0, started: 1 })
    expect((await collect(waiting)).filter(({ event }) => event.type === 'tool_execution_start')).toEqual([])
  })
})

describe('an attempt', () => {
  test('is not another call to the budget', async () => {
    const { tool: fetch } = flaky(2)
    const { agent, host, llm } = start([[callOf('fetch')], 'done'], [fetch], { options: { budget: { perRun: { toolCalls: 1 } } } })
    await pass((await agent.run('go')).completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual(['fetched'])
  })

  test('whose outcome nobody saw before a crash counts, and the call is given up when none is left', async () => {
    const { tool: fetch, seen } = flaky(9, { effect: 'idempotent', readOnly: false, access: () => [{ kind: 'net', host: 'a' }] })
    const store = memoryStore()
    const process = { gone: false }
    const append: SessionStore['append'] = async (...given) => {
      if (process.gone) throw new AgentError('store_unavailable', 'this process is gone', { retryable: false })
      return store.append(...given)
    }
    const first = start([[callOf('fetch')], 'done'], [fetch], {
      lanes: { execute: { retry: { attempts: 3, baseDelayMs: 60_000 } } },
      options: { store: { ...store, append } },
    })
    await (await first.agent.session({ id: 'mine' })).send('go')
    for (let turn = 0; turn < 10; turn++) await first.host.clock.advance(0)
    expect(seen).toHaveLength(1)
    process.gone = true // in the pause before the second attempt
    await first.host.clock.advance(120_000)
    const queue = laneQueue({ host: first.host, execute: { retry: { attempts: 3 } } })
    const options = { llm: scriptedLlm(['gave up']), tools: [fetch], store, host: first.host, lanes: queue }
    const run = await (await createAgent(options).session({ id: 'mine' })).resume()
    if (run === undefined) throw new Error('nothing to resume')
    await pass(run.completed(), first.host.clock)
    expect([seen.length, new Set(seen).size]).toEqual([3, 1])
    expect(await queue.deadLetters()).toMatchObject([{ attempts: 3 }])
  })

  test('of an external lane is recorded before somebody takes it, and what they say is its result', async () => {
    const local = { ran: false }
    const build = tool({
      name: 'build',
      description: 'Builds.',
      access: () => [{ kind: 'exec', command: 'make' }],
      execute: () => (local.ran = true),
    })
    const { agent, host, llm, queue } = start([[callOf('build', { target: 'all' })], 'done'], [build], {
      lanes: { execute: { handler: 'external' } },
      options: { confirm: async () => ({ decision: 'approve' }) },
    })
    const run = await agent.run('go')
    const taking = queue.take({ signal: new AbortController().signal })
    const task = await pass(taking, host.clock)
    expect(task).toMatchObject({ tool: 'build', payload: { target: 'all' }, sessionId: run.sessionId })
    const state = await (await agent.session({ id: run.sessionId })).state()
    expect(state.run?.batch?.states.get(task.callId)?.start).toMatchObject({ idempotencyKey: task.idempotencyKey, attempt: 1 })
    expect([queue.complete(task.taskId, { result: 'built' }), queue.complete(task.taskId, { error: 'no' })]).toEqual([true, false])
    await pass(run.completed(), host.clock)
    expect([resultsIn(llm.requests[1]), local.ran]).toEqual([['built'], false])
  })
})
