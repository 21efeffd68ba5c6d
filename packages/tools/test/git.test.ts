/** What the git tool promises, on a real repository. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codingTools } from '@seamfold/tools'
import { call, fill, named, parsed, temporaryDirectory, textOf } from './support.ts'

const setUp = () => {
  const root = temporaryDirectory({ 'a.txt': 'one\n', 'é x.txt': '' })
  const inRepository = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...words], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  inRepository('init', '--quiet', '--initial-branch=main')
  inRepository('config', 'user.name', 'A')
  inRepository('config', 'user.email', 'a@example.com')
  inRepository('add', '.')
  inRepository('commit', '--quiet', '--message=first')
  const git = named(codingTools({ workspace: root }), 'git')
  return { root, git, inRepository, run: (input: Record<string, string | number | boolean>) => call(git, input) }
}

describe('git', () => {
  test('shows status, log, diff and branches', async () => {
    const { root, run } = setUp()
    fill(root, { 'a.txt': 'two\n', new: '' })
    expect(textOf(await run({ command: 'status' }))).toBe('## main\n M a.txt\n?? new\n')
    expect(textOf(await run({ command: 'log' }))).toMatch(/^[0-9a-f]+ \d{4}-\S+ A: first\n$/)
    expect(textOf(await run({ command: 'diff' }))).toContain('-one\n+two\n')
    expect(textOf(await run({ command: 'diff', path: 'é x.txt' }))).toBe('[no output]')
    expect(textOf(await run({ command: 'diff', staged: true }))).toBe('[no output]')
    expect(textOf(await run({ command: 'branch' }))).toMatch(/^\* main [0-9a-f]+ first\n$/)
  })

  test('makes branches, moves between them and puts work away', async () => {
    const { root, run, inRepository } = setUp()
    expect((await run({ command: 'checkout', new_branch: true, name: 'work' })).isError).toBe(false)
    expect(inRepository('branch', '--show-current')).toBe('work\n')
    fill(root, { 'a.txt': 'two\n' })
    expect((await run({ command: 'stash', message: "it's mine" })).isError).toBe(false)
    expect(textOf(await run({ command: 'stash' }))).toContain("On work: it's mine")
    expect((await run({ command: 'checkout', ref: 'main' })).isError).toBe(false)
    expect((await run({ command: 'branch', subcommand: 'remove', name: 'work' })).isError).toBe(false)
    expect(inRepository('branch')).toBe('* main\n')
  })

  test('makes worktrees inside of the workspace only', async () => {
    const { root, run } = setUp()
    expect((await run({ command: 'worktree', subcommand: 'create', path: 'trees/w', new_branch: true, name: 'w' })).isError).toBe(false)
    expect(existsSync(join(root, 'trees/w/a.txt'))).toBe(true)
    const outside = await run({ command: 'worktree', subcommand: 'create', path: '../escaped', new_branch: true, name: 'x' })
    expect(outside).toMatchObject({ isError: true, errorKind: 'permission_denied' })
    expect(existsSync(join(root, '../escaped'))).toBe(false)
  })

  test('takes no option where it wants a name, and passes no text to a shell', async () => {
    const { root, run } = setUp()
    expect(textOf(await run({ command: 'diff', target: '--output=stolen' }))).toMatch(/may not begin with a dash/)
    expect(textOf(await run({ command: 'checkout' }))).toMatch(/^ref is missing/)
    const result = await run({ command: 'log', ref: '$(touch owned); `touch owned`' })
    expect(result.isError).toBe(true)
    expect([existsSync(join(root, 'owned')), existsSync(join(root, 'stolen'))]).toEqual([false, false])
  })

  test('runs none of the programs that the configuration of a repository names for reading', async () => {
    const { root, run, inRepository } = setUp()
    for (const key of ['core.fsmonitor', 'diff.external', 'core.pager', 'diff.evil.textconv'])
      inRepository('config', key, 'touch owned; true')
    fill(root, { '.gitattributes': '*.txt diff=evil\n', 'a.txt': 'two\n' })
    for (const command of ['status', 'diff', 'log', 'branch']) await run({ command })
    expect(existsSync(join(root, 'owned'))).toBe(false)
  })

  test('cuts long output and says so', async () => {
    const { root, run } = setUp()
    fill(root, { 'a.txt': 'line\n'.repeat(1_000) })
    const text = textOf(await run({ command: 'diff', max_bytes: 300 }))
    expect(text).toMatch(/\[the first 300 of \d+ bytes; narrow it with path or raise max_bytes\]$/)
  })

  test('reading declares a read, changing the command that it runs', async () => {
    const { git } = setUp()
    const status = await parsed(git, { command: 'status' })
    expect([await git.access(status), git.effect(status)]).toEqual([[{ kind: 'read', path: '.' }], 'none'])
    const checkout = await parsed(git, { command: 'checkout', ref: 'a b' })
    const command = "git checkout 'a b' --"
    expect([await git.access(checkout), git.effect(checkout)]).toEqual([[{ kind: 'exec', command, commands: [command] }], 'unsafe'])
  })

  test('outside of a repository is a failed result', async () => {
    const git = named(codingTools({ workspace: temporaryDirectory() }), 'git')
    expect(await call(git, { command: 'status' })).toMatchObject({ isError: true, exitCode: 128 })
  })
})
