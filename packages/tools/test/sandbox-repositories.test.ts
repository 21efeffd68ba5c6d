/** Repositories that a command in a sandbox makes or changes: outside of it git runs nothing that the command put there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bubblewrap } from '../src/sandbox/bubblewrap.ts'
import { readLines } from '../src/sandbox/git-commands.ts'
import { sandboxPlan } from '../src/sandbox/sandbox-options.ts'
import { fill, temporaryDirectory, textOf } from './support.ts'
import { inside, noSandbox, status } from './support-sandbox.ts'

const EVIL = 'printf \'#!/bin/sh\\ntouch %s/ran\\n\' "$PWD" > evil; chmod +x evil'

/** Git as somebody uses it there, and whether that ran what lay in wait. */
function use(root: string, folder: string): { readonly ran: boolean; readonly works: boolean } {
  const git = (...words: readonly string[]): boolean =>
    spawnSync('git', ['-C', join(root, folder), '-c', 'user.name=a', '-c', 'user.email=a', ...words]).status === 0
  const works = git('status') && git('commit', '-q', '--allow-empty', '-m', 'one') && git('log', '--oneline')
  return { ran: existsSync(join(root, 'ran')), works }
}

describe.skipIf(noSandbox)('what a command puts into a repository is not run outside', () => {
  test.each([
    ['a hook of a new repository', 'git init -q sub; cp evil sub/.git/hooks/pre-commit', 'sub', ['hooks/pre-commit.from-sandbox']],
    ['a setting of a new repository', 'git init -q sub; git -C sub config core.fsmonitor "$PWD/evil"', 'sub', ['config.from-sandbox']],
    ['a setting of a first repository', 'git init -q; git config core.fsmonitor "$PWD/evil"', '.', ['config.from-sandbox']],
    [
      'a setting that is included',
      'git init -q sub; printf "[core]\\nfsmonitor=$PWD/evil\\n" > x; git -C sub config include.path "$PWD/x"',
      'sub',
      ['config.from-sandbox'],
    ],
    [
      'another folder of hooks',
      'git init -q sub; rm -rf sub/.git/hooks; mkdir h; cp evil h/pre-commit; ln -s "$PWD/h" sub/.git/hooks',
      'sub',
      ['hooks.from-sandbox'],
    ],
    [
      'settings that a file leads to',
      'git init -q far; git -C far config core.fsmonitor "$PWD/evil"; mkdir sub; mv far/.git far/other; echo "gitdir: ../far/other" > sub/.git',
      'sub',
      undefined,
    ],
    [
      'settings of a worktree',
      'git init -q sub; git -C sub config extensions.worktreeConfig true; git -C sub config --worktree core.fsmonitor "$PWD/evil"',
      'sub',
      ['config.from-sandbox', 'config.worktree.from-sandbox'],
    ],
    [
      'a hook deep in the tree',
      'mkdir -p a/b/c/d; git init -q a/b/c/d; cp evil a/b/c/d/.git/hooks/pre-commit',
      'a/b/c/d',
      ['hooks/pre-commit.from-sandbox'],
    ],
  ] as const)('%s', async (...row) => {
    const [, command, folder, moved] = row
    const root = temporaryDirectory()
    const told = textOf(await inside(root).run(`${EVIL}; ${command}`))
    expect(use(root, folder)).toEqual({ ran: false, works: true })
    expect(told).toContain('.from-sandbox')
    for (const name of moved ?? []) expect(existsSync(join(root, folder, '.git', name))).toBe(true)
  })

  test('a repository that was there goes back to its settings, and keeps its own hooks', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'sub'))
    const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: join(root, 'sub'), encoding: 'utf8' })
    git('init', '-q')
    git('config', 'alias.mine', '!true')
    fill(root, { 'sub/.git/hooks/post-commit': '#!/bin/sh\n' })
    const { run } = inside(root)
    const told = textOf(
      await run(`${EVIL}; cd sub; git config core.fsmonitor "$PWD/../evil"; git config user.name b; cp ../evil .git/hooks/pre-commit`),
    )
    expect(told).toContain('sub/.git/config to be made')
    expect(use(root, 'sub')).toEqual({ ran: false, works: true })
    expect([git('config', 'alias.mine'), readdirSync(join(root, 'sub/.git/hooks')).includes('post-commit')]).toEqual(['!true\n', true])
    // What was there, and what has its new name, is left as it is.
    expect(textOf(await run('git -C sub status --short'))).not.toContain('from-sandbox')
    expect((await run('rm -rf sub')).isError).toBe(false)
  })

  test('a submodule that is new', async () => {
    const root = temporaryDirectory({ 'a.txt': 'a' })
    execFileSync('git', ['init', '-q'], { cwd: root })
    await inside(root).run(
      `${EVIL}; mkdir .git/modules; git init -q --separate-git-dir .git/modules/sub sub; git -C sub -c user.name=a -c user.email=a commit -q --allow-empty -m one; git add sub; git -C sub config core.fsmonitor "$PWD/evil"`,
    )
    expect(use(root, '.')).toEqual({ ran: false, works: true })
    expect(use(root, 'sub').ran).toBe(false)
    expect(existsSync(join(root, '.git/modules/sub/config.from-sandbox'))).toBe(true)
  })

  test('and what names no program stays as the command made it', async () => {
    const root = temporaryDirectory()
    const told = textOf(
      await inside(root).run(
        `git init -q one && cd one && git config user.name b && git config user.email b && git commit -q --allow-empty -m one && cd .. && git clone -q one two && git -C one worktree add -q ../three`,
      ),
    )
    expect(told).not.toContain('from-sandbox')
    expect(execFileSync('git', ['config', 'user.name'], { cwd: join(root, 'one'), encoding: 'utf8' })).toBe('b\n')
    for (const folder of ['one', 'two', 'three']) expect(use(root, folder)).toEqual({ ran: false, works: true })
  })
})

test.each([
  ['[core]\n\tbare = false\n# note\n[remote "a"]\n url = x\n', []],
  ['[core]\n\tfsmonitor = x', ['core fsmonitor = x']],
  ['[core] fsmonitor = x', [' [core] fsmonitor = x']],
  ['[core]\n bare = false \\\nfsmonitor = x', ['core bare = false \\', 'core fsmonitor = x']],
  ['[alias "x"]\n command = !x', ['alias.x command = !x']],
  ['[remote "a"]\n uploadpack = x', ['remote.a uploadpack = x']],
  ['[CORE]\nFsMonitor=x', ['CORE FsMonitor=x']],
  ['[user]\nname', []],
  ['?', [' ?']],
])('%j has these lines that may name a program: %j', (config, risky) => {
  expect(readLines(config).risky).toEqual(risky)
})

test.each(['inside', 'outside'])(
  'what is swapped for a link to what lies %s while the sandbox is made is not shown: nothing runs',
  async (where) => {
    if (status.state === 'missing') return
    const root = temporaryDirectory({ 'other/config': '', 'other/hooks/x': '' })
    execFileSync('git', ['init', '-q'], { cwd: root })
    const far = temporaryDirectory({ config: '', 'hooks/x': '' })
    const launch = await bubblewrap(
      status,
      sandboxPlan(root, { mode: 'required' }),
    )({ shell: '/bin/bash', command: 'echo ran', environment: { PATH: '/usr/bin:/bin' } })
    renameSync(join(root, '.git'), join(root, 'git'))
    symlinkSync(where === 'inside' ? 'other' : far, join(root, '.git'))
    const ended = spawnSync(launch.program, launch.words, { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' })
    await launch.close()
    expect(ended.stdout).toBe('')
    expect(() => launch.ended({ code: ended.status, signal: ended.signal }, ended.stderr, '')).toThrow(
      where === 'inside' ? 'the workspace was changed while the sandbox was made' : 'The sandbox could not be made, and nothing was run',
    )
  },
)
