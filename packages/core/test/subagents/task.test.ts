/** Tasks given to sub-agents: what they get, what comes back, and how it is told. */
import { describe, expect, test } from 'vitest'
import { openSession, policy, storeBlobs, taskTool, tool, type ToolContext } from '../../src/index.ts'
import { callOf } from '../../src/testing.ts'
import { collect, factsOf } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })

/** A parent that gives what it is asked for and repeats what it got. */
const parentOf = (calls: ReturnType<typeof give>[], child: (prompt: string) => string | ReturnType<typeof give>[]) =>
  modelOf((request) => {
    if (promptOf(request) !== 'go') return turnsOf(request) === 0 ? child(promptOf(request)) : `done: ${resultsOf(request).join()}`
    return turnsOf(request) === 0 ? calls : resultsOf(request).join('|')
  })

describe('a task', () => {
  test('is done by a child in a session of its own, whose first record names the parent', async () => {
    const { agent, store } = family(
      parentOf([give('find it')], () => [callOf('look')]),
      { extra: [look] },
    )
    const run = await agent.run('go', { metadata: { user: '42' } })
    const result = await run.completed()
    expect(result.text).toBe('general completed.\ndone: seen')
    const facts = await factsOf(await openSession(store, run.sessionId))
    const start = facts.find(({ event }) => event.type === 'subagent_start')?.event
    if (start?.type !== 'subagent_start') throw new Error('no start')
    expect(start).toMatchObject({
      childSessionId: `task-run-${start.taskId}`,
      agent: 'general',
      description: 'find it',
      attempt: 1,
      index: 0,
    })
    const [created] = await factsOf(await openSession(store, start.childSessionId))
    expect(created?.event).toEqual({
      type: 'session_created',
      branch: expect.any(String),
      metadata: {
        user: '42',
        agent: 'general',
        description: 'find it',
        taskId: start.taskId,
        depth: 1,
        parentSessionId: run.sessionId,
        parentRunId: run.id,
        parentCallId: start.callId,
      },
    })
  })

  test('counts for its parent: tokens and tool calls, once', async () => {
    const { agent } = family(
      parentOf([give('a'), give('b')], () => [callOf('look')]),
      { extra: [look] },
    )
    const session = await agent.session()
    const result = await (await session.send('go')).completed()
    // Two turns of the parent and two of each child, one token in and one out each.
    expect(result.usage).toMatchObject({ input: 6, output: 6 })
    const state = await session.state()
    expect(state.usage).toEqual(result.usage)
    expect(state.run?.toolCalls).toBe(4)
  })

  test('is announced before its call ends, and its end before that of its call', async () => {
    const { agent, store } = family(parentOf([give('a')], () => 'yes'))
    const run = await agent.run('go')
    await run.result
    const types = (await factsOf(await openSession(store, run.sessionId))).map(({ event }) => event.type)
    expect(types.filter((type) => /^(tool|subagent)_/.test(type))).toEqual([
      'tool_execution_start',
      'subagent_start',
      'subagent_end',
      'tool_end',
    ])
  })

  test('tells of its progress while it works', async () => {
    const { agent } = family(
      parentOf([give('a')], () => [callOf('look')]),
      { extra: [look] },
    )
    const events = (await collect(await agent.run('go'))).map(({ event }) => event)
    expect(events.flatMap((event) => (event.type === 'subagent_progress' ? [[event.status, event.metadata]] : []))).toEqual([
      ['turn_completed', { turn: 1 }],
      ['tool_completed', { tool: 'look', isError: false }],
      ['turn_completed', { turn: 2 }],
    ])
  })

  test('for an agent that there is not is refused with the nearest name, and no child is made', async () => {
    const { agent, store } = family(parentOf([give('a', { agent: 'exploer' })], () => 'no'))
    const run = await agent.run('go')
    expect((await run.completed()).text).toContain("There is no agent 'exploer'. Did you mean 'explore'?")
    const types = (await factsOf(await openSession(store, run.sessionId))).map(({ event }) => event.type)
    expect(types).not.toContain('subagent_start')
  })

  test.each(['general', 'general-purpose'])('is judged by the agent that would do it, whatever it is called (%s)', async (name) => {
    const permissions = policy({ default: 'allow', rules: [{ deny: { starts: 'general' } }] })
    const { agent } = family(
      parentOf([give('find it', { agent: name })], () => 'found'),
      { permissions },
    )
    expect((await (await agent.run('go')).completed()).text).toContain("'task' was not allowed")
  })

  test.for([
    [{}, /Give one of these/],
    [{ prompt: 'x' }, /Say which agent/],
    [{ agent: 'general', prompt: 'x', collect: ['y'] }, /Give one of these/],
    [{ agent: 'general', prompt: 'x', turns: 3 }, /turns/],
    [{ agent: 'general', prompt: 'x', output_schema: { type: 'nonsense' } }, /output schema is broken/],
    [
      { agent: 'general', prompt: 'x', output_schema: { type: 'object', required: ['a'], additionalProperties: false } },
      /nothing can meet/,
    ],
    [{ collect: ['task-x'] }, /No task in the background is called task-x/],
  ] as const)('%j is refused in words that say what to do', async ([input, words]) => {
    const { agent } = family(parentOf([callOf('task', input)], () => 'never'))
    expect((await (await agent.run('go')).completed()).text).toMatch(words)
  })

  test('whose output is large is shown in part and kept whole as an artifact', async () => {
    const text = `begin ${'x'.repeat(10_000)} end`
    const { agent, store } = family(parentOf([give('a')], () => text))
    const run = await agent.run('go')
    const shown = (await run.completed()).text
    expect(shown.length).toBeLessThan(4600)
    expect(shown).toMatch(/begin x+[\s\S]*characters are left out here[\s\S]*x+ end$/)
    const end = (await factsOf(await openSession(store, run.sessionId))).find(({ event }) => event.type === 'subagent_end')?.event
    if (end?.type !== 'subagent_end') throw new Error('no end')
    expect(end.artifact?.characters).toBe(text.length)
    expect(await storeBlobs(store).get(end.artifact?.digest ?? '')).toBe(text)
  })

  test('with a schema is answered by the schema, through the model layer', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    const { agent, store } = family(parentOf([give('a', { output_schema: schema })], () => '{"n":7}'))
    const run = await agent.run('go')
    await run.completed()
    const end = (await factsOf(await openSession(store, run.sessionId))).find(({ event }) => event.type === 'subagent_end')?.event
    expect(end).toMatchObject({ success: true, structured: { n: 7 } })
  })

  test('whose answer never follows its schema fails, and nothing is made up of what it said', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    const { agent, store } = family(parentOf([give('a', { output_schema: schema })], () => 'seven'))
    const run = await agent.run('go')
    expect((await run.completed()).text).toContain('failed')
    const end = (await factsOf(await openSession(store, run.sessionId))).find(({ event }) => event.type === 'subagent_end')?.event
    expect(end).toMatchObject({ success: false, status: 'failed' })
    expect(end).not.toHaveProperty('structured')
  })
})

test.each([
  [{ maxDepth: Number.NaN }, "'maxDepth' of the task tool must be a number, and not below 0"],
  [{ concurrency: 0 }, "'concurrency' of the task tool must be a number, and not below 1"],
  [{ maxOutput: -5 }, "'maxOutput' of the task tool must be a number, and not below 0"],
  [{ agents: {} }, "'agents' of the task tool is a new AgentRegistry"],
])('a task tool with options that mean nothing is refused (%j)', (options, words) => {
  expect(() => taskTool(options as never)).toThrow(words)
})

describe('several tasks', () => {
  const three = callOf('task', { tasks: ['a', 'b', 'c'].map((prompt) => ({ agent: 'general', prompt })) })

  test('are done at the same time, and answered in their order', async () => {
    let open = 0
    let most = 0
    const llm = modelOf(async (request) => {
      if (promptOf(request) === 'go') return turnsOf(request) === 0 ? [three] : resultsOf(request).join()
      most = Math.max(most, ++open)
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
      open--
      return `I am ${promptOf(request)}`
    })
    const { agent } = family(llm)
    expect((await (await agent.run('go')).completed()).text).toBe(
      '1. general completed.\nI am a\n\n2. general completed.\nI am b\n\n3. general completed.\nI am c',
    )
    expect(most).toBeGreaterThan(1)
  })

  const withFailure = (more: object) =>
    family(
      modelOf((request) => {
        if (promptOf(request) !== 'go') return promptOf(request) === 'b' ? new Error('broken') : 'fine'
        const call = callOf('task', { tasks: ['a', 'b'].map((prompt) => ({ agent: 'general', prompt })), ...more })
        return turnsOf(request) === 0 ? [call] : 'read'
      }),
      { retry: { attempts: 1 } },
    ).agent

  test.for([
    [{}, true],
    [{ allow_partial_failure: true }, false],
  ] as const)('of which one fails: with %j the call has failed is %s, and the others are told either way', async ([more, isError]) => {
    const session = await withFailure(more).session()
    await (await session.send('go')).completed()
    const end = (await factsOf(session)).find(({ event }) => event.type === 'tool_end')?.event
    if (end?.type !== 'tool_end') throw new Error('no end')
    expect(end.isError).toBe(isError)
    expect(end.output).toMatch(/1\. general completed\.\nfine\n\n2\. general failed/)
  })
})

describe('a child', () => {
  const named: string[] = []
  const write = tool({
    name: 'write',
    description: 'Writes.',
    access: () => [{ kind: 'write', path: 'a' }],
    effect: 'idempotent',
    execute: () => `wrote ${named.push('w')}`,
  })

  test('never gets more than its parent: what the parent may not do, it may not do either', async () => {
    named.length = 0
    const { agent } = family(
      parentOf([give('a')], () => [callOf('write')]),
      { extra: [write], permissions: policy({ default: 'deny', rules: [{ allow: { tool: 'task' } }] }) },
    )
    expect((await (await agent.run('go')).completed()).text).toContain("'write' was not allowed")
    expect(named).toEqual([])
  })

  test('of a read-only agent changes nothing, even where the parent may', async () => {
    named.length = 0
    const { agent } = family(
      parentOf([give('a', { agent: 'explore' })], () => [callOf('change')]),
      {
        extra: [
          tool({ name: 'change', description: 'Changes.', access: () => [{ kind: 'write', path: 'a' }], execute: () => named.push('c') }),
        ],
        permissions: policy({ default: 'allow' }),
      },
    )
    expect((await (await agent.run('go')).completed()).text).toContain("'change' was not allowed")
    expect(named).toEqual([])
  })

  test('has no task tool, unless its definition names it', async () => {
    const llm = parentOf([give('a')], () => 'yes')
    const { agent } = family(llm, { extra: [look] })
    await (await agent.run('go')).completed()
    expect(llm.requests.map(({ tools }) => tools.map(({ name }) => name))).toEqual([['look', 'task'], ['look'], ['look', 'task']])
  })

  test('gets a share of the budget of its parent, and fails alone when that is gone', async () => {
    const llm = modelOf((request) => {
      if (promptOf(request) !== 'go')
        return { blocks: [callOf('look')], usage: { input: 3000, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 } }
      return turnsOf(request) === 0 ? [give('a'), give('b')] : 'the end'
    })
    const { agent } = family(llm, { extra: [look], budget: { perRun: { tokens: 60_000 } }, maxParallelTools: 2 })
    const result = await (await agent.run('go')).result
    expect(result).toMatchObject({ status: 'completed', text: 'the end' })
    expect(result.usage.input).toBeLessThan(60_000)
  })

  test('is not begun when nothing of the budget is left for it', async () => {
    const tasks = ['a', 'b', 'c'].map((prompt) => ({ agent: 'general', prompt }))
    const { agent, store } = family(
      parentOf([callOf('task', { tasks })], () => [callOf('look')]),
      {
        extra: [look],
        budget: { perRun: { toolCalls: 2 } },
      },
    )
    const run = await agent.run('go')
    expect((await run.completed()).text.match(/nothing is left for this task/g)?.length).toBe(3)
    const types = (await factsOf(await openSession(store, run.sessionId))).map(({ event }) => event.type)
    expect(types).not.toContain('subagent_start')
  })

  test('takes its model, words and limits from its definition', async () => {
    const other = modelOf(() => [callOf('look')])
    const llm = parentOf([give('a', { agent: 'scout' })], () => 'wrong')
    const { agent } = family(llm, { extra: [look], agents: { scout: { llm: other, instructions: 'You scout.', maxTurns: 2 } } })
    const run = await agent.run('go')
    await run.completed()
    expect(other.requests.map(({ system }) => system)).toEqual(['You scout.', 'You scout.'])
  })
})

test('a task tool that no agent was given refuses to run', async () => {
  await expect(taskTool().execute({}, {} as ToolContext)).rejects.toThrow(/only where createAgent/)
})
