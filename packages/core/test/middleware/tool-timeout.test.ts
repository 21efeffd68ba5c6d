/** A tool call's time: it begins with the work, ends also what does not listen, and never ends the run. */
import { describe, expect, test } from 'vitest'
import { type Access, createAgent, type Effect, policy, type Run, type Tool, tool, type ToolContext } from '../../src/index.ts'
import { callOf, manualHost, scriptedLlm } from '../../src/testing.ts'
import { collect, eventsOf, pass, resultsIn } from './runs.ts'

type Work = { readonly effect?: Effect; readonly timeoutMs?: number; readonly access?: readonly Access[] }

/** A tool that does as it is told with its time. */
const slow = (name: string, execute: (context: ToolContext) => unknown, { effect = 'unsafe', timeoutMs, access = [] }: Work = {}): Tool =>
  tool({
    name,
    description: 'Takes its time.',
    effect,
    access: () => access,
    execute: (_, context) => execute(context),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })

/** Hangs until its signal fires. */
const hang = ({ signal }: ToolContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

/** Hangs, whatever its signal says. */
const deaf = (): Promise<never> => new Promise(() => {})

/** How long each call took, by name, in milliseconds of the clock that the test moves. */
async function durations(run: Run): Promise<Record<string, number>> {
  const starts = new Map<string, number>()
  const took: Record<string, number> = {}
  for (const { event, timestamp } of await collect(run)) {
    if (event.type === 'tool_execution_start') starts.set(event.callId, timestamp)
    if (event.type === 'tool_end') took[event.name] = timestamp - (starts.get(event.callId) ?? NaN)
  }
  return took
}

function start(tools: readonly Tool[], timeouts: { readonly toolMs?: number } = {}) {
  const host = manualHost()
  const llm = scriptedLlm([tools.slice(0, 1).map(({ definition }) => callOf(definition.name)), 'went on'])
  return { host, llm, agent: createAgent({ llm, tools, host, timeouts }) }
}

describe('a tool call that takes too long', () => {
  test('is stopped after ten minutes, and the run goes on', { timeout: 30_000 }, async () => {
    const { host, llm, agent } = start([slow('slow', hang, { effect: 'none' })])
    const run = await agent.run('go')
    expect(await pass(run.completed(), host.clock, 10_000)).toMatchObject({ text: 'went on' })
    expect(await durations(run)).toEqual({ slow: 600_000 })
    expect(resultsIn(llm.requests[1])).toEqual(["The tool 'slow' was stopped: it did not finish within 600000 ms."])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, errorKind: 'timeout' }])
  })

  test.each(['unsafe', 'keyed', 'idempotent'] as const)('may have had its %s effect: nobody says that it failed', async (effect) => {
    const { host, llm, agent } = start([slow('slow', hang, { effect })], { toolMs: 1000 })
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual([
      expect.stringMatching(/^Nobody knows whether this call of 'slow' took effect: it did not finish within 1000 ms\. .*Find out/),
    ])
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ isError: true, errorKind: 'timeout' }])
  })

  test('has its own time where it says so, and no limit where it says 0', async () => {
    const own = start([slow('slow', hang, { timeoutMs: 3000 })], { toolMs: 1000 })
    const run = await own.agent.run('go')
    await pass(run.completed(), own.host.clock)
    expect(await durations(run)).toEqual({ slow: 3000 })
    for (const [timeoutMs, toolMs] of [
      [0, 1000],
      [undefined, 0],
    ] as const) {
      const released = Promise.withResolvers<string>()
      const patient = start([slow('slow', () => released.promise, timeoutMs === undefined ? {} : { timeoutMs })], { toolMs })
      const long = await patient.agent.run('go')
      await patient.host.clock.advance(60_000)
      released.resolve('at last')
      await long.completed()
      expect(resultsIn(patient.llm.requests[1])).toEqual(['at last'])
    }
  })

  test('is left behind two seconds later when it ignores its signal, and what it says then changes nothing', async () => {
    const late = Promise.withResolvers<string>()
    const { host, llm, agent } = start([slow('slow', () => late.promise)], { toolMs: 1000 })
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(await durations(run)).toEqual({ slow: 3000 })
    expect(resultsIn(llm.requests[1])).toEqual([expect.stringMatching(/^Nobody knows/)])
    late.reject(new Error('too late'))
    await host.clock.advance(1000)
    expect(await eventsOf(run, 'tool_end')).toHaveLength(1)
  })

  test('may still say what it came to, soon after it was told to stop', async () => {
    const { host, llm, agent } = start(
      [
        slow(
          'slow',
          ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('half of it'), { once: true })),
        ),
      ],
      { toolMs: 1000 },
    )
    await pass((await agent.run('go')).completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual(['half of it'])
  })

  test('does not spend its time on a person who thinks, nor on its place in the queue', async () => {
    const host = manualHost()
    const write = (name: string) =>
      slow(name, ({ signal }) => host.clock.sleep(800, { signal }).then(() => 'ok'), { access: [{ kind: 'write', path: 'a' }] })
    const llm = scriptedLlm([[callOf('first'), callOf('second')], 'went on'])
    const agent = createAgent({
      llm,
      tools: [write('first'), write('second')],
      host,
      timeouts: { toolMs: 1000 },
      confirm: () => host.clock.sleep(60_000).then(() => ({ decision: 'approve' })),
    })
    const run = await agent.run('go')
    await pass(run.completed(), host.clock, 10_000)
    expect(resultsIn(llm.requests[1])).toEqual(['ok', 'ok'])
  })

  test('ends no other call with it', async () => {
    const host = manualHost()
    const llm = scriptedLlm([[callOf('slow'), callOf('quick')], 'went on'])
    const tools = [slow('slow', hang), slow('quick', () => host.clock.sleep(5000).then(() => 'fine'), { timeoutMs: 9000 })]
    const run = await createAgent({ llm, tools, host, timeouts: { toolMs: 1000 } }).run('go')
    await pass(run.completed(), host.clock)
    expect(resultsIn(llm.requests[1])).toEqual([expect.stringMatching(/^Nobody knows/), 'fine'])
  })
})

describe('a tool call that calls others', () => {
  test('takes them with it when its time is up', async () => {
    const stopped: unknown[] = []
    const inner = slow('inner', (context) => hang(context).catch((error: unknown) => (stopped.push(error), 'stopped')))
    const outer = slow('outer', ({ invoke }) => invoke('inner', {}), { effect: 'composite', timeoutMs: 1000 })
    const { host, llm, agent } = start([outer, inner])
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    expect(stopped).toMatchObject([{ code: 'timeout', message: "The tool 'outer' did not finish within 1000 ms" }])
    expect(await durations(run)).toMatchObject({ inner: 1000, outer: 1000 })
    expect(resultsIn(llm.requests[1])).toHaveLength(1)
  })

  test('has each of them ended, also those that ignore their signal', async () => {
    const outer = slow('outer', ({ invoke }) => invoke('inner', {}), { effect: 'composite', timeoutMs: 1000 })
    const { host, llm, agent } = start([outer, slow('inner', deaf)])
    const run = await agent.run('go')
    await pass(run.completed(), host.clock)
    const ends = await eventsOf(run, 'tool_end')
    expect(ends.map(({ name, errorKind }) => [name, errorKind])).toEqual([
      ['inner', 'unknown_outcome'],
      ['outer', 'timeout'],
    ])
    expect(ends[0]?.output).toMatch(/^Nobody knows whether this call of 'inner' took effect/)
    expect(resultsIn(llm.requests[1])).toEqual([expect.stringMatching(/^Nobody knows whether this call of 'outer'/)])
  })

  test('makes no more of them once it was left behind', async () => {
    let effects = 0
    const wake = Promise.withResolvers<void>()
    const tried = Promise.withResolvers<unknown>()
    const inner = slow('inner', () => `effect ${++effects}`)
    const outer = slow(
      'outer',
      async ({ invoke }) => {
        await wake.promise
        tried.resolve(await invoke('inner', {}).catch((error: unknown) => error))
      },
      { timeoutMs: 1000 },
    )
    const host = manualHost()
    const last = Promise.withResolvers<string>()
    const llm = scriptedLlm([[callOf('outer')], () => last.promise])
    const run = await createAgent({ llm, tools: [outer, inner], host }).run('go')
    await host.clock.advance(5000)
    wake.resolve()
    expect(await tried.promise).toMatchObject({ code: 'timeout' })
    last.resolve('went on')
    await run.completed()
    expect(effects).toBe(0)
    expect((await eventsOf(run, 'tool_execution_start')).map(({ name }) => name)).toEqual(['outer'])
  })

  test('makes no more of them once it has returned', async () => {
    let effects = 0
    const tried = Promise.withResolvers<unknown>()
    const wake = Promise.withResolvers<void>()
    const inner = slow('inner', () => `effect ${++effects}`)
    const outer = slow('outer', ({ invoke }) => {
      void wake.promise.then(() => invoke('inner', {})).catch((error: unknown) => tried.resolve(error))
      return 'done, so it says'
    })
    const last = Promise.withResolvers<string>()
    const llm = scriptedLlm([[callOf('outer')], () => last.promise])
    const run = await createAgent({ llm, tools: [outer, inner] }).run('go')
    for await (const { event } of run) if (event.type === 'turn_start' && event.turn === 2) break
    wake.resolve()
    expect(await tried.promise).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining("'outer' has ended") })
    last.resolve('went on')
    await run.completed()
    expect(effects).toBe(0)
  })
})

describe('a run that is cancelled', () => {
  test('waits two seconds for a tool that ignores its signal, and says that its outcome is unknown', async () => {
    const host = manualHost()
    const llm = scriptedLlm([[callOf('slow')], 'never'])
    const session = await createAgent({ llm, tools: [slow('slow', deaf)], host, permissions: policy({ default: 'allow' }) }).session()
    const run = await session.send('go')
    await host.clock.advance(1000)
    const before = host.clock.now()
    expect(await pass(run.cancel('enough'), host.clock)).toBe(true)
    expect(host.clock.now() - before).toBeLessThanOrEqual(2250)
    expect(await eventsOf(run, 'tool_end')).toMatchObject([
      { errorKind: 'unknown_outcome', output: expect.stringContaining('cancelled (enough)') },
    ])
  })
})
