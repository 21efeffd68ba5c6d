/** Rules over accesses: deny, ask, allow, default; and no pattern reaches further than its words. */
import { describe, expect, test } from 'vitest'
import { type Access, type Decision, policy, type Rule, type RuleMatch } from '../../src/index.ts'
import { defaultPolicy } from '../../src/model/default-policy.ts'

const judge = (rules: readonly Rule[], tool: string, ...accesses: Access[]): Decision =>
  policy({ rules }).judge({ tool, accesses }).decision

const read = (path: string): Access => ({ kind: 'read', path })
const write = (path: string): Access => ({ kind: 'write', path })
const exec = (command: string, commands?: readonly string[]): Access => ({ kind: 'exec', command, ...(commands ? { commands } : {}) })

describe('without rules', () => {
  test.each([
    [[read('a')], 'allow'],
    [[write('a')], 'ask'],
    [[exec('ls')], 'ask'],
    [[read('a'), write('b')], 'ask'],
    [[{ kind: 'net', host: 'example.com' }], 'allow'],
    [[{ kind: 'other' }], 'allow'],
    [[], 'allow'],
  ] as const)('%j is %s', (accesses, decision) => {
    expect(judge([], 'tool', ...accesses)).toBe(decision)
  })
})

describe('rules', () => {
  test('are judged deny, then ask, then allow, in whatever order they stand', () => {
    const rules: readonly Rule[] = [{ allow: { tool: 'edit' } }, { ask: { path: 'src/**' } }, { deny: { path: 'src/secret/**' } }]
    expect(judge(rules, 'edit', write('docs/a'))).toBe('allow')
    expect(judge(rules, 'edit', write('src/a'))).toBe('ask')
    expect(judge(rules, 'edit', write('src/secret/a'))).toBe('deny')
    expect(judge(rules.toReversed(), 'edit', write('src/secret/a'))).toBe('deny')
  })

  test('that allow must cover everything that a call touches', () => {
    const rules: readonly Rule[] = [{ allow: { access: 'write', path: 'src/**' } }]
    expect(judge(rules, 'move', write('src/a'), write('src/b'))).toBe('allow')
    expect(judge(rules, 'move', write('src/a'), write('b'))).toBe('ask')
  })

  test.each([
    ['git status', exec('git status', ['git status']), 'allow'],
    ['git status', exec('git status --short', ['git status --short']), 'ask'],
    ['git *', exec('git push --force', ['git push --force']), 'allow'],
    ['cargo *', exec('cargo-evil', ['cargo-evil']), 'ask'],
    ['cargo *', exec('cargo x; rm -rf y'), 'ask'],
    ['git status', exec('git status\nrm -rf y'), 'ask'],
    ['git status', exec('git status && rm y', ['git status', 'rm y']), 'ask'],
  ] as const)('that allow %j judge %j: %s', (command, access, decision) => {
    expect(judge([{ allow: { tool: 'bash', command } }], 'bash', access)).toBe(decision)
  })

  test('that allow each command of a line by a rule of its own allow the line', () => {
    const rules: readonly Rule[] = [{ allow: { command: 'git *' } }, { allow: { command: 'ls' } }]
    expect(judge(rules, 'bash', exec('git diff && ls', ['git diff', 'ls']))).toBe('allow')
    expect(judge(rules, 'bash', exec('git diff && ls && rm x', ['git diff', 'ls', 'rm x']))).toBe('ask')
    expect(judge([...rules, { deny: { command: 'git push *' } }], 'bash', exec('ls; git push', ['ls', 'git push']))).toBe('deny')
    expect(judge([...rules, { ask: { command: 'ls' } }], 'bash', exec('git diff; ls', ['git diff', 'ls']))).toBe('ask')
  })

  test('that allow commands never allow a line that may run more, but those that allow the tool do', () => {
    const line: Access = { kind: 'exec', command: 'ls; $X', undecided: 'a reason' }
    expect(judge([{ allow: { command: '*' } }], 'bash', line, exec('ls', ['ls']))).toBe('ask')
    expect(judge([{ allow: { tool: 'bash' } }], 'bash', line, exec('ls', ['ls']))).toBe('allow')
    expect(judge([{ allow: { access: 'exec' } }], 'bash', line, exec('ls', ['ls']))).toBe('allow')
    expect(policy().judge({ tool: 'bash', accesses: [line] }).reason).toContain('a reason')
  })

  test('that deny a command ask where it cannot be told whether a line runs it', () => {
    const rules: readonly Rule[] = [{ allow: { tool: 'bash' } }, { deny: { command: 'rm *' } }]
    const judged = policy({ rules }).judge({ tool: 'bash', accesses: [exec('$X y')] })
    expect(judged).toMatchObject({ decision: 'ask', rule: { deny: { command: 'rm *' } } })
    expect(judged.reason).toContain('cannot be told')
  })

  test.each([
    ['git push *', 'git push', true],
    ['git push *', 'git -C sub --no-pager push origin', true],
    ['git push *', 'git commit -m push', false],
    ['git push *', 'git $x', true],
    ['git push *', 'git log $x', false],
    ['git push', 'git push --force', false],
    ['git push', 'git push $x', true],
    ['rm *', '/usr/local/bin/rm x', true],
    ['rm *', 'rmdir x', false],
    ['rm -rf *', "rm '-rf' x", true],
    ["echo 'a b'", 'echo a b', false],
  ])('that deny %j see it in %j: %j', (command, given, hit) => {
    expect(judge([{ allow: { tool: 'bash' } }, { deny: { command } }], 'bash', exec(given, [given])) === 'deny').toBe(hit)
  })

  test.each([
    ['cargo *', 'cargo', true],
    ['cargo *', "cargo test 'a b'", true],
    ['cargo *', "'cargo test'", false],
    ['cargo *', '/tmp/cargo test', false],
    ["git commit -m 'a b'", "git commit -m 'a b'", true],
    ['git commit -m a b', "git commit -m 'a b'", false],
    ['cat $x', 'cat $x', true],
    ['cat x', 'cat $x', false],
    ['rm *', 'rm *', true],
    ['[ *', '[ -f x ]', true],
  ])('that allow %j cover %j: %j', (command, given, hit) => {
    expect(judge([{ allow: { command } }], 'bash', exec(given, [given])) === 'allow').toBe(hit)
  })

  test('that allow a command allow what its words name, and not what is redirected', () => {
    const rules: readonly Rule[] = [{ allow: { tool: 'bash', command: 'rm *' } }]
    const named: Access = { kind: 'write', path: 'a', by: 'rm a' }
    expect(judge(rules, 'bash', exec('rm a', ['rm a']), named)).toBe('allow')
    expect(judge(rules, 'bash', exec('rm a > b', ['rm a']), named, write('b'))).toBe('ask')
    expect(judge([...rules, { deny: { path: 'a' } }], 'bash', exec('rm a', ['rm a']), named)).toBe('deny')
    expect(judge([{ allow: { command: 'rm *', path: 'b' } }], 'bash', named)).toBe('ask')
  })

  test('over a path inside a folder ask when the folder is changed, and when a path may be any', () => {
    const rules: readonly Rule[] = [{ allow: { tool: 'bash' } }, { deny: { path: 'src/secret/**' } }]
    expect(judge(rules, 'bash', write('src/secret/a'))).toBe('deny')
    expect(['src', 'src/secret', '.'].map((path) => judge(rules, 'bash', write(path)))).toEqual(['ask', 'ask', 'ask'])
    expect(judge(rules, 'bash', write('src/other'))).toBe('allow')
    expect(judge(rules, 'bash', read('src'))).toBe('allow')
    expect([judge(rules, 'bash', read('/')), judge(rules, 'bash', write('/'))]).toEqual(['ask', 'ask'])
  })

  test.each([
    ['**/.env', '.', true],
    ['**/.env', 'src', true],
    ['.env', '.', true],
    ['.env', 'src', false],
    ['secret/**', 'src', false],
    ['secret/**', 'secret', true],
    ['src/*/secret/**', 'src/a', true],
    ['src/*/secret/**', 'lib/a', false],
    ['src/a', 'src/a/b', false],
    ['{a,b}/c', 'x', true],
    ['/etc/shadow', '/etc', true],
    ['/etc/shadow', 'etc', false],
    ['**/shadow', '/etc', true],
  ])('that deny %j ask for what goes through all of %j: %j', (path, folder, asks) => {
    const through: Access = { kind: 'read', path: folder, by: 'grep', below: true }
    expect(judge([{ allow: { tool: 'bash' } }, { deny: { path } }], 'bash', through)).toBe(asks ? 'ask' : 'allow')
  })

  test.each([
    [{ access: 'write', path: 'secret/**' }, 'secret/x', true],
    [{ access: 'read', path: 'secret/**' }, 'secret/x', true],
    [{ path: 'secret/**' }, 'secret', true],
    [{ path: 'secret/**' }, 'secrets', false],
    [{ path: 'src/secret/**' }, 'src', false],
    [{ path: 'secret/**' }, '.', false],
    [{ path: 'secret/**' }, '/', true],
    [{ access: 'write' }, 'secret/x', false],
    [{ access: 'write' }, '/', true],
    [{ access: 'net', host: 'x' }, '/', false],
    [{ command: 'rm *' }, '/', false],
  ] as const)('that deny %j ask for what is perhaps the file %j: %j', (deny, path, asks) => {
    const named: Access = { kind: 'write', path, by: 'foo x', perhaps: true }
    const rules: readonly Rule[] = [{ allow: { tool: 'bash' } }, { deny }]
    expect(judge(rules, 'bash', named)).toBe(asks ? 'ask' : 'allow')
    expect(judge([{ allow: { tool: 'bash' } }, { ask: deny }], 'bash', named)).toBe(asks ? 'ask' : 'allow')
  })

  test('that no rule is about is what is perhaps a file, nor is the default', () => {
    const named: Access = { kind: 'write', path: 'a', perhaps: true }
    const foo: Access = { kind: 'exec', command: 'foo a', commands: ['foo a'] }
    const judgeAll = (rules: readonly Rule[]): Decision => policy({ rules }).judge({ tool: 'bash', accesses: [foo, named] }).decision
    expect(judgeAll([{ allow: { access: 'exec' } }])).toBe('allow')
    expect(judgeAll([{ allow: { access: 'exec' } }, { deny: { path: 'a' } }])).toBe('ask')
    // What an allowed command names is allowed with it by a higher layer too, and a rule about writes says nothing of reads.
    const lifted = (allow: RuleMatch): Decision =>
      policy({ layers: [{ layer: 'user', rules: [{ allow }] }], rules: [{ allow: { access: 'exec' } }, { ask: { path: 'a' } }] }).judge({
        tool: 'bash',
        accesses: [foo, { ...named, by: 'foo a' }],
      }).decision
    expect([lifted({ command: 'foo *' }), lifted({ path: 'a' }), lifted({ access: 'write', path: 'a' })]).toEqual(['allow', 'allow', 'ask'])
  })

  test('that allow paths stay in the workspace unless they begin with a slash', () => {
    expect(judge([{ allow: { access: 'write', path: '**' } }], 'bash', write('/etc/x'))).toBe('ask')
    expect(judge([{ allow: { access: 'write', path: '/tmp/**' } }], 'bash', write('/tmp/x'))).toBe('allow')
    expect(judge([{ allow: { tool: 'bash' } }, { deny: { path: '**/x' } }], 'bash', write('/etc/x'))).toBe('deny')
  })

  test('that deny a command deny it also where it could not be taken apart', () => {
    expect(judge([{ allow: { tool: 'bash' } }, { deny: { command: 'rm *' } }], 'bash', exec('echo a; rm -rf b'))).toBe('deny')
  })

  test('hide a tool that is denied whatever it is called with', () => {
    const { exposes } = policy({ rules: [{ deny: { tool: 'bash' } }, { deny: { tool: 'edit', path: 'a' } }] })
    expect([exposes('bash'), exposes('edit')]).toEqual([false, true])
  })

  test.each([
    [{ allow: {} }, /matches nothing/],
    [{ allow: { paht: 'x' } }, /unknown key 'paht'/],
    [{ allow: { tool: 'a' }, deny: { tool: 'b' } }, /exactly one/],
    [{}, /exactly one/],
  ])('that are none are refused by name: %j', (rule, message) => {
    expect(() => policy({ rules: [rule as Rule] })).toThrow(message)
  })
})

test('without rules it judges as an agent does that was given none', () => {
  const given = policy()
  const some: readonly (readonly Access[])[] = [
    [],
    [{ kind: 'read', path: 'a' }],
    [{ kind: 'write', path: 'a' }],
    [
      { kind: 'read', path: 'a' },
      { kind: 'exec', command: 'ls', commands: ['ls'] },
    ],
    [{ kind: 'exec', command: 'a && b', commands: ['a', 'b'] }],
    [{ kind: 'net', host: 'x' }, { kind: 'other' }],
  ]
  for (const accesses of some)
    expect(defaultPolicy.judge({ tool: 't', accesses }).decision).toBe(given.judge({ tool: 't', accesses }).decision)
  expect([defaultPolicy.describe(), defaultPolicy.exposes('t')]).toEqual([given.describe(), given.exposes('t')])
})
