/** Steps that an agent gives to others may do no more than the agent, and than whoever is above it, at every depth. */
import { describe, expect, test } from 'vitest'
import {
  AgentRegistry,
  type AgentOptions,
  createAgent,
  jsonSchema,
  memoryStore,
  type PermissionPolicy,
  policy,
  stepTool,
  taskTool,
  teamExecutor,
  tool,
  type Tool,
} from '../../src/index.ts'
import type { AgentExecutor, AgentStepSpec } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { modelOf, promptOf, turnsOf } from './families.ts'

const input = jsonSchema<Record<string, never>>({ type: 'object' })
const ALL = policy({ default: 'allow' })
type Policies = Parameters<typeof stepTool>[0]['policies']

/** An agent that looks, changes something and pushes, and what of that it did. */
function far(permissions: PermissionPolicy | undefined = ALL, more: Partial<AgentOptions> = {}) {
  const did: string[] = []
  const doing = (name: string, kind: 'read' | 'write', path: string): Tool =>
    tool({ name, description: name, input, effect: 'idempotent', access: () => [{ kind, path }], execute: () => void did.push(name) })
  const tools = [doing('look', 'read', 'src/a.ts'), doing('change', 'write', 'src/a.ts'), doing('spoil', 'write', '/etc/a')]
  const calls = tools.map(({ definition: { name } }) => callOf(name))
  const llm = modelOf((request) => (turnsOf(request) > 0 ? 'done' : calls))
  return { did, options: { llm, tools, maxParallelTools: 1, ...(permissions && { permissions }), ...more } satisfies AgentOptions }
}

/** A tool that gives a task to the executor, and what it sent. */
function giving(executor: AgentExecutor, policies?: Policies) {
  const asked: AgentStepSpec[] = []
  const there = stepTool({
    name: 'there',
    description: 'Does it there.',
    input,
    access: () => [],
    tasksOf: () => [{ agent: 'default', description: 'd', prompt: 'Do it.' }],
    executor: { ...executor, executeStep: (spec, execution) => (asked.push(spec), executor.executeStep(spec, execution)) },
    ...(policies && { policies }),
  })
  return { there, asked }
}

const gives = () => modelOf((request) => (turnsOf(request) > 0 ? 'done' : [callOf('there')]))

/** What the far agent does for an agent with these permissions, and what went along with the step. */
async function done(permissions: PermissionPolicy | undefined, policies?: Policies) {
  const { did, options } = far()
  const { there, asked } = giving(createAgent(options).executor(), policies)
  const agent = createAgent({ llm: gives(), tools: [there], ...(permissions && { permissions }) })
  await (
    await agent.run('go')
  ).result
  return { did, sent: asked[0]?.authority?.policies }
}

describe('the steps of an agent', () => {
  test('do what it may itself: its rules and its mode go along as data', async () => {
    expect((await done(ALL)).did).toEqual(['look', 'change', 'spoil'])
    expect((await done(policy({ mode: 'read-only' }))).did).toEqual(['look'])
    const rules = policy({ rules: [{ allow: { tool: 'there' } }, { allow: { access: 'write', path: 'src/**' } }], default: 'deny' })
    expect((await done(rules)).did).toEqual(['change'])
    expect((await done(policy({ rules: [{ deny: { path: '/etc/**' } }], default: 'allow' }))).did).toEqual(['look', 'change'])
  })

  test('ask for writes where nobody gave it permissions', async () => {
    expect(await done(undefined)).toEqual({ did: ['look'], sent: [{ rules: [] }] })
    expect(await done(policy())).toEqual({ did: ['look'], sent: [{ rules: [] }] })
  })

  test('do what the policies of the tool allow, where the host gave some, and all that is allowed there where it gave none', async () => {
    const readOnly = policy({ mode: 'read-only' })
    expect((await done(ALL, [readOnly])).did).toEqual(['look'])
    expect((await done(readOnly, [ALL])).did).toEqual(['look', 'change', 'spoil'])
    expect(await done(readOnly, [])).toEqual({ did: ['look', 'change', 'spoil'], sent: undefined })
  })

  test('may what a person allowed for the rest of the session', async () => {
    const { did, options } = far()
    const { there } = giving(createAgent(options).executor())
    const write = tool({ name: 'write', description: 'w', input, access: () => [{ kind: 'write', path: 'src/b.ts' }], execute: () => 'ok' })
    const agent = createAgent({
      llm: scriptedLlm([[callOf('write')], [callOf('there')], 'done']),
      tools: [write, there],
      confirm: async () => ({ decision: 'approve', always: [{ allow: { access: 'write', path: 'src/**' } }, { allow: {} }] }),
    })
    await (
      await agent.run('go')
    ).result
    expect(did).toEqual(['look', 'change'])
  })

  test('ask on its run for what its permissions ask for, and what is answered there counts', async () => {
    const { did, options } = far(ALL, { store: memoryStore() })
    const { there } = giving(createAgent(options).executor())
    const agent = createAgent({ llm: gives(), tools: [there], store: memoryStore() })
    const session = await agent.session()
    let result = await (await session.send('go')).result
    while (result.status === 'suspended') {
      for (const { requestId, args: _, toolName } of result.waitingFor)
        await session.answer(requestId, { decision: toolName === 'change' ? 'approve' : 'reject' })
      result = (await (await session.resume())?.result) ?? result
    }
    expect(result.status).toBe('completed')
    expect(did).toEqual(['look', 'change'])
  })

  test('are asked for here also where the worker has somebody who answers what it asks for itself', async () => {
    const answeredThere: string[] = []
    const own = policy({ rules: [{ ask: { tool: 'spoil' } }], default: 'allow' })
    const { did, options } = far(own, {
      store: memoryStore(),
      confirm: async ({ toolName }) => {
        answeredThere.push(toolName)
        return { decision: 'approve' }
      },
    })
    const { there } = giving(createAgent(options).executor())
    const answeredHere: string[] = []
    const confirm: AgentOptions['confirm'] = async ({ toolName }) => {
      answeredHere.push(toolName)
      return { decision: 'reject' }
    }
    await (
      await createAgent({ llm: gives(), tools: [there], store: memoryStore(), confirm }).run('go')
    ).result
    expect({ did, answeredHere, answeredThere }).toEqual({ did: ['look', 'spoil'], answeredHere: ['change'], answeredThere: ['spoil'] })
  })

  test('of a worker that cannot narrow what its agent may do are not begun, and it says what to give it', async () => {
    const { did, options } = far(undefined)
    const { permissions: _, ...plain } = options
    const { there } = giving(createAgent(plain).executor())
    const llm = gives()
    await (
      await createAgent({ llm, tools: [there] }).run('go')
    ).result
    expect(did).toEqual([])
    expect(JSON.stringify(llm.requests.at(-1))).toContain('cannot narrow what it may do: give it policy(')
  })
})

describe('what narrows an agent from above goes along with the steps that it gives away', () => {
  /** Each gives what it is asked to the next, the last one does it; all may do everything, and their tools say that this is enough. */
  function chain(length: number) {
    const { did, options } = far()
    let executor = createAgent(options).executor()
    for (let place = 1; place < length; place++) {
      const { there } = giving(executor, [])
      const own: AgentOptions = { llm: gives(), tools: [there], permissions: ALL }
      executor = place % 2 === 0 ? teamExecutor(own) : createAgent(own).executor()
    }
    return { did, executor }
  }

  test.each([1, 2, 3, 5])('when it is a step, over %i agents', async (length) => {
    const { did, executor } = chain(length)
    const { there } = giving(executor)
    await (
      await createAgent({ llm: gives(), tools: [there], permissions: policy({ mode: 'read-only' }) }).run('go')
    ).result
    expect(did).toEqual(['look'])
    const open = chain(length)
    await (
      await createAgent({ llm: gives(), tools: [giving(open.executor).there], permissions: ALL }).run('go')
    ).result
    expect(open.did).toEqual(['look', 'change', 'spoil'])
  })

  /** The outer agent gives a task to `name`, which gives it to the far one. */
  async function through(name: string, { permissions, policies }: { permissions?: PermissionPolicy; policies?: Policies } = {}) {
    const { did, options } = far()
    const { there, asked } = giving(createAgent(options).executor(), policies)
    const task = callOf('task', { agent: name, description: 'd', prompt: 'inner' })
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return 'done'
      return [promptOf(request) === 'inner' ? callOf('there') : task]
    })
    const agents = new AgentRegistry([
      { name: 'careful', description: 'c', permissions: policy({ mode: 'read-only' }) },
      { name: 'coded', description: 'c', permissions: policy({ default: () => 'allow' }) },
    ])
    const own = { llm, tools: [there, taskTool({ agents })], permissions: permissions ?? ALL }
    return { did, asked, llm, own }
  }

  test('when it is a sub-agent: what it may and what its parent may', async () => {
    for (const policies of [undefined, []]) {
      const { did, own } = await through('careful', policies && { policies })
      await (
        await createAgent(own).run('go')
      ).result
      expect(did).toEqual(['look'])
    }
    const wide = await through('general', { permissions: policy({ mode: 'read-only' }) })
    await (
      await createAgent(wide.own).run('go')
    ).result
    expect(wide.did).toEqual(['look'])
  })

  test('when it is a sub-agent: what a person allowed for the session of its parent', async () => {
    const { did, own } = await through('general', { permissions: policy() })
    const write = tool({ name: 'write', description: 'w', input, access: () => [{ kind: 'write', path: 'src/b.ts' }], execute: () => 'ok' })
    const llm = modelOf((request) => {
      if (promptOf(request) === 'inner') return turnsOf(request) > 0 ? 'done' : [callOf('there')]
      const task = callOf('task', { agent: 'general', description: 'd', prompt: 'inner' })
      return [[callOf('write')], [task]][turnsOf(request)] ?? 'done'
    })
    const always = [{ allow: { access: 'write', path: 'src/**' } }] as const
    const agent = createAgent({ ...own, llm, tools: [...own.tools, write], confirm: async () => ({ decision: 'approve', always }) })
    await (
      await agent.run('go')
    ).result
    expect(did).toEqual(['look', 'change'])
  })

  test('when it is a sub-agent of a step', async () => {
    const { did, own } = await through('general', { policies: [] })
    const { there } = giving(teamExecutor(own))
    await (
      await createAgent({ llm: gives(), tools: [there], permissions: policy({ mode: 'read-only' }) }).run('go')
    ).result
    expect(did).toEqual(['look'])
  })

  test('and a sub-agent whose definition judges by a function begins nothing, in words', async () => {
    const { did, asked, own, llm } = await through('coded')
    await (
      await createAgent(own).run('go')
    ).result
    expect([did, asked]).toEqual([[], []])
    expect(JSON.stringify(llm.requests.at(-1))).toMatch(/its permissions are no data. A policy that judges by a function/)
  })
})

describe('permissions that are no data', () => {
  const executor = createAgent(far().options).executor()
  class Own implements PermissionPolicy {
    judge = () => ({ decision: 'deny', reason: 'no' }) as const
    exposes = () => true
    describe = () => 'own'
  }

  test.each<[string, PermissionPolicy, RegExp]>([
    ['a default that is a function', policy({ default: () => 'allow' }), /judges by a function cannot travel/],
    ['a judge of commands', policy({ mode: 'read-only', commands: () => 'allow' }), /judges by a function cannot travel/],
    ['a class of its own', new Own(), /judges in a way of its own/],
    ['a policy that was given another judge', { ...ALL, judge: new Own().judge }, /judges in a way of its own/],
  ])('are told of when the agent is made, with the way out: %s', (_what, permissions, words) => {
    const make = (policies?: Policies) => createAgent({ llm: gives(), tools: [giving(executor, policies).there], permissions })
    expect(() => make()).toThrow(words)
    expect(() => make()).toThrow(/^'there' gives steps to others.*stepTool\(\{ policies: \[policy\(/)
    expect(() => make([])).not.toThrow()
    expect(() => make([{ mode: 'read-only' }])).not.toThrow()
  })

  test('or policies of the tool, when the tool is made', () => {
    for (const [given, words] of [
      [policy({ default: () => 'allow' }), /judges by a function/],
      [{ rules: [{ allow: { tols: 'x' } }] }, /unknown key 'tols'/],
      [{ mode: 'reading' }, /has the mode "reading"/],
    ] as const)
      expect(() => giving(executor, [given as never])).toThrow(words)
  })
})
