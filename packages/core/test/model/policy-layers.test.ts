/** Layers of rules: what is stricter above is never loosened below, and every judgement names the rule that made it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Access,
  type Decision,
  MODES,
  type PermissionMode,
  policy,
  type PolicyLayer,
  type Rule,
  type RuleLayer,
  type ToolRequest,
} from '../../src/index.ts'
import { LAYERS } from '../../src/model/policy.ts'

const push: ToolRequest = { tool: 'bash', accesses: [{ kind: 'exec', command: 'git push', commands: ['git push'] }] }
const layer = (name: PolicyLayer, ...rules: readonly Rule[]): RuleLayer => ({ layer: name, rules })
const decide = (layers: readonly RuleLayer[], request: ToolRequest = push): Decision => policy({ layers }).judge(request).decision

describe('between layers', () => {
  const allow: Rule = { allow: { command: 'git push *' } }
  const ask: Rule = { ask: { command: 'git push *' } }
  const deny: Rule = { deny: { command: 'git push *' } }

  test.each([
    ['an ask of the project is lifted by the user', [layer('project', ask), layer('user', allow)], 'allow'],
    ['an ask of the user is not lifted by the project', [layer('user', ask), layer('project', allow)], 'ask'],
    ['within one layer an ask holds', [layer('user', ask, allow)], 'ask'],
    ['the session lifts what the user asks for', [layer('user', ask), layer('session', allow)], 'allow'],
    ['the session does not lift what the administrator asks for', [layer('administrator', ask), layer('session', allow)], 'ask'],
    ['nothing lifts a deny, however low it stands', [layer('default', deny), layer('administrator', allow)], 'deny'],
    [
      'a lower ask holds where the higher allow is about something else',
      [layer('project', ask), layer('user', { allow: { command: 'ls' } })],
      'ask',
    ],
  ] as const)('%s', (_, layers, decision) => {
    expect(decide(layers)).toBe(decision)
  })

  test('an allow above lifts an ask below only for what it covers', () => {
    const layers = [layer('project', { ask: { tool: 'bash' } }), layer('user', { allow: { command: 'git status' } })]
    const line = (...commands: string[]): ToolRequest => ({
      tool: 'bash',
      accesses: [{ kind: 'exec', command: commands.join(' && '), commands }],
    })
    expect(decide(layers, line('git status'))).toBe('allow')
    expect(decide(layers, line('git status', 'git push'))).toBe('ask')
  })

  test('a deny of which it cannot be told whether it applies asks, whoever allows', () => {
    const unsure: ToolRequest = { tool: 'bash', accesses: [{ kind: 'exec', command: '$X', undecided: 'x' }] }
    const layers = [layer('project', { deny: { command: 'rm *' } }), layer('administrator', { allow: { tool: 'bash' } })]
    expect(decide(layers, unsure)).toBe('ask')
  })

  test('rules of a session come with the call', () => {
    const judge = policy({ layers: [layer('user', ask)] })
    expect(judge.judge({ ...push, sessionRules: [allow] })).toMatchObject({ decision: 'allow', origin: { layer: 'session' } })
    expect(judge.judge(push).decision).toBe('ask')
    expect(policy({ layers: [layer('user', deny)] }).judge({ ...push, sessionRules: [allow] }).decision).toBe('deny')
  })
})

describe('a rule', () => {
  const write: ToolRequest = { tool: 'write', accesses: [{ kind: 'write', path: 'a' }], effect: 'idempotent' }
  const of = (agent: string): ToolRequest => ({ ...write, session: { id: 's', metadata: { agent } } })

  test('may speak of a class of effects; what is not declared is unsafe', () => {
    const rules: readonly Rule[] = [{ allow: { effect: 'idempotent' } }, { deny: { effect: 'unsafe' } }]
    expect(policy({ rules }).judge(write).decision).toBe('allow')
    expect(policy({ rules }).judge({ ...write, effect: 'unsafe' }).decision).toBe('deny')
    expect(policy({ rules }).judge({ tool: 'write', accesses: [] }).decision).toBe('deny')
  })

  test('may speak of who makes the call; the agent outside has no name', () => {
    const rules: readonly Rule[] = [{ deny: { tool: 'write', agent: 'review*' } }, { allow: { agent: '' } }]
    expect([of('reviewer'), of('other'), write].map((request) => policy({ rules }).judge(request).decision)).toEqual([
      'deny',
      'ask',
      'allow',
    ])
    const { exposes } = policy({ rules })
    expect([exposes('write', of('reviewer').session), exposes('write', of('other').session), exposes('write')]).toEqual([false, true, true])
  })

  test('may speak of which agent is started', () => {
    const starting = (agent: string): ToolRequest => ({ tool: 'task', accesses: [{ kind: 'agent', agent }] })
    const rules: readonly Rule[] = [{ deny: { starts: 'deploy*' } }]
    expect([starting('deployer'), starting('reviewer')].map((request) => policy({ rules }).judge(request).decision)).toEqual([
      'deny',
      'allow',
    ])
  })

  test('is named with its layer, file and line by whatever it decides', () => {
    const layers: readonly RuleLayer[] = [
      { layer: 'user', rules: [{ allow: { tool: 'look' } }, { deny: { tool: 'bash' } }], file: '/u/policy.json', lines: [3, 4] },
    ]
    expect(policy({ layers }).judge(push)).toEqual({
      decision: 'deny',
      reason: 'rule {"deny":{"tool":"bash"}} in /u/policy.json:4',
      rule: { deny: { tool: 'bash' } },
      origin: { layer: 'user', file: '/u/policy.json', line: 4 },
    })
    expect(() => policy({ layers: [{ layer: 'user', rules: [{ deny: { paths: 'x' } } as Rule], file: '/u/p.json', lines: [7] }] })).toThrow(
      "/u/p.json:7: rule 1 has the unknown key 'paths'. Did you mean 'path'?",
    )
  })
})

describe('an explanation', () => {
  test('tells of each command, and which rule would have decided next', () => {
    const judge = policy({ rules: [{ allow: { command: 'ls *' } }, { deny: { command: 'rm *' } }, { ask: { tool: 'bash' } }] })
    const { judgement, parts, next } = judge.explain({
      tool: 'bash',
      accesses: [{ kind: 'exec', command: 'ls && rm x', commands: ['ls', 'rm x'] }],
    })
    expect(judgement).toEqual(judge.judge({ tool: 'bash', accesses: [{ kind: 'exec', command: 'ls && rm x', commands: ['ls', 'rm x'] }] }))
    expect(judgement.rule).toEqual({ deny: { command: 'rm *' } })
    expect(next).toMatchObject({ decision: 'ask', rule: { ask: { tool: 'bash' } } })
    expect(parts.map(({ judgement: { decision } }) => decision)).toEqual(['ask', 'deny'])
  })

  test('knows no next rule where the default decided', () => {
    expect(policy().explain(push)).toMatchObject({ judgement: { decision: 'ask' }, next: undefined })
  })
})

describe('modes', () => {
  const accesses: Readonly<Record<string, Access>> = {
    'read a': { kind: 'read', path: 'a' },
    'read /a': { kind: 'read', path: '/a' },
    'write a': { kind: 'write', path: 'a' },
    'write /a': { kind: 'write', path: '/a' },
    run: { kind: 'exec', command: 'x', commands: ['x'] },
    net: { kind: 'net', host: 'x' },
    agent: { kind: 'agent', agent: 'x' },
    other: { kind: 'other' },
  }
  const table = (mode: PermissionMode): string =>
    Object.entries(accesses)
      .map(([name, access]) => `${name}: ${policy({ mode }).judge({ tool: 't', accesses: [access] }).decision}`)
      .join(', ')

  test.each([
    ['read-only', 'read a: allow, read /a: deny, write a: deny, write /a: deny, run: deny, net: allow, agent: allow, other: deny'],
    ['ask', 'read a: allow, read /a: allow, write a: ask, write /a: ask, run: ask, net: allow, agent: allow, other: ask'],
    ['auto-edit', 'read a: allow, read /a: allow, write a: allow, write /a: ask, run: ask, net: allow, agent: allow, other: ask'],
    ['full', 'read a: allow, read /a: allow, write a: allow, write /a: allow, run: allow, net: allow, agent: allow, other: allow'],
  ] as const)('%s', (mode, decisions) => {
    expect(table(mode)).toBe(decisions)
  })

  test('are data, leave alone what touches nothing, and let commands be judged by themselves', () => {
    expect(JSON.parse(JSON.stringify(MODES))).toEqual(MODES)
    expect(policy({ mode: 'read-only' }).judge({ tool: 't', accesses: [] }).decision).toBe('allow')
    expect(policy({ mode: 'read-only', commands: () => 'ask' }).judge(push).decision).toBe('ask')
    expect(() => policy({ mode: 'ask', default: 'allow' })).toThrow(/not both/)
  })
})

const name = fc.constantFrom('bash', 'write', 'look')
const path = fc.constantFrom('a', 'src/a', 'src/b/c', '/etc/x', '/')
const command = fc.constantFrom('git push', 'git push -f', 'ls', 'rm x', 'git $x')
const access: fc.Arbitrary<Access> = fc.oneof(
  fc
    .record({ kind: fc.constantFrom('read', 'write'), path, below: fc.constantFrom(true as const, undefined) })
    .map(({ below, ...rest }): Access => ({ ...rest, ...(below && { below }) })),
  command.map((each): Access => ({ kind: 'exec', command: each, commands: [each] })),
  fc.array(command, { minLength: 2, maxLength: 3 }).map((commands): Access => ({ kind: 'exec', command: commands.join('; '), commands })),
  fc.constant<Access>({ kind: 'exec', command: '$X', undecided: 'which' }),
  fc.constant<Access>({ kind: 'net', host: 'a.example.com' }),
)
const call: fc.Arbitrary<ToolRequest> = fc.record({
  tool: name,
  accesses: fc.array(access, { maxLength: 3 }),
  effect: fc.constantFrom('none', 'unsafe'),
})
const rule: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.constantFrom('allow', 'ask', 'deny'),
    fc.oneof(
      fc.record({ tool: fc.constantFrom('bash', '*', 'w*') }),
      fc.record({ path: fc.constantFrom('src/**', '**', '/etc/**', 'a', 'src/*') }),
      fc.record({ command: fc.constantFrom('git *', 'git push *', 'ls', 'rm *') }),
      fc.record({ effect: fc.constantFrom('none', 'unsafe') }),
      fc.record({ host: fc.constantFrom('*.example.com', '*') }),
    ),
  )
  .map(([decision, match]) => ({ [decision]: match }) as unknown as Rule)
const layersOfRules = fc.array(fc.record({ layer: fc.constantFrom(...LAYERS), rules: fc.array(rule, { maxLength: 3 }) }), { maxLength: 5 })
const layerOfOne: fc.Arbitrary<RuleLayer> = fc.record({ layer: fc.constantFrom(...LAYERS), rules: rule.map((one) => [one]) })

const STRICTNESS: readonly Decision[] = ['allow', 'ask', 'deny']
const strictness = (layers: readonly RuleLayer[], request: ToolRequest, fallback: Decision = 'ask'): number =>
  STRICTNESS.indexOf(policy({ layers, default: fallback }).judge(request).decision)
const verb = ({ rules }: RuleLayer): string => Object.keys(rules[0] ?? {})[0] ?? ''

describe('for any rules and any call', () => {
  test('what the rules of the upper layers hold back is held back as much with all that lies below', () => {
    fc.assert(
      fc.property(layersOfRules, call, fc.integer({ min: 0, max: 4 }), (layers, request, from) => {
        const upper = layers.filter((each) => LAYERS.indexOf(each.layer) >= from)
        expect(strictness(layers, request, 'allow')).toBeGreaterThanOrEqual(strictness(upper, request, 'allow'))
      }),
      { numRuns: 2000 },
    )
  })

  test('one more rule that denies or asks never loosens, and one more that allows never tightens', () => {
    fc.assert(
      fc.property(layersOfRules, call, layerOfOne, (layers, request, more) => {
        const change = strictness([...layers, more], request) - strictness(layers, request)
        expect(verb(more) === 'allow' ? -change : change).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 2000 },
    )
  })

  test('no rule that allows lifts a denial', () => {
    fc.assert(
      fc.property(layersOfRules, call, layerOfOne, (layers, request, more) => {
        fc.pre(verb(more) === 'allow' && policy({ layers, default: 'allow' }).judge(request).decision === 'deny')
        expect(strictness([...layers, more], request, 'allow')).toBe(2)
      }),
    )
  })

  test('the order of layers and of rules in them does not matter', () => {
    fc.assert(
      fc.property(layersOfRules, call, (layers, request) => {
        const turned = layers.toReversed().map((each) => ({ ...each, rules: each.rules.toReversed() }))
        expect(strictness(turned, request)).toBe(strictness(layers, request))
      }),
    )
  })

  test('a call is as strict as the strictest thing that it touches', () => {
    fc.assert(
      fc.property(layersOfRules, call, (layers, request) => {
        fc.pre(request.accesses.length > 0)
        const each = request.accesses.map((one) => strictness(layers, { ...request, accesses: [one] }))
        expect(strictness(layers, request)).toBe(Math.max(...each))
      }),
    )
  })
})
