/** Rules that say how long they wait for an approval, and what then. */
import { describe, expect, test } from 'vitest'
import { type Access, checkRules, policy, type Rule } from '../../src/index.ts'

const git: Access = { kind: 'exec', command: 'git push', commands: ['git push'] }
const file: Access = { kind: 'write', path: 'src/a' }
const timeoutOf = (rules: readonly Rule[], ...accesses: readonly Access[]) => policy({ rules }).judge({ tool: 'bash', accesses }).timeout

const push = (more: object = {}): Rule => ({ ask: { command: 'git push' }, ...more })
const write = (more: object = {}): Rule => ({ ask: { path: 'src/**' }, ...more })

describe('a rule that asks', () => {
  test('says how long, and rejects then unless it says otherwise', () => {
    expect(timeoutOf([push({ timeoutMs: 5 })], git)).toEqual({ afterMs: 5, action: 'reject' })
    expect(timeoutOf([push({ timeoutMs: 5, onTimeout: 'suspend' })], git)).toEqual({ afterMs: 5, action: 'suspend' })
    expect(timeoutOf([push()], git)).toBeUndefined()
    expect(timeoutOf([{ allow: { command: 'git push' } }, push({ timeoutMs: 5 })], git)).toEqual({ afterMs: 5, action: 'reject' })
  })

  test.each([
    ['the soonest rejection', { timeoutMs: 9 }, { timeoutMs: 5, onTimeout: 'reject' }, { afterMs: 5, action: 'reject' }],
    ['a rejection before a suspension', { timeoutMs: 9 }, { timeoutMs: 5, onTimeout: 'suspend' }, { afterMs: 9, action: 'reject' }],
    [
      'a suspension before an approval',
      { timeoutMs: 9, onTimeout: 'suspend' },
      { timeoutMs: 5, onTimeout: 'approve' },
      { afterMs: 9, action: 'suspend' },
    ],
    [
      'the latest approval',
      { timeoutMs: 9, onTimeout: 'approve' },
      { timeoutMs: 5, onTimeout: 'approve' },
      { afterMs: 9, action: 'approve' },
    ],
    ['no approval where one says nothing', {}, { timeoutMs: 5, onTimeout: 'approve' }, undefined],
    ['a rejection where one says nothing', {}, { timeoutMs: 5 }, { afterMs: 5, action: 'reject' }],
  ] as const)('and another: %s counts, whichever comes first', (...row) => {
    const [, a, b, expected] = row
    expect(timeoutOf([push(a), write(b)], git, file)).toEqual(expected)
    expect(timeoutOf([write(b), push(a)], git, file)).toEqual(expected)
    expect(timeoutOf([push(a), { ask: { command: 'git *' }, ...b }], git)).toEqual(expected)
  })

  test('approves nothing that the default asks for as well, or that may be denied', () => {
    const approves = push({ timeoutMs: 5, onTimeout: 'approve' })
    expect(timeoutOf([approves], git, { kind: 'write', path: 'b' })).toBeUndefined()
    expect(timeoutOf([approves, { deny: { path: 'secret/**' } }], git, { kind: 'write', path: '/' })).toBeUndefined()
    expect(timeoutOf([approves, { allow: { path: 'b' } }], git, { kind: 'write', path: 'b' })).toEqual({ afterMs: 5, action: 'approve' })
  })

  test('of a weaker layer approves nothing that a stronger one asks for', () => {
    const judge = policy({
      rules: [{ ask: { command: 'git *' }, timeoutMs: 1, onTimeout: 'approve' }],
      layers: [{ layer: 'user', rules: [push()] }],
    })
    expect(judge.judge({ tool: 'bash', accesses: [git] })).toMatchObject({ decision: 'ask', origin: { layer: 'user' } })
    expect(judge.judge({ tool: 'bash', accesses: [git] }).timeout).toBeUndefined()
  })
})

test.each([
  [{ allow: { tool: 'x' }, timeoutMs: 5 }, /only rules that ask wait/],
  [{ deny: { tool: 'x' }, onTimeout: 'reject' }, /only rules that ask wait/],
  [{ ask: { tool: 'x' }, onTimeout: 'approve' }, /without 'timeoutMs'/],
  [{ ask: { tool: 'x' }, timeoutMs: 0 }, /'timeoutMs' 0: give milliseconds above 0/],
  [{ ask: { tool: 'x' }, timeoutMs: Number.NaN }, /give milliseconds above 0/],
  [{ ask: { tool: 'x' }, timeoutMs: '5' }, /'timeoutMs' "5"/],
  [{ ask: { tool: 'x' }, timeoutMs: 5, onTimeout: 'allow' }, /'onTimeout' "allow": it is one of reject, suspend, approve/],
  [{ timeoutMs: 5 }, /exactly one of allow, ask, deny/],
])('%j is refused', (rule, words) => {
  expect(() => policy({ rules: [rule as Rule] })).toThrow(words)
})

test('keys may stand in any order, and the policy is another one with another time', () => {
  expect(timeoutOf([{ timeoutMs: 5, onTimeout: 'approve', ask: { command: 'git push' } }], git)).toEqual({ afterMs: 5, action: 'approve' })
  expect(policy({ rules: [push({ timeoutMs: 5 })] }).describe()).not.toBe(policy({ rules: [push({ timeoutMs: 6 })] }).describe())
})

test('a rule that waits otherwise than the one that covers it is not one too many', () => {
  const problems = (...rules: readonly Rule[]) => checkRules([{ layer: 'project', rules }]).map(({ problem }) => problem)
  expect(problems({ ask: { command: 'git *' } }, push({ timeoutMs: 5 }))).toEqual([])
  expect(problems({ ask: { command: 'git *' }, timeoutMs: 5 }, push({ timeoutMs: 5 }))).toEqual(['repeated'])
  expect(problems({ timeoutMs: 5, ask: { command: 'git *' } }, push())).toEqual(['repeated'])
})
