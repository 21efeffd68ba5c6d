/** Approvals inside calls that call others: what may be run again waits, what may not is told so, and nothing is done twice. */
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  type Answer,
  createAgent,
  type Json,
  memoryStore,
  type Run,
  type Session,
  tool,
  type ToolContext,
  type ToolResult,
} from '../../src/index.ts'
import { resultText } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { collect, eventsOf, resultsIn } from '../middleware/runs.ts'

/** A tool that calls others in one way or another, in a place whose tools write down what was done. */
function nest(
  outer: (invoke: ToolContext['invoke'], attempt: number) => Promise<unknown>,
  effect: 'composite' | 'unsafe' | 'none' = 'composite',
) {
  const done: string[] = []
  let attempts = 0
  const write = tool({
    name: 'write',
    description: 'Writes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'unsafe',
    execute: (input) => `wrote ${done.push(JSON.stringify(input))}`,
  })
  const quick = tool({
    name: 'quick',
    description: 'Is quick.',
    access: () => [],
    execute: (input) => `quick ${done.push(JSON.stringify(input))}`,
  })
  const wipe = tool({
    name: 'wipe',
    description: 'Wipes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'unsafe',
    execute: (input) => `wiped ${done.push(`wipe ${JSON.stringify(input)}`)}`,
  })
  const slow = tool({
    name: 'slow',
    description: 'Is slow.',
    access: () => [],
    execute: async (_, { signal }) => {
      for (let left = 10; left > 0; left--) {
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      }
      return `slow ${done.push('slow')}`
    },
  })
  const calls = tool({
    name: 'calls',
    description: 'Calls others.',
    access: () => [],
    effect,
    execute: (_, { invoke }) => outer(invoke, ++attempts),
  })
  const wraps = tool({
    name: 'wraps',
    description: 'Calls what calls others.',
    access: () => [],
    effect: 'composite',
    execute: async (_, { invoke }) => (await invoke('calls', {})).content,
  })
  const fixes = tool({
    name: 'fixes',
    description: 'Calls what calls others, and may not be run again.',
    access: () => [],
    execute: async (_, { invoke }) => (await invoke('calls', {})).content,
  })
  const store = memoryStore()
  const agent = (
    replies: readonly ScriptedReply[],
    confirm?: () => Promise<Answer>,
  ): { readonly llm: ReturnType<typeof scriptedLlm>; readonly agent: Agent } => {
    const llm = scriptedLlm(replies)
    return {
      llm,
      agent: createAgent({
        llm,
        tools: [write, quick, wipe, slow, calls, wraps, fixes],
        store,
        ...(confirm === undefined ? {} : { confirm }),
      }),
    }
  }
  return { done, agent, attempts: () => attempts }
}

const words = ({ content }: ToolResult): string => resultText(content)

/** Answers what waits, each time in another process, until nothing does. Returns what was asked in each round. */
async function untilDone(place: ReturnType<typeof nest>, run: Run, answer: (args: Json) => Answer = () => ({ decision: 'approve' })) {
  const rounds: Json[][] = []
  for (let current: Run | undefined = run; ;) {
    const result = await current.result
    const { llm, agent } = place.agent(['done'])
    const session: Session = await agent.session({ id: run.sessionId })
    if (result.status !== 'suspended') return { rounds, result, llm, session }
    expect(rounds.length, 'goes round in circles').toBeLessThan(8)
    rounds.push(result.waitingFor.map(({ args }) => args))
    for (const { requestId, args } of result.waitingFor) await session.answer(requestId, answer(args))
    current = (await session.resume()) ?? run
    await current.result
    if ((await current.result).status !== 'suspended') return { rounds, result: await current.result, llm, session }
  }
}

describe('a tool that may be run again', () => {
  test('waits for each of its calls in turn, and none of them is made twice', async () => {
    const place = nest(async (invoke) =>
      [await invoke('quick', { n: 0 }), await invoke('write', { n: 1 }), await invoke('quick', { n: 2 }), await invoke('write', { n: 3 })]
        .map(words)
        .join('; '),
    )
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    const { rounds, llm, session } = await untilDone(place, run)
    expect(rounds).toEqual([[{ n: 1 }], [{ n: 3 }]])
    expect(place.done).toEqual([0, 1, 2, 3].map((n) => JSON.stringify({ n })))
    expect(place.attempts()).toBe(3)
    expect(resultsIn(llm.requests[0])).toEqual(['quick 1; wrote 2; quick 3; wrote 4'])
    const facts = (await collect(session.events({ follow: false }))).map(({ event }) => event)
    const starts = facts.flatMap((event) => (event.type === 'tool_execution_start' ? [`${event.name} ${event.attempt}`] : []))
    expect(starts).toEqual(['calls 1', 'quick 1', 'calls 2', 'write 1', 'quick 1', 'calls 3', 'write 1'])
  })

  test('waits for all at once that it makes at once', async () => {
    const place = nest(async (invoke) => (await Promise.all([1, 2, 3].map((n) => invoke('write', { n })))).map(words).join('; '))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    const { rounds, llm } = await untilDone(place, run, (args) =>
      JSON.stringify(args) === '{"n":2}' ? { decision: 'reject', message: 'not two' } : { decision: 'approve' },
    )
    expect(rounds).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }]])
    expect(place.done).toEqual(['{"n":1}', '{"n":3}'])
    expect(resultsIn(llm.requests[0])).toEqual(['wrote 1; It was rejected: not two; wrote 2'])
  })

  test('waits also when it takes no notice of that', async () => {
    const place = nest(async (invoke) => invoke('write', { n: 1 }).then(words, () => 'never mind'))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    const { rounds, llm } = await untilDone(place, run)
    expect(rounds).toEqual([[{ n: 1 }]])
    expect(resultsIn(llm.requests[0])).toEqual(['wrote 1'])
  })

  test('has its other calls finish before it waits, and they are not made again', async () => {
    const place = nest(async (invoke) => (await Promise.all([invoke('slow', {}), invoke('write', { n: 1 })])).map(words).join('; '))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    expect((await run.result).status).toBe('suspended')
    expect(place.done).toEqual(['slow'])
    const events = (await collect(run)).map(({ event }) => event.type)
    expect(events.lastIndexOf('tool_end')).toBeLessThan(events.indexOf('run_suspended'))
    const { llm } = await untilDone(place, run)
    expect(place.done).toEqual(['slow', '{"n":1}'])
    expect(resultsIn(llm.requests[0])).toEqual(['slow 1; wrote 2'])
  })

  test('waits in another one that may, however deep', async () => {
    const place = nest(async (invoke) => [await invoke('write', { n: 1 }), await invoke('write', { n: 2 })].map(words).join('; '))
    const run = await place.agent([[callOf('wraps')]]).agent.run('go')
    const { rounds, llm } = await untilDone(place, run)
    expect(rounds).toEqual([[{ n: 1 }], [{ n: 2 }]])
    expect(resultsIn(llm.requests[0])).toEqual(['wrote 1; wrote 2'])
  })

  test('is run with arguments that a person wrote for one of its calls', async () => {
    const place = nest(async (invoke) => words(await invoke('write', { n: 1 })))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    await untilDone(place, run, () => ({ decision: 'approve', input: { n: 7 } }))
    expect(place.done).toEqual(['{"n":7}'])
  })

  test('is told when it makes another call in the place of one that was made, which is not answered by that', async () => {
    const place = nest(async (invoke, attempt) =>
      [await invoke('quick', { attempt }), await invoke('write', { n: 1 })].map(words).join('; '),
    )
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    const { llm } = await untilDone(place, run)
    expect(resultsIn(llm.requests[0])).toEqual([
      expect.stringMatching(/was another one before: .*same calls in the same order\.; wrote 2$/),
    ])
    expect(place.done).toEqual(['{"attempt":1}', '{"n":1}'])
  })

  test.each([
    ['another tool', 'wipe', { to: 'bob' }],
    ['other arguments', 'write', { to: 'eve' }],
  ])('spends no approval of a call on another one: %s', async (_, name, input) => {
    const place = nest(async (invoke, attempt) => words(await (attempt === 1 ? invoke('write', { to: 'bob' }) : invoke(name, input))))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    expect((await run.result).status).toBe('suspended')
    const { agent, llm } = place.agent(['done'])
    const session = await agent.session({ id: run.sessionId })
    const [waiting] = await session.waitingFor()
    expect(waiting).toMatchObject({ toolName: 'write', args: { to: 'bob' } })
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    await (await session.resume())?.completed()
    expect(place.done).toEqual([])
    expect(resultsIn(llm.requests[0])).toEqual([expect.stringMatching(/was another one before/)])
  })

  test('is cancelled whole while it waits', async () => {
    const place = nest(async (invoke) => [await invoke('quick', {}), await invoke('write', {})].map(words))
    const run = await place.agent([[callOf('calls')]]).agent.run('go')
    await run.result
    const session = await place.agent([]).agent.session({ id: run.sessionId })
    expect(await session.cancel('enough')).toBe(true)
    const facts = (await collect(session.events({ follow: false }))).map(({ event }) => event)
    const ends = facts.flatMap((event) => (event.type === 'tool_end' ? [`${event.name} ${event.isError}`] : []))
    expect(ends).toEqual(['quick false', 'calls true'])
    expect(await session.waitingFor()).toEqual([])
    expect(place.done).toHaveLength(1)
  })
})

describe('a tool that may not be run again', () => {
  test.each(['calls', 'fixes'] as const)(
    'cannot wait for its calls: they are refused, with the reason, and the run goes on (%s)',
    async (name) => {
      const place = nest(async (invoke) => words(await invoke('write', { n: 1 })), name === 'calls' ? 'unsafe' : 'composite')
      const { llm, agent } = place.agent([[callOf(name)], 'done'])
      const run = await agent.run('go')
      expect(await run.completed()).toMatchObject({ text: 'done' })
      expect(resultsIn(llm.requests[1])).toEqual([
        expect.stringMatching(/^'write' needs an approval that nobody here can give, and 'calls' cannot wait for one/),
      ])
      expect(place.done).toEqual([])
      const nested = (await eventsOf(run, 'tool_end')).filter(({ callId }) => callId.includes('/'))
      expect(nested.map(({ callId }) => callId)).toEqual([...new Set(nested.map(({ callId }) => callId))])
      expect(nested.find(({ name: ended }) => ended === 'write')).toMatchObject({ isError: true, errorKind: 'permission_denied' })
    },
  )

  test('may have them approved by somebody who is there', async () => {
    const place = nest(async (invoke) => words(await invoke('write', { n: 1 })), 'unsafe')
    const { llm, agent } = place.agent([[callOf('calls')], 'done'], async () => ({ decision: 'approve' }))
    await (await agent.run('go')).completed()
    expect(resultsIn(llm.requests[1])).toEqual(['wrote 1'])
    expect(place.attempts()).toBe(1)
  })
})

test('a tool that changes nothing may wait as well', async () => {
  const place = nest(async (invoke) => words(await invoke('write', { n: 1 })), 'none')
  const run = await place.agent([[callOf('calls')]]).agent.run('go')
  const { rounds, llm } = await untilDone(place, run)
  expect([rounds, resultsIn(llm.requests[0])]).toEqual([[[{ n: 1 }]], ['wrote 1']])
})
