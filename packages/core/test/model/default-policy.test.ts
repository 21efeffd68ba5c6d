/** An agent without a policy of its own reads the rules that people gave for a session as `policy()` does, where they have no pattern. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Access, alwaysRules, policy, type Rule } from '../../src/index.ts'
import { defaultPolicy } from '../../src/model/default-policy.ts'

const command = fc.constantFrom('npm test', 'rm a', "echo 'a b'", 'ls')
const path = fc.constantFrom('a', 'src/a', '/etc/x', 'b')
const access: fc.Arbitrary<Access> = fc.oneof(
  fc.array(command, { maxLength: 3 }).map((commands): Access => ({ kind: 'exec', command: commands.join('; '), commands })),
  fc.constant<Access>({ kind: 'exec', command: '$X', undecided: 'a reason' }),
  fc.tuple(fc.constantFrom('read' as const, 'write' as const), path).map(([kind, place]): Access => ({ kind, path: place })),
  fc.tuple(path, command).map(([place, by]): Access => ({ kind: 'write', path: place, by })),
  fc.constantFrom<Access>({ kind: 'net', host: 'a.example' }, { kind: 'other' }, { kind: 'agent', agent: 'x' }),
)
const call = fc.record({ tool: fc.constantFrom('bash', 'write'), accesses: fc.array(access, { maxLength: 3 }) })

const always = call.map(({ tool, accesses }) => alwaysRules({ toolName: tool, accesses, kind: 'confirmation' })?.rules ?? [])
const part = fc.record(
  {
    tool: fc.constantFrom('bash', 'write'),
    access: fc.constantFrom('exec' as const, 'write' as const, 'read' as const),
    path: fc.oneof(path, fc.constant('**')),
    command,
    effect: fc.constant('none' as const),
    agent: fc.constant('x'),
    host: fc.constant('a.example'),
  },
  { requiredKeys: [] },
)
const other: fc.Arbitrary<readonly Rule[]> = part.map((allow) => [{ allow }])

test('what rules of "always" allow, it allows, and asks for the rest', () => {
  const whole = policy()
  fc.assert(
    fc.property(call, fc.array(always, { maxLength: 3 }), (request, rules) => {
      const given = { ...request, sessionRules: rules.flat() }
      expect(defaultPolicy.judge(given).decision).toBe(whole.judge(given).decision)
    }),
    { numRuns: 5_000 },
  )
})

test('whatever a rule says, it never allows more than policy() does', () => {
  const whole = policy()
  fc.assert(
    fc.property(call, fc.array(other, { maxLength: 3 }), (request, rules) => {
      const given = { ...request, sessionRules: rules.flat() }
      const decisions = [defaultPolicy, whole].map((each) => each.judge(given).decision)
      expect({ given, decisions }).not.toEqual({ given, decisions: ['allow', 'ask'] })
    }),
    { numRuns: 5_000 },
  )
})
