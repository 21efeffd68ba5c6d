/** Rules over accesses: deny, ask, allow, default; and no pattern reaches further than its words. */
import { describe, expect, test } from 'vitest'
import { type Access, type Decision, policy, type Rule } from '../../src/index.ts'

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
