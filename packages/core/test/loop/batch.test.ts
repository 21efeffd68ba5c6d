/** One reply's tool calls: together where they may, results in call order, and every one through the one gate. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Access, createAgent, defineMiddleware, jsonSchema, policy, type Tool, tool, type ToolContext } from '../../src/index.ts'
import { conflictsAny } from '../../src/model/access.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { eventsOf, resultsIn } from '../middleware/runs.ts'

const free = policy({ default: 'allow' })
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const simple = (name: string, execute: (context: ToolContext) => unknown, more: Partial<Parameters<typeof tool>[0]> = {}): Tool =>
  tool({ name, description: 'Does it.', access: () => [], effect: 'unsafe', execute: (_, context) => execute(context), ...more })

/** What the model reads of one reply's calls, by agents that may do everything. */
async function batch(tools: readonly Tool[], calls: readonly ReturnType<typeof callOf>[], maxParallelTools = 8) {
  const llm = scriptedLlm([calls, 'done'])
  const run = await createAgent({ llm, tools, permissions: free, maxParallelTools }).run('go')
  const result = await run.result
  return { run, result, read: resultsIn(llm.requests[1]), llm }
}

describe('the calls of one reply', () => {
  test('run together, and their results stand in the order of the calls, whichever ends first', async () => {
    const order: string[] = []
    const after = (name: string, ticks: number) =>
      simple(name, async () => {
        for (let left = ticks; left > 0; left--) await tick()
        order.push(name)
        return name
      })
    const { run, read } = await batch(
      [after('slow', 20), after('middle', 10), after('quick', 0)],
      ['slow', 'middle', 'quick'].map((name) => callOf(name)),
    )
    expect(order).toEqual(['quick', 'middle', 'slow'])
    expect((await eventsOf(run, 'tool_end')).map(({ name }) => name)).toEqual(order)
    expect(read).toEqual(['slow', 'middle', 'quick'])
  })

  test('overlap just where they may, up to the limit', { timeout: 30_000 }, async () => {
    const places: readonly Access[] = [
      { kind: 'read', path: 'a' },
      { kind: 'write', path: 'a' },
      { kind: 'read', path: 'b' },
      { kind: 'write', path: 'b/c' },
      { kind: 'exec', command: 'make' },
      { kind: 'other' },
    ]
    const plan = fc.array(fc.record({ at: fc.constantFrom(0, 0, 1, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6), ticks: fc.nat(4) }), {
      minLength: 1,
      maxLength: 10,
    })
    let together = 0
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 6 }), async (calls, limit) => {
        const touching = (at: number): readonly Access[] => places.slice(at, at + 1)
        const running: number[] = []
        const work = tool<{ at: number; ticks: number }>({
          name: 'work',
          description: 'Works.',
          input: jsonSchema<{ at: number; ticks: number }>({ type: 'object' }),
          access: ({ at }) => touching(at),
          effect: 'unsafe',
          execute: async ({ at, ticks }) => {
            expect(running.filter((other) => conflictsAny(touching(other), touching(at)))).toEqual([])
            running.push(at)
            expect(running.length).toBeLessThanOrEqual(limit)
            together = Math.max(together, running.length)
            for (let left = ticks; left > 0; left--) await tick()
            running.splice(running.indexOf(at), 1)
            return `${at}`
          },
        })
        const { read } = await batch(
          [work],
          calls.map((call, n) => callOf('work', { ...call, n })),
          limit,
        )
        expect(read).toEqual(calls.map(({ at }) => `${at}`))
      }),
      { numRuns: 80, examples: [[Array.from({ length: 8 }, () => ({ at: 6, ticks: 4 })), 6]] },
    )
    expect(together).toBe(6)
  })

  test('get ids that can be told apart, whatever the provider gave them', async () => {
    const { llm, run } = await batch(
      [simple('go', () => 'ok')],
      [callOf('go', 1), callOf('go', 2), callOf('go', 3, 'same'), callOf('go', 4, 'same'), callOf('go', 5, 'not allowed!')],
    )
    const [said, read] = llm.requests[1]?.messages.slice(-2) ?? []
    const ids = (said?.content ?? []).flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))
    expect(new Set(ids).size).toBe(5)
    expect((read?.content ?? []).map((block) => (block.type === 'tool_result' ? block.toolUseId : ''))).toEqual(ids)
    expect((await eventsOf(run, 'tool_end')).map(({ id }) => id)).toEqual(ids)
  })

  test('keep the ids that a provider gave them, and lose them where an earlier turn had the same', async () => {
    const llm = scriptedLlm([[callOf('go', { n: 1 }, 'call_a')], [callOf('go', { n: 2 }, 'call_a')], 'done'])
    const run = await createAgent({ llm, tools: [simple('go', () => 'ok')] }).run('go')
    await run.completed()
    const ids = (await eventsOf(run, 'tool_end')).map(({ id }) => id)
    expect(ids[0]).toBe('call_a')
    expect(ids[1]).not.toBe('call_a')
  })

  test('know who they are: one key each, the session that they belong to, and the holder they act for', async () => {
    const seen: Pick<ToolContext, 'callId' | 'idempotencyKey' | 'fence' | 'session'>[] = []
    const look = simple('look', ({ callId, idempotencyKey, fence, session }) => void seen.push({ callId, idempotencyKey, fence, session }))
    const llm = scriptedLlm([[callOf('look', { n: 1 }), callOf('look', { n: 2 })], 'done'])
    const run = await createAgent({ llm, tools: [look] }).run('go', { metadata: { user: '42' } })
    await run.completed()
    expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
    for (const { fence, session } of seen) expect([fence, session]).toEqual([1, { id: run.sessionId, metadata: { user: '42' } }])
    expect((await eventsOf(run, 'tool_execution_start')).map(({ callId, idempotencyKey }) => ({ callId, idempotencyKey }))).toEqual(
      seen.map(({ callId, idempotencyKey }) => ({ callId, idempotencyKey })),
    )
  })

  test('show their progress while they run, and it is no part of the result', async () => {
    const talk = simple('talk', ({ progress }) => {
      progress('half')
      progress('way')
      return 'done'
    })
    const llm = scriptedLlm([[callOf('talk')], 'done'])
    const run = await createAgent({ llm, tools: [talk] }).run('go')
    const deltas = eventsOf(run, 'tool_output_delta')
    await run.completed()
    expect((await deltas).map(({ name, delta }) => [name, delta])).toEqual([
      ['talk', 'half'],
      ['talk', 'way'],
    ])
    expect(resultsIn(llm.requests[1])).toEqual(['done'])
  })
})

describe('what a call would touch', () => {
  test('is looked up again just before it runs: what has changed since it was judged is not done', async () => {
    let target = 'a'
    let runs = 0
    const follow = simple('follow', () => `ran ${++runs}`, { access: () => [{ kind: 'write', path: target }] })
    const first = simple('first', () => ((target = 'b'), 'moved the link'), { access: () => [{ kind: 'write', path: 'a' }] })
    const { read } = await batch([first, follow], [callOf('first'), callOf('follow')])
    expect(read).toEqual(['moved the link', expect.stringContaining('write a became write b. Call it again to have it judged anew.')])
    expect(runs).toBe(0)
  })

  test('is a result for the model when the tool cannot say it', async () => {
    const vague = simple('vague', () => 'ran', {
      access: () => {
        throw new Error('no such drive')
      },
    })
    expect((await batch([vague], [callOf('vague')])).read).toEqual(["The arguments of 'vague' were refused: no such drive"])
  })

  test.each([
    ['access', 1],
    ['access', 2],
    ['witness', 1],
  ] as const)('and a tool that never says it (%s, question %i) does not keep a run from being cancelled', async (question, at) => {
    const asked = Promise.withResolvers<void>()
    let questions = 0
    const never = (): unknown => (++questions < at ? [] : (asked.resolve(), new Promise(() => {})))
    const mute = simple('mute', () => 'ran', { [question]: never })
    const run = await createAgent({ llm: scriptedLlm([[callOf('mute')]]), tools: [mute], permissions: free }).run('go')
    await asked.promise
    expect(await run.cancel('enough')).toBe(true)
    expect(await eventsOf(run, 'tool_end')).toMatchObject([{ errorKind: 'cancelled' }])
  })
})

describe('the gate', () => {
  test('is passed by every call: the model’s, and those that tools make, however deep', async () => {
    const passed: string[] = []
    const ran: string[] = []
    const watch = defineMiddleware({
      name: 'watch',
      start: () => ({
        wrapToolCall: (invocation, next) => {
          passed.push(`${invocation.call.name} ${invocation.parentCallId === undefined ? 'top' : 'nested'}`)
          return next(invocation)
        },
      }),
    })
    const leaf = simple('leaf', () => String(ran.push('leaf')))
    const inner = simple('inner', async ({ invoke }) => (ran.push('inner'), (await invoke('leaf', {})).content), { effect: 'composite' })
    const outer = simple('outer', async ({ invoke }) => (ran.push('outer'), (await invoke('inner', {})).content), { effect: 'composite' })
    const llm = scriptedLlm([[callOf('outer'), callOf('leaf')], 'done'])
    const run = await createAgent({ llm, tools: [outer, inner, leaf], use: [watch] }).run('go')
    await run.completed()
    expect(passed.toSorted()).toEqual(['inner nested', 'leaf nested', 'leaf top', 'outer top'])
    expect(ran.toSorted()).toEqual(['inner', 'leaf', 'leaf', 'outer'])
    const ids = (await eventsOf(run, 'tool_execution_start')).map(({ callId, name }) => `${name} ${callId.replace(/^\d+\./, '')}`)
    expect(ids.toSorted()).toEqual(['inner 0/0', 'leaf 0/0/0', 'leaf 1', 'outer 0'])
  })

  test('can stop a call, and nothing of it happens', async () => {
    let ran = false
    const no = defineMiddleware({
      name: 'no',
      start: () => ({ wrapToolCall: async () => ({ type: 'result', result: { content: 'no', isError: true } }) }),
    })
    const llm = scriptedLlm([[callOf('go')], 'done'])
    const run = await createAgent({ llm, tools: [simple('go', () => (ran = true))], use: [no] }).run('go')
    await run.completed()
    expect([ran, resultsIn(llm.requests[1])]).toEqual([false, ['no']])
    expect(await eventsOf(run, 'tool_execution_start')).toEqual([])
  })

  test('lets a tool read that its nested call failed, was unknown or did not match its schema', async () => {
    const strict = tool<{ n: number }>({
      name: 'strict',
      description: 'Counts.',
      input: jsonSchema<{ n: number }>({ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }),
      readOnly: true,
      execute: ({ n }) => {
        if (n > 1) throw new Error('too many')
        return n
      },
    })
    const outer = simple('outer', async ({ invoke }) => {
      const results = await Promise.all([
        invoke('strict', { n: 1 }),
        invoke('strict', { n: 2 }),
        invoke('strict', {}),
        invoke('nobody', {}),
      ])
      return results.map(({ isError, errorKind = 'none' }) => `${isError} ${errorKind}`)
    })
    const { read } = await batch([outer, strict], [callOf('outer')])
    expect(read).toEqual([JSON.stringify(['false none', 'true failed', 'true invalid_input', 'true unknown_tool'])])
  })

  test('ends a nested call that its caller did not wait for before the caller itself, and stops it', async () => {
    const stopped = Promise.withResolvers<unknown>()
    const hang = simple('hang', ({ signal }) => {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason), { once: true })
      return stopped.promise.then(() => 'stopped in time')
    })
    const race = simple('race', async ({ invoke }) => (await Promise.race([invoke('hang', {}), invoke('quick', {})])).content)
    const { run, read } = await batch([race, hang, simple('quick', () => 'first')], [callOf('race')])
    expect(read).toEqual(['first'])
    expect(await stopped.promise).toMatchObject({ message: expect.stringContaining("'race' has ended") })
    expect((await eventsOf(run, 'tool_end')).map(({ name }) => name)).toEqual(['quick', 'hang', 'race'])
  })
})
