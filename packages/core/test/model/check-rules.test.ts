/** Rules that can decide nothing are found, and none that can is blamed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Access, checkRules, policy, type Rule, type RuleLayer } from '../../src/index.ts'

const inProject = (...rules: readonly Rule[]): readonly RuleLayer[] => [
  { layer: 'project', rules, file: 'p.json', lines: rules.map((_, index) => index + 2) },
]
const found = (layers: readonly RuleLayer[]): readonly string[] =>
  checkRules(layers).map(
    ({ problem, severity, file, line, by }) => `${severity} ${problem} ${file}:${line}${by ? ` by ${by.file}:${by.line}` : ''}`,
  )

describe('it is an error', () => {
  test.each([
    [{ allow: { path: 'a', host: 'b' } }],
    [{ deny: { path: 'a', command: 'b' } }],
    [{ ask: { access: 'read', command: 'b' } }],
    [{ ask: { access: 'write', host: 'b' } }],
    [{ deny: { access: 'exec', effect: 'none' } }],
  ] as const)('that a rule matches nothing: %j', (rule) => {
    expect(found(inProject(rule))).toEqual(['error impossible p.json:2'])
  })

  test('that one layer says two things of the same calls; the one that loses is told', () => {
    expect(found(inProject({ allow: { command: 'ls' } }, { deny: { command: 'ls' } }))).toEqual(['error contradicted p.json:2 by p.json:3'])
    expect(found(inProject({ ask: { path: 'a' } }, { allow: { path: 'a' } }))).toEqual(['error contradicted p.json:3 by p.json:2'])
  })
})

describe('it is a warning that a rule', () => {
  test.each([
    [
      'stands behind a wider denial',
      [{ deny: { tool: 'bash' } }, { allow: { tool: 'bash', command: 'ls' } }],
      'unreachable p.json:3 by p.json:2',
    ],
    [
      'is in the shadow of a star',
      [{ allow: { command: 'git push origin' } }, { ask: { command: 'git push *' } }],
      'unreachable p.json:2 by p.json:3',
    ],
    [
      'is about a folder that is denied',
      [{ deny: { path: 'src/**' } }, { allow: { access: 'write', path: 'src/a/*.ts' } }],
      'unreachable p.json:3 by p.json:2',
    ],
    [
      'is about a host that is denied',
      [{ deny: { host: '*.example.com' } }, { allow: { host: 'a.example.com' } }],
      'unreachable p.json:3 by p.json:2',
    ],
    ['is written twice', [{ allow: { tool: 'look' } }, { allow: { tool: 'look' } }], 'repeated p.json:3 by p.json:2'],
    ['says less than another', [{ allow: { command: 'git status' } }, { allow: { command: 'git *' } }], 'repeated p.json:2 by p.json:3'],
  ] as const)('%s', (_, rules, what) => {
    expect(found(inProject(...rules))).toEqual([`warning ${what}`])
  })

  test('is decided in another layer', () => {
    const layers: readonly RuleLayer[] = [
      { layer: 'project', rules: [{ ask: { command: 'npm test' } }], file: 'p.json', lines: [2] },
      { layer: 'user', rules: [{ allow: { command: 'npm *' } }], file: 'u.json', lines: [5] },
    ]
    expect(found(layers)).toEqual(['warning unreachable p.json:2 by u.json:5'])
  })
})

test.each([
  [{ allow: { command: 'git *' } }, { ask: { command: 'git push *' } }],
  [{ allow: { command: 'cargo *' } }, { deny: { command: 'cargo-evil' } }],
  [{ allow: { path: 'src/*' } }, { allow: { path: 'src/**' } }, { deny: { path: 'src/x/**' } }].slice(1),
  [{ deny: { path: 'src/*' } }, { allow: { path: 'src/**' } }],
  [{ allow: { access: 'exec' } }, { allow: { command: 'rm *' } }],
  [{ deny: { tool: 'bash', agent: 'x' } }, { allow: { tool: 'bash' } }],
  [{ deny: { path: '**' } }, { allow: { path: '/tmp/**' } }],
] as readonly (readonly Rule[])[])('nothing is said of rules that all decide something: %j %j', (...rules) => {
  expect(found(inProject(...rules))).toEqual([])
})

test('an allow above one that asks is not repeated by one below', () => {
  const layers: readonly RuleLayer[] = [
    { layer: 'project', rules: [{ allow: { command: 'git *' } }, { ask: { command: 'git push *' } }] },
    { layer: 'user', rules: [{ allow: { command: 'git push' } }] },
  ]
  expect(found(layers)).toEqual([])
})

const command = fc.constantFrom('git push', 'git push -f', 'ls', 'git $x', 'rm src/a')
const rule: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.constantFrom('allow', 'ask', 'deny'),
    fc.record(
      {
        tool: fc.constantFrom('bash', '*', 'b*'),
        access: fc.constantFrom('read', 'write', 'exec'),
        path: fc.constantFrom('src/**', '**', 'src/*', 'src/a', '**/a', '/etc/**'),
        command: fc.constantFrom('git *', 'git push *', 'git push', 'ls', 'rm *'),
        effect: fc.constantFrom('none', 'unsafe'),
      },
      { requiredKeys: [] },
    ),
  )
  .filter(([, match]) => Object.keys(match).length > 0)
  .map(([decision, match]) => ({ [decision]: match }) as unknown as Rule)
const access: fc.Arbitrary<Access> = fc.oneof(
  command.map((each): Access => ({ kind: 'exec', command: each, commands: [each] })),
  fc.constantFrom<Access>(
    { kind: 'write', path: 'src/a' },
    { kind: 'write', path: 'src/a', by: 'rm src/a' },
    { kind: 'read', path: 'src/b/c' },
    { kind: 'read', path: '/etc/x' },
    { kind: 'write', path: '.', below: true },
  ),
)

test('for any rules: taking out what was found changes no decision', () => {
  const layers = fc.array(
    fc.record({ layer: fc.constantFrom('project', 'user', 'administrator'), rules: fc.array(rule, { maxLength: 4 }) }),
    { maxLength: 3 },
  )
  const call = fc.record({
    tool: fc.constantFrom('bash', 'x'),
    accesses: fc.array(access, { minLength: 1, maxLength: 2 }),
    effect: fc.constantFrom('none', 'unsafe'),
  })
  fc.assert(
    fc.property(layers, call, (given, request) => {
      const [worst] = checkRules(given)
      fc.pre(worst !== undefined)
      // One at a time: of two that repeat each other one has to stay.
      const gone = checkRules(given).at(-1)
      // What writes does not have the effect 'none': such calls are not made.
      fc.pre(request.effect !== 'none' || request.accesses.every(({ kind }) => kind === 'read'))
      // A call that names a path by its words runs the command as well.
      fc.pre(
        request.accesses.every(
          (each) => !('by' in each) || request.accesses.some((other) => other.kind === 'exec' && other.command === each.by),
        ),
      )
      const without = given.map((each) => ({ ...each, rules: each.rules.filter((one) => one !== gone?.rule) }))
      expect(policy({ layers: without }).judge(request).decision).toBe(policy({ layers: given }).judge(request).decision)
    }),
    { numRuns: 5000 },
  )
})
