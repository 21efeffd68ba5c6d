/** What a command in a sandbox is, seen from outside: the same as without one, as long as it keeps to its place. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bashTool, codingTools, localShell, localWorkspace, sandboxedShell, sandboxStatus } from '@seamfold/tools'
import { call, named, temporaryDirectory, textOf } from './support.ts'
import { inside, noSandbox } from './support-sandbox.ts'

describe('a machine without a sandbox', () => {
  const status = sandboxStatus(['/nowhere'])

  test('says what is missing and how to install it', () => {
    expect(status).toMatchObject({
      state: 'missing',
      why: 'bubblewrap is not installed',
      remedy: expect.stringContaining('apt-get install bubblewrap'),
    })
  })

  test('refuses where one is required, before anything runs', () => {
    const directory = temporaryDirectory()
    expect(() => sandboxedShell({ directory, sandbox: 'required', status })).toThrow(
      /there is none: bubblewrap is not installed.*apt-get install/,
    )
  })

  test('says once in the mode auto that commands run without', async () => {
    const said: string[] = []
    const directory = temporaryDirectory()
    const shell = sandboxedShell({ directory, sandbox: { mode: 'auto', onMissing: (why) => void said.push(why) }, status })
    for (const _ of [1, 2]) expect(textOf(await call(bashTool(shell), { command: 'echo $PPID' }))).not.toBe('')
    expect(said).toEqual([expect.stringMatching(/^Commands run without a sandbox: bubblewrap is not installed/)])
    expect(shell.outside).toBeUndefined()
  })
})

test('a command that runs in a sandbox says so with its start, and one outside does not', () => {
  const shell = sandboxedShell({
    directory: temporaryDirectory(),
    sandbox: 'auto',
    status: { state: 'ready', path: '/usr/bin/bwrap', version: '0.8.0' } as never,
  })
  expect(bashTool(shell).sandbox).toBe('bubblewrap')
  expect(shell.outside && bashTool(shell.outside).sandbox).toBeUndefined()
})

describe('options that cannot be', () => {
  const refusal = (sandbox: Parameters<typeof sandboxedShell>[0]['sandbox']) => () =>
    sandboxedShell({ directory: temporaryDirectory(), sandbox })

  test.each([
    ['a mode that there is not', { mode: 'on' as 'auto' }, /no sandbox mode 'on'/],
    ['no memory', { mode: 'required', limits: { memoryBytes: 0 } }, /memoryBytes is 0/],
    ['a URL for a host', { mode: 'required', network: { hosts: ['https://example.com'] } }, /is no host/],
    ['the home, to read', { mode: 'required', readable: ['~'] }, /holds the home folder/],
    ['the home, to write', { mode: 'required', writable: ['/'] }, /holds the home folder/],
    ['an empty path', { mode: 'required', writable: [''] }, /is no path/],
  ] as const)('%s is refused', (_, sandbox, words) => {
    expect(refusal(sandbox)).toThrow(words)
  })

  test('a workspace that holds the home is refused, as its keys could be read', () => {
    expect(() => sandboxedShell({ directory: '/', sandbox: 'required' })).toThrow(/holds the home folder/)
  })

  test('a sandbox beside a shell or a workspace that is made is refused', () => {
    const root = temporaryDirectory()
    expect(() => localWorkspace(root, { sandbox: 'required', shell: localShell({ directory: root }) })).toThrow(
      /both a shell and a sandbox/,
    )
    expect(() => codingTools({ workspace: localWorkspace(root), sandbox: 'required' })).toThrow(/localWorkspace/)
  })
})

describe.skipIf(noSandbox)('a command in a sandbox', () => {
  test.each([
    'echo out; echo err >&2; exit 7',
    'exit 137',
    'kill -SEGV $$',
    'kill -KILL $$',
    'sleep 60 & echo left',
    'no-such-program-here',
    'cat; read -r line || echo no input',
    'yes | head -c 300000 | wc -c',
    'printf "\\303\\244\\360\\237\\230\\200"',
  ])('%s ends as it does without one', async (command) => {
    const root = temporaryDirectory()
    const [outer, inner] = [await call(bashTool(localShell({ directory: root })), { command }), await inside(root).run(command)]
    expect(inner).toEqual(outer)
  })

  test('that is timed out may end as it likes, and is known as timed out', async () => {
    const result = await inside(temporaryDirectory()).run('trap "echo ending; exit 3" TERM; echo ready; sleep 60 & wait', 500)
    expect(textOf(result)).toMatch(/^ready\nending\n\[Ended after 500 ms/)
    expect(result).toMatchObject({ errorKind: 'timeout', exitCode: 3 })
  })

  test('that ignores being asked is killed', { timeout: 20_000 }, async () => {
    const result = await inside(temporaryDirectory()).run('trap "" TERM; while :; do sleep 0.1; done', 300)
    expect(result).toMatchObject({ errorKind: 'timeout' })
  })

  test('ends when the filters behind it have written what they were given', async () => {
    expect(await inside(temporaryDirectory()).text('echo late > >(sleep 0.05; cat)')).toMatch(/^late\n/)
  })

  test('writes in the workspace, and what it writes stays', async () => {
    const root = temporaryDirectory({ 'a.txt': 'one' })
    expect(await inside(root).text('echo two >> a.txt; mkdir -p b/c; echo x > b/c/d; cat a.txt')).toBe('onetwo\n')
    expect(readFileSync(join(root, 'b/c/d'), 'utf8')).toBe('x\n')
  })

  test('has /tmp and a home of its own, empty in each call', async () => {
    const { text } = inside(temporaryDirectory())
    expect(await text('echo x > /tmp/mine; echo y > ~/mine-too; cat /tmp/mine ~/mine-too')).toBe('x\ny\n')
    expect(await text('ls /tmp ~ | grep mine || echo none')).toBe('none\n')
    expect(existsSync('/tmp/mine')).toBe(false)
  })

  test('writes where it was allowed to, and reads what it was shown', async () => {
    const [root, more, shown] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory({ 'note.txt': 'seen' })]
    const { text, run } = inside(root, { writable: [more], readable: [shown] })
    expect(await text(`echo x > ${more}/y; cat ${shown}/note.txt`)).toBe('seen')
    expect(readFileSync(join(more, 'y'), 'utf8')).toBe('x\n')
    expect(await run(`echo x > ${shown}/note.txt`)).toMatchObject({ isError: true })
  })

  test('works in a folder with any name', async () => {
    const root = join(temporaryDirectory({ "ä b'$(x)\n/c.txt": 'here' }), "ä b'$(x)\n")
    expect(await inside(root, { frozen: ['c.txt'] }).text('cat c.txt; pwd')).toBe(`here${root}\n`)
  })

  test('works with git, which is told who makes commits', async () => {
    const root = temporaryDirectory({ 'a.txt': 'x' })
    execFileSync('git', ['init', '-q'], { cwd: root })
    const { text } = inside(root)
    await text('git add . && git -c user.name=A -c user.email=a@example.com commit -qm first')
    const git = named(codingTools({ workspace: root, sandbox: 'required' }), 'git')
    expect(textOf(await call(git, { command: 'log' }))).toContain('first')
  })

  test('starts beside others without waiting for them', async () => {
    const { text } = inside(temporaryDirectory())
    expect(await Promise.all(Array.from({ length: 8 }, (_, index) => text(`echo ${index}`)))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((each) => `${each}\n`),
    )
  })

  test('tells the model where it is, and offers a way out where a person may allow it', () => {
    const root = temporaryDirectory()
    const names = (sandbox: 'auto' | 'required' | 'off') =>
      codingTools({ workspace: root, sandbox }).map(({ definition }) => definition.name)
    expect(names('auto')).toContain('bash_outside')
    expect(names('required')).not.toContain('bash_outside')
    expect(names('off')).not.toContain('bash_outside')
    expect(named(codingTools({ workspace: root, sandbox: 'required' }), 'bash').definition.description).toContain('There is no network.')
  })

  test('leaves nothing on the machine', async () => {
    const root = temporaryDirectory({ 'a.txt': 'x' })
    const groups = (): readonly string[] => ['pids', 'memory', ''].flatMap((name) => namesIn(join('/sys/fs/cgroup', name)))
    await inside(root, { network: { hosts: ['example.com'] } }).text('true')
    expect(readdirSync(root)).toEqual(['a.txt'])
    expect(groups().filter((name) => name.startsWith(`seamfold-${process.pid}-`))).toEqual([])
    expect(namesIn(tmpdir()).filter((name) => name.startsWith(`seamfold-proxy-${process.pid}-`))).toEqual([])
  })
})

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])

describe.skipIf(noSandbox)('what is run or believed outside', () => {
  const repository = (): string => {
    const root = temporaryDirectory({ 'seamfold.config.json': '{}', 'tools/check.sh': 'echo checked', '.seamfold/sessions.db': 'journal' })
    execFileSync('git', ['init', '-q'], { cwd: root })
    return root
  }

  test.each([
    'echo evil > .git/hooks/pre-commit',
    'git config core.fsmonitor evil',
    'echo evil >> .git/config',
    'mv .git/hooks .git/hooks2',
    'mv .git .git2',
    'rm -rf .git/hooks .git/config',
    'echo evil > seamfold.config.json',
    'rm seamfold.config.json',
    'ln -sf a.txt seamfold.config.json',
    'mv evil.json seamfold.config.json',
    'echo evil > tools/check.sh',
    'mv tools tools2',
    'rm -rf .seamfold',
    'echo evil > .seamfold/agent.md',
  ])('%s fails', async (command) => {
    const root = repository()
    writeFileSync(join(root, 'evil.json'), '{"hooks":[]}')
    const before = execFileSync('git', ['config', '--list', '--local'], { cwd: root, encoding: 'utf8' })
    expect(await inside(root, { frozen: ['tools/check.sh'] }).run(command)).toMatchObject({ isError: true })
    expect(readFileSync(join(root, 'seamfold.config.json'), 'utf8')).toBe('{}')
    expect(readFileSync(join(root, 'tools/check.sh'), 'utf8')).toBe('echo checked')
    expect(readFileSync(join(root, '.seamfold/sessions.db'), 'utf8')).toBe('journal')
    expect(existsSync(join(root, '.git/hooks/pre-commit'))).toBe(false)
    expect(execFileSync('git', ['config', '--list', '--local'], { cwd: root, encoding: 'utf8' })).toBe(before)
  })

  test('is set aside when it was not there before, and the model is told', async () => {
    const root = temporaryDirectory()
    execFileSync('git', ['init', '-q'], { cwd: root })
    const result = await inside(root).run(
      'echo evil > seamfold.config.ts; mkdir .seamfold; echo ../evil > .git/commondir; ln -s /etc/passwd seamfold.config.json',
    )
    expect(readdirSync(root).toSorted()).toEqual([
      '.git',
      '.seamfold.from-sandbox',
      'seamfold.config.json.from-sandbox',
      'seamfold.config.ts.from-sandbox',
    ])
    expect(existsSync(join(root, '.git/commondir'))).toBe(false)
    expect(lstatSync(join(root, 'seamfold.config.json.from-sandbox')).isSymbolicLink()).toBe(true)
    expect(textOf(result)).toContain('does not allow seamfold.config.ts to be made')
  })

  test('is not shown for being frozen, where it lies outside', async () => {
    const far = temporaryDirectory({ 'config.json': 'PRIVATE' })
    const { run } = inside(temporaryDirectory(), { frozen: [join(far, 'config.json')] })
    expect(textOf(await run(`cat ${far}/config.json`))).not.toContain('PRIVATE')
  })

  test('stays as it is in folders that are writable too', async () => {
    const [root, far] = [temporaryDirectory(), temporaryDirectory({ 'a/b/kept': 'kept', 'a/b/free': '' })]
    await inside(root, { writable: [far], frozen: [join(far, 'a/b/kept')] }).run(
      `cd ${far}; echo x > a/b/free; mv a c; echo evil > a/b/kept`,
    )
    expect([readFileSync(join(far, 'a/b/kept'), 'utf8'), readFileSync(join(far, 'a/b/free'), 'utf8')]).toEqual(['kept', 'x\n'])
  })

  test('is not read where it is hidden', async () => {
    const root = temporaryDirectory({
      '.env': 'KEY=1',
      '.seamfold/sessions.db': 'journal',
      'deep/in/key.pem': 'key',
      'deep/in/other.pem': 'key',
    })
    const { text } = inside(root, { hidden: ['.env', 'deep/in/key.pem', 'link.pem'] })
    symlinkSync('deep/in/other.pem', join(root, 'link.pem'))
    expect(await text('cat .env deep/in/* link.pem 2>/dev/null; ls -A .seamfold')).toBe('[no output]')
  })

  test('is not read where a glob hides it', async () => {
    const root = temporaryDirectory({
      'a.pem': '1',
      'b/c/d.pem': '2',
      'conf/x': '3',
      'conf/y/z': '4',
      'b/[x]*': '5',
      'b/free': '6',
      'k.txt': '7',
    })
    symlinkSync('k.txt', join(root, 'k.pem'))
    const { text } = inside(root, { hidden: ['**/*.pem', 'conf/**', 'conf/y', 'b/[x]*', 'none/*'], frozen: ['conf/x', 'b/free'] })
    expect(await text('cat a.pem b/c/* conf/x conf/y/z b/*x* k.txt 2>/dev/null; cat b/free; ls -A conf')).toBe('6')
  })

  test('of a repository above the workspace can be read and not changed', async () => {
    const above = temporaryDirectory({ 'part/a.txt': 'x' })
    execFileSync('git', ['init', '-q'], { cwd: above })
    const { text, run } = inside(join(above, 'part'))
    expect(await text('git status --short')).toBe('?? ./\n')
    expect(await text('git rev-parse --show-prefix')).toBe('part/\n')
    expect(await run('echo evil > ../.git/hooks/pre-commit')).toMatchObject({ isError: true })
    expect(await run('git add .')).toMatchObject({ isError: true })
  })

  test('is not reached through a link in its place', async () => {
    const [root, far] = [temporaryDirectory(), temporaryDirectory({ config: 'far', 'hooks/x': '1', HEAD: 'ref: x' })]
    symlinkSync(far, join(root, '.git'))
    expect(await inside(root).run(`cat ${far}/config || cat .git/config`)).toMatchObject({ isError: true })
    mkdirSync(join(root, 'sub'))
    writeFileSync(join(root, 'sub/.git'), `gitdir: ${far}`)
    expect(await inside(join(root, 'sub')).run(`cat ${far}/config`)).toMatchObject({ isError: true })
  })
})
