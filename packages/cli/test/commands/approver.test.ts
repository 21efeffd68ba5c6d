/** What a typed answer means, and which rule an «always» makes. */
import type { Access, Rule } from '@seamfold/core'
import { describe, expect, test } from 'vitest'
import { readAnswer } from '../../src/commands/approver.ts'
import { coversRequest, modePolicy, permissionMode, rulesLike } from '../../src/setup/permissions.ts'

describe('an answer', () => {
  test.each([
    ['y', { decision: 'approve' }],
    ['Yes', { decision: 'approve' }],
    ['n', { decision: 'reject' }],
    ['no, use pnpm', { decision: 'reject', message: 'use pnpm' }],
    ['a', 'always'],
    ['s', 'show'],
    ['show', 'show'],
    ['', undefined],
    ['yes please', undefined],
    ['nope', undefined],
  ])('%j', (typed, meant) => {
    expect(readAnswer(typed)).toEqual(meant)
  })
})

describe('always', () => {
  const like = (accesses: readonly Access[]) => rulesLike({ toolName: 'bash', kind: 'confirmation', accesses })
  const run = (command: string, commands?: readonly string[]) => ({
    tool: 'bash',
    accesses: [{ kind: 'exec', command, ...(commands === undefined ? {} : { commands }) } as const],
  })

  test('allows the same command from then on, and no other', () => {
    const permissions = modePolicy('ask', [])
    expect(permissions.judge(run('npm test', ['npm test'])).decision).toBe('ask')
    const sessionRules = like(run('npm test', ['npm test']).accesses)?.rules ?? []
    expect(permissions.judge({ ...run('npm test', ['npm test']), sessionRules }).decision).toBe('allow')
    expect(permissions.judge({ ...run('npm publish', ['npm publish']), sessionRules }).decision).toBe('ask')
    expect(permissions.judge({ ...run('npm test; rm x', ['npm test', 'rm x']), sessionRules }).decision).toBe('ask')
  })

  test('allows every command of a line that has several', () => {
    const permissions = modePolicy('ask', [])
    const both = run('npm test && git status', ['npm test', 'git status'])
    const always = like(both.accesses)
    expect(always?.words).toBe("'npm test', 'git status'")
    expect(permissions.judge({ ...both, sessionRules: always?.rules ?? [] }).decision).toBe('allow')
  })

  test('is not offered for a command that could not be taken apart', () => {
    expect(like(run('eval "$x"').accesses)).toBeUndefined()
  })

  test('of a command that writes allows what its words name and where it is redirected to, and no other edits', () => {
    const permissions = modePolicy('ask', [])
    const removes = { kind: 'exec', command: 'rm a > log', commands: ['rm a'] } as const
    const touched = [{ kind: 'write', path: 'log' } as const, { kind: 'write', path: 'a', by: 'rm a' } as const]
    const sessionRules = like([removes, ...touched])?.rules ?? []
    expect(permissions.judge({ tool: 'bash', accesses: [removes, ...touched], sessionRules }).decision).toBe('allow')
    const edits = ['a', 'b'].map((path) => permissions.judge({ tool: 'write', accesses: [{ kind: 'write', path }], sessionRules }).decision)
    expect(edits).toEqual(['ask', 'ask'])
  })

  test('is not offered where a rule would allow more than was asked', () => {
    expect(like(run('rm *', ['rm *']).accesses)).toBeUndefined()
    expect(like([...run('ls > a*', ['ls']).accesses, { kind: 'write', path: 'a*' }])).toBeUndefined()
  })

  test('never overrules a denial', () => {
    const permissions = modePolicy('ask', [{ deny: { access: 'write', path: 'secret/**' } }])
    const sessionRules = [{ allow: { access: 'write', path: '**' } }] as const
    expect(permissions.judge({ tool: 'write', accesses: [{ kind: 'write', path: 'secret/key' }], sessionRules }).decision).toBe('deny')
    expect(permissions.judge({ tool: 'write', accesses: [{ kind: 'write', path: 'src/a.ts' }], sessionRules }).decision).toBe('allow')
  })
})

describe('a request that was made before an always', () => {
  const request = {
    requestId: 'r',
    kind: 'confirmation',
    toolName: 'write',
    callId: '5.1',
    args: {},
    accesses: [{ kind: 'write', path: 'b' }],
    reason: '',
    sessionId: 's',
    runId: 'r',
  } as const
  const always = [{ allow: { access: 'write', path: '**' } }] as const
  const covers = (policy = modePolicy('ask', []), more = {}, rules: readonly Rule[] = always) =>
    coversRequest(policy, { ...request, ...more }, rules)

  test('is let pass where the rules cover it, and nowhere else', () => {
    expect(covers()).toBe(true)
    expect(covers(modePolicy('ask', []), {}, [])).toBe(false)
    expect(covers(modePolicy('ask', []), { accesses: [{ kind: 'write', path: '.git/config' }] })).toBe(false)
    expect(
      covers(modePolicy('ask', []), {
        accesses: [
          { kind: 'write', path: 'b' },
          { kind: 'exec', command: 'x', commands: ['x'] },
        ],
      }),
    ).toBe(false)
  })

  test.each([
    ['of a sub-agent', undefined, { callId: '5.1/7.0' }],
    ['that is a question', undefined, { kind: 'question' }],
    ['that an administrator asks for', [{ ask: { path: 'b' } }], {}],
    ['whose effect somebody asks for, which it does not tell', [{ ask: { effect: 'keyed' } }], {}],
  ] as const)('is asked for %s', (_, rules, more) => {
    const layers = rules === undefined ? [] : [{ layer: 'administrator' as const, rules }]
    expect(covers(modePolicy('ask', [], { layers }), more)).toBe(false)
  })
})

describe('a mode', () => {
  const write = (path: string) => ({ tool: 'write', accesses: [{ kind: 'write', path } as const] })
  const exec = { tool: 'bash', accesses: [{ kind: 'exec', command: 'ls', commands: ['ls'] } as const] }
  const read = { tool: 'read', accesses: [{ kind: 'read', path: 'a' } as const] }

  test.each([
    ['ask', ['allow', 'ask', 'ask']],
    ['auto-edit', ['allow', 'allow', 'ask']],
    ['full', ['allow', 'allow', 'allow']],
    ['read-only', ['allow', 'deny', 'deny']],
  ] as const)('%s decides to read, write and run', (mode, decisions) => {
    const permissions = modePolicy(mode, [])
    expect([read, write('a'), exec].map((request) => permissions.judge(request).decision)).toEqual(decisions)
  })

  test.each(['ask', 'auto-edit', 'full', 'read-only'] as const)('%s never lets a tool write into the journal', (mode) => {
    const permissions = modePolicy(mode, [{ allow: { access: 'write' } }])
    for (const path of ['.seamfold/sessions.db', 'nested/.seamfold/x', '.seamfold']) {
      expect(permissions.judge(write(path)).decision).toBe('deny')
    }
    expect(modePolicy('full', []).judge(write('seamfold/x')).decision).toBe('allow')
  })

  test('auto-edit asks for what is written outside of the workspace', () => {
    expect(modePolicy('auto-edit', []).judge(write('/etc/x')).decision).toBe('ask')
  })

  test('full does not ask where a command may or may not write into the journal', () => {
    expect(modePolicy('full', []).judge(write('/')).decision).toBe('allow')
  })

  test('that does not exist is refused', () => {
    expect(() => permissionMode('auto-edti')).toThrow("Did you mean 'auto-edit'?")
  })
})
