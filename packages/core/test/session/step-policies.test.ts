/** What the caller of a step lets it do holds where the step is done, beside what holds there, and whatever it sends gives no more. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAgent, type PermissionPolicy, policy, taskTool, teamExecutor, tool } from '../../src/index.ts'
import type { AgentExecutor, AgentStepSpec, StepAuthority, StepOutcome } from '../../src/kit.ts'
import { callOf, scriptedLlm } from '../../src/testing.ts'
import { modelOf, promptOf, turnsOf } from '../subagents/families.ts'

type Policies = NonNullable<StepAuthority['policies']>
const signal = new AbortController().signal

/** An agent that reads, writes and runs something, and says which of them it did. */
const worker = (permissions?: PermissionPolicy) => {
  const did: string[] = []
  const doing = (name: string, kind: 'read' | 'write', path: string) =>
    tool({ name, description: name, effect: 'idempotent', access: () => [{ kind, path }], execute: () => void did.push(name) })
  const tools = [doing('look', 'read', 'src/a.ts'), doing('change', 'write', 'src/a.ts'), doing('spoil', 'write', '.git/config')]
  const calls = tools.map(({ definition: { name } }) => callOf(name))
  const options = { llm: scriptedLlm([calls, 'done', calls, 'done']), tools, ...(permissions && { permissions }) }
  return { did, options }
}

async function step(executor: AgentExecutor, policies: Policies, agent = 'default'): Promise<StepOutcome> {
  const spec: AgentStepSpec = { taskId: 'a', agent, description: 'd', prompt: 'p', authority: { policies } }
  return executor.executeStep(spec, { signal })
}

async function done(policies: Policies, own: PermissionPolicy = policy({ default: 'allow' })): Promise<readonly string[]> {
  const { did, options } = worker(own)
  await step(createAgent(options).executor(), policies)
  return did
}

describe("a step's policies", () => {
  test('narrow what it may do, each of them', async () => {
    expect((await done([])).toSorted()).toEqual(['change', 'look', 'spoil'])
    expect(await done([{ mode: 'read-only' }])).toEqual(['look'])
    expect(await done([{ default: 'allow', rules: [{ deny: { path: '.git/**' } }] }])).toEqual(['look', 'change'])
    expect(
      await done([
        { default: 'allow', rules: [{ deny: { tool: 'look' } }] },
        { mode: 'full', rules: [{ deny: { tool: 'change' } }] },
      ]),
    ).toEqual(['spoil'])
  })

  test('give nothing that is not allowed where it is done', async () => {
    const readOnly = policy({ mode: 'read-only' })
    expect(await done([{ default: 'allow', layers: [{ layer: 'administrator', rules: [{ allow: { tool: '*' } }] }] }], readOnly)).toEqual([
      'look',
    ])
  })

  test('whatever they say, a step does no more than without them', async () => {
    const match = fc.constantFrom(
      { tool: '*' },
      { tool: 'change' },
      { access: 'write' as const },
      { path: 'src/**' },
      { access: 'read' as const },
    )
    const rule = fc.oneof(
      match.map((allow) => ({ allow })),
      match.map((ask) => ({ ask })),
      match.map((deny) => ({ deny })),
    )
    const layer = fc.constantFrom('default' as const, 'project' as const, 'user' as const, 'session' as const, 'administrator' as const)
    const data = fc.record({
      default: fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const),
      layers: fc.array(fc.record({ layer, rules: fc.array(rule, { maxLength: 3 }) }), { maxLength: 2 }),
    })
    const own = policy({
      default: 'ask',
      rules: [{ allow: { tool: 'look' } }, { allow: { tool: 'change' } }, { deny: { path: 'src/b.ts' } }],
    })
    await fc.assert(
      fc.asyncProperty(fc.array(data, { maxLength: 3 }), async (policies) => {
        expect(['look', 'change']).toEqual(expect.arrayContaining([...(await done(policies, own))]))
      }),
      { numRuns: 100 },
    )
  })

  test('may be a policy() that holds no function, which travels as what it was made from', async () => {
    const given = policy({
      mode: 'auto-edit',
      rules: [{ deny: { tool: 'change' } }],
      layers: [{ layer: 'user', rules: [{ deny: { tool: 'spoil' } }] }],
    })
    expect(await done([given])).toEqual(['look'])
    expect(JSON.parse(JSON.stringify(given))).toEqual({
      mode: 'auto-edit',
      rules: [{ deny: { tool: 'change' } }],
      layers: [{ layer: 'user', rules: [{ deny: { tool: 'spoil' } }] }],
    })
  })

  test('hold for every agent of a team', async () => {
    const { did, options } = worker(policy({ default: 'allow' }))
    expect(await step(teamExecutor(options), [{ mode: 'read-only' }], 'general')).toMatchObject({ status: 'completed' })
    expect(did).toEqual(['look'])
  })

  test('hold for the children of the step too', async () => {
    const { did, options } = worker(policy({ default: 'allow' }))
    const task = callOf('task', { agent: 'general', description: 'd', prompt: 'Do it all.' })
    const llm = modelOf((request) => {
      if (turnsOf(request) > 0) return 'done'
      return promptOf(request) === 'p' ? [task] : options.tools.map(({ definition: { name } }) => callOf(name))
    })
    const executor = teamExecutor({ ...options, llm, tools: [...options.tools, taskTool()] })
    await step(executor, [{ mode: 'read-only' }])
    expect(did).toEqual(['look'])
  })

  test.each<[string, unknown, RegExp]>([
    ['that judges by a function', policy({ default: () => 'allow' }), /judges by a function cannot travel.*give a mode/],
    ['that judges commands by a function', policy({ mode: 'read-only', commands: () => 'allow' }), /judges by a function cannot travel/],
    [
      'of a class of its own',
      { judge: () => ({ decision: 'deny', reason: 'no' }), describe: () => 'mine' },
      /made of rules, layers, mode, default; this one says nothing/,
    ],
    ['with a key that nobody knows', { default: 'allow', modes: ['read-only'] }, /has the unknown key 'modes'/],
    ['with a default that is none', { default: 'maybe' }, /has the default "maybe"/],
    ['with a mode that is none', { mode: 'constructor' }, /has the mode "constructor"/],
    ['with a rule that is none', { rules: [{ allow: { tols: 'x' } }] }, /unknown key 'tols'/],
    ['with rules that are no list', { rules: 'deny all' }, /has rules that are no list/],
    ['that is none at all', null, /this one says nothing/],
  ])('keep a step from being begun: one %s', async (_what, data, words) => {
    const { did, options } = worker(policy({ default: 'allow' }))
    const outcome = await step(createAgent(options).executor(), [data as Policies[number]])
    expect(outcome).toMatchObject({ status: 'failed', code: 'invalid_argument' })
    expect(outcome.output).toMatch(words)
    expect([did, options.llm.requests]).toEqual([[], []])
  })

  test('keep a step from an agent that cannot narrow what it may do, which says what to give it', async () => {
    const { options } = worker()
    expect(await step(createAgent(options).executor(), [{ mode: 'read-only' }])).toMatchObject({
      code: 'invalid_argument',
      output: 'This agent cannot narrow what it may do: give it policy({…})',
    })
    const { did, options: ofTeam } = worker()
    await step(teamExecutor(ofTeam), [{ mode: 'read-only' }])
    expect(did).toEqual(['look'])
  })
})
