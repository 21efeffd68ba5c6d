/** What a child may: never more than its parent, a share of its budget, so deep and no deeper. */
import { describe, expect, test } from 'vitest'
import { AgentError, AgentRegistry, openSession, policy, tool } from '../../src/index.ts'
import type { AgentEvent, Fact } from '../../src/kit.ts'
import { shareOf } from '../../src/subagents/grants.ts'
import { noUsage } from '../../src/kit.ts'
import { foldChildren, NO_CHILDREN } from '../../src/subagents/children.ts'
import { foldSpent, NOTHING_SPENT } from '../../src/middleware/run-budget.ts'
import { callOf } from '../../src/testing.ts'
import { factsOf } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

const eventsIn = async (store: Parameters<typeof openSession>[0], id: string): Promise<AgentEvent[]> =>
  (await factsOf(await openSession(store, id))).map(({ event }) => event)

const isEnd = (event: AgentEvent) => event.type === 'subagent_end'

describe('permissions', () => {
  test('of a definition that allows everything do not widen those of the parent', async () => {
    const done: string[] = []
    const write = tool({
      name: 'write',
      description: 'Writes.',
      access: () => [{ kind: 'write', path: 'a' }],
      execute: () => done.push('w'),
    })
    const agents = new AgentRegistry([{ name: 'free', description: 'May all.', permissions: policy({ default: 'allow' }) }])
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return resultsOf(request).join()
      return promptOf(request) === 'go' ? [give('x', { agent: 'free' })] : [callOf('write')]
    })
    const permissions = policy({ default: ({ kind }) => (kind === 'agent' ? 'allow' : 'deny') })
    const { agent } = family(llm, { extra: [write], permissions, task: { agents } })
    expect((await (await agent.run('go')).completed()).text).toContain("'write' was not allowed")
    expect(done).toEqual([])
  })
})

describe('a budget', () => {
  /** Children look again and again, 3,000 tokens each time, until something stops them. */
  const hungry = (first: ReturnType<typeof give>[], then?: ReturnType<typeof give>[]) =>
    modelOf((request) => {
      const turns = turnsOf(request)
      if (promptOf(request) === 'go') return turns === 0 ? first : turns === 1 && then !== undefined ? then : 'the end'
      if (promptOf(request) === 'little') return 'enough'
      return { blocks: [callOf('look', { turn: turns })], usage: { ...noUsage, input: 3000 } }
    })

  test('is shared among the tasks that run at once, and each fails alone when its share is gone', async () => {
    const { agent, store } = family(
      hungry([callOf('task', { tasks: [give('a'), give('b')].map(() => ({ agent: 'general', prompt: 'eat' })) })]),
      {
        extra: [look],
        budget: { perRun: { tokens: 80_000 } },
      },
    )
    const run = await agent.run('go')
    expect(await run.result).toMatchObject({ status: 'completed', text: 'the end' })
    const ends = (await eventsIn(store, run.sessionId)).filter(isEnd)
    expect(ends.length).toBe(2)
    for (const end of ends) {
      expect(end).toMatchObject({ status: 'failed', code: 'budget_exhausted' })
      expect(end.usage.input).toBeGreaterThan(3000)
      expect(end.usage.input).toBeLessThanOrEqual(80_000 / 3)
    }
  })

  test('that a task did not use is there for the next one', async () => {
    const { agent, store } = family(hungry([give('little')], [give('little', { description: 'again' })]), {
      budget: { perRun: { tokens: 80_000 } },
    })
    const run = await agent.run('go')
    await run.completed()
    const grants = (await eventsIn(store, run.sessionId)).flatMap((event) =>
      event.type === 'subagent_start' ? [event.grant?.tokens ?? 0] : [],
    )
    expect(grants.length).toBe(2)
    // Half of what is left: the parent has to answer in the end.
    expect(grants[0]).toBeLessThan(40_000)
    expect(grants[1]).toBeGreaterThan(39_900)
  })

  test('leaves the parent enough to go on while a task works in the background', async () => {
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return 'done'
      return turnsOf(request) === 0 ? [give('x', { background: true })] : turnsOf(request) === 1 ? 'I wait.' : 'the end'
    })
    const { agent } = family(llm, { budget: { perRun: { tokens: 60_000 } } })
    expect(await (await agent.run('go')).result).toMatchObject({ status: 'completed', text: 'the end' })
  })

  test('that was granted is not spent by the parent as well', async () => {
    const open = Promise.withResolvers<void>()
    const limits: (number | undefined)[] = []
    const llm = modelOf(async (request) => {
      if (promptOf(request) !== 'go') {
        await open.promise
        return 'done'
      }
      limits.push(request.maxOutputTokens)
      if (turnsOf(request) === 0) return [give('x', { background: true })]
      open.resolve()
      return 'the end'
    })
    const { agent } = family(llm, { budget: { perRun: { tokens: 60_000 } } })
    await (await agent.run('go')).completed()
    expect(limits[1]).toBeLessThan(30_000)
  })

  test.each([false, true])('of tool calls is never passed by all together, with the task in the background: %s', async (background) => {
    let done = 0
    const echo = tool({ name: 'echo', description: 'Echoes.', readOnly: true, execute: () => ++done })
    const echoes = (count: number) => Array.from({ length: count }, (_, n) => callOf('echo', { n, at: done }))
    const llm = modelOf((request) => {
      const turns = turnsOf(request)
      if (promptOf(request) === 'child') return turns < 3 ? echoes(4) : 'done'
      if (turns === 0) return background ? [give('child', { background })] : [give('child'), ...echoes(6)]
      return turns < 3 ? echoes(9) : 'the end'
    })
    const { agent, store } = family(llm, { extra: [echo], budget: { perRun: { toolCalls: 10 } } })
    const run = await agent.run('go')
    await run.completed()
    const parent = await eventsIn(store, run.sessionId)
    const begun = parent.filter(({ type }) => type === 'tool_execution_start').length
    const below = parent.flatMap((event) => (event.type === 'subagent_end' ? [event.toolCalls] : []))
    expect(below).toHaveLength(1)
    expect(done + 1).toBeLessThanOrEqual(10)
    expect(begun).toBeLessThanOrEqual(10)
  })

  test('counts what children lost at its worst', async () => {
    let broken = false
    const llm = modelOf((request) => {
      if (promptOf(request) === 'child') {
        if (broken) return 'done'
        broken = true
        return new AgentError('llm_unavailable', 'the connection broke', { retryable: true })
      }
      return turnsOf(request) === 0 ? [give('child')] : 'the end'
    })
    const { agent, store } = family(llm, { budget: { perRun: { tokens: 80_000 } }, retry: { attempts: 2, baseDelayMs: 1 } })
    const run = await agent.run('go')
    await run.completed()
    const end = (await eventsIn(store, run.sessionId)).find(isEnd)
    const child = end?.type === 'subagent_end' ? await eventsIn(store, end.childSessionId) : []
    const [first] = child.flatMap((event) => (event.type === 'turn_start' ? [event.reservation] : []))
    expect(first?.tokens).toBeGreaterThan(20_000)
    expect(end).toMatchObject({ lost: { tokens: first?.tokens } })
    const spent = (await eventsIn(store, run.sessionId)).reduce(
      (sum, event) => foldSpent({ price: undefined, scope: 'run' })(sum, event as Fact),
      NOTHING_SPENT,
    )
    expect(spent.tokens).toBeGreaterThan(first?.tokens ?? Infinity)
  })

  test('does not hand on what an attempt before may have taken', () => {
    const fold = foldSpent({ price: undefined, scope: 'run' })
    const facts: readonly Fact[] = [
      { type: 'turn_start', turn: 1, attempt: 1, reservation: { tokens: 600 } },
      { type: 'turn_start', turn: 1, attempt: 2, reservation: { tokens: 300 } },
    ]
    const spent = facts.reduce(fold, NOTHING_SPENT)
    expect(shareOf({ tokens: 1000 }, spent, { open: 0, shares: 1 })).toEqual({ tokens: 100 })
  })

  test('counts a task that was opened again once', () => {
    const fold = foldSpent({ price: undefined, scope: 'run' })
    const start = {
      type: 'subagent_start' as const,
      taskId: 't',
      childSessionId: 'c',
      callId: '1.0',
      index: 0,
      childLength: 0,
      agent: 'a',
      description: '',
    }
    const once = fold(NOTHING_SPENT, { ...start, attempt: 1, grant: { tokens: 10 } })
    expect(fold(once, { ...start, attempt: 2, grant: { tokens: 10 } })).toMatchObject({ tokens: 10, usd: 0, toolCalls: 0 })
  })
})

test('a policy that is an object of a class holds for children too', async () => {
  class Own {
    readonly #hidden = 'look'
    judge(): { decision: 'allow'; reason: string } {
      return { decision: 'allow', reason: 'it is mine' }
    }
    exposes(name: string): boolean {
      return name !== this.#hidden
    }
    describe(): string {
      return `all but ${this.#hidden}`
    }
  }
  const llm = modelOf((request) => {
    if (turnsOf(request) > 0) return resultsOf(request).join()
    return promptOf(request) === 'go' ? [give('child')] : request.tools.map(({ name }) => name).join() || 'no tools'
  })
  const { agent } = family(llm, { extra: [look], permissions: new Own() })
  expect((await (await agent.run('go')).completed()).text).toBe('general completed.\nno tools')
})

describe('depth', () => {
  const lead = { name: 'lead', description: 'Leads.', tools: ['*', 'task'] }

  test('ends where maxDepth says: the last ones have no task tool', async () => {
    const agents = new AgentRegistry([lead])
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return 'done'
      return request.tools.some(({ name }) => name === 'task') ? [give(`${promptOf(request)}+`, { agent: 'lead' })] : 'as deep as it goes'
    })
    const { agent } = family(llm, { task: { agents, maxDepth: 2 }, extra: [look] })
    await (await agent.run('go')).completed()
    expect([...new Set(llm.requests.map(promptOf))]).toEqual(['go', 'go+', 'go++'])
  })

  test('counts from where the caller of a step is', async () => {
    const agents = new AgentRegistry([lead])
    const at = async (depth: number): Promise<string> => {
      const llm = modelOf((request) => {
        if (turnsOf(request) > 0) return resultsOf(request).join()
        return promptOf(request) === 'go' ? [give('deeper', { agent: 'lead' })] : `has ${request.tools.some(({ name }) => name === 'task')}`
      })
      const executor = family(llm, { task: { agents, maxDepth: 2 } }).agent.executor()
      const spec = { taskId: 'a', agent: 'default', description: 'x', prompt: 'go', authority: { depth } }
      return (await executor.executeStep(spec, { signal: new AbortController().signal })).output
    }
    expect(await at(0)).toContain('has true')
    expect(await at(1)).toContain('has false')
    expect(await at(2)).toContain('Agents give tasks to agents at most 2 deep')
  })

  test('does not lead past the agents that a definition names', async () => {
    const agents = new AgentRegistry([{ ...lead, agents: ['explore'] }])
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return resultsOf(request).join()
      return promptOf(request) === 'go' ? [give('lead', { agent: 'lead' })] : [give('x', { agent: 'general' })]
    })
    const { agent } = family(llm, { task: { agents } })
    expect((await (await agent.run('go')).completed()).text).toContain("There is no agent 'general'. There are: explore.")
  })
})

describe('several tasks that all fail', () => {
  test('are a failed call, whether some may fail or not', async () => {
    const tasks = [give('a'), give('b')].map(() => ({ agent: 'general', prompt: 'x' }))
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go') return new Error('broken')
      return turnsOf(request) === 0 ? [callOf('task', { tasks, allow_partial_failure: true })] : 'read'
    })
    const { agent, store } = family(llm, { retry: { attempts: 1 } })
    const run = await agent.run('go')
    await run.completed()
    expect((await eventsIn(store, run.sessionId)).find(({ type }) => type === 'tool_end')).toMatchObject({ isError: true })
  })
})

test('another run, a fork and a rewound session have no child of the one before', () => {
  const start = {
    type: 'subagent_start' as const,
    taskId: 't',
    childSessionId: 'c',
    callId: '1.0',
    index: 0,
    attempt: 1,
    childLength: 0,
    agent: 'a',
    description: '',
  }
  const one = foldChildren(NO_CHILDREN, start)
  expect(one.size).toBe(1)
  const digests = { model: '', tools: '', policy: '', instructions: '' }
  expect(foldChildren(one, { type: 'agent_start', sendId: 's', prompt: [], digests }).size).toBe(0)
  expect(foldChildren(one, { type: 'session_rewound', id: 'r', to: { offset: 0, chain: '' }, fence: 0, inboxNext: 0 } as never).size).toBe(
    0,
  )
  expect(foldChildren(one, { type: 'session_forked', origin: { sessionId: 'o', offset: 0, chain: '' }, metadata: {} } as never).size).toBe(
    0,
  )
})
