/** What the bash tool promises: real commands, real processes, nothing left running. */
import { execFileSync, spawn } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bashTool, localShell } from '@seamfold/tools'
import { call, temporaryDirectory, textOf } from './support.ts'

/** Processes whose command line holds this text; the commands below carry a text of their own. */
const running = (text: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => commandLine(name))
    .filter((line) => line.includes(text))

const commandLine = (process: string): string => {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const until = async (isTrue: () => boolean, within = 5_000): Promise<void> => {
  const deadline = performance.now() + within
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('it did not come true in time')
    await new Promise((resolve) => void setImmediate(resolve))
  }
}

const setUp = (): { readonly root: string; readonly bash: ReturnType<typeof bashTool> } => {
  const root = temporaryDirectory()
  return { root, bash: bashTool(localShell({ directory: root })) }
}

let next = 0
/** Seconds to sleep that no other process on this machine sleeps for. */
const uniqueSleep = (): string => `600.${process.pid}${next++}`

describe('a command', () => {
  test('runs in the root with bash, and its output is the result', async () => {
    const { root, bash } = setUp()
    const result = await call(bash, { command: 'pwd; echo ${BASH_VERSION:+bash}; [[ a == a ]] && echo ok' })
    expect(textOf(result)).toBe(`${root}\nbash\nok\n`)
    expect(result).toMatchObject({ isError: false, exitCode: 0 })
  })

  test('keeps the order of its two outputs', async () => {
    const { bash } = setUp()
    expect(textOf(await call(bash, { command: 'for i in 1 2 3; do echo out $i; echo err $i >&2; done' }))).toBe(
      'out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n',
    )
  })

  test('reports its exit code, or the signal that ended it', async () => {
    const { bash } = setUp()
    const result = await call(bash, { command: 'echo before; exit 7' })
    expect(textOf(result)).toBe('before\n[exit code 7]')
    expect(result).toMatchObject({ isError: true, exitCode: 7 })
    expect(textOf(await call(bash, { command: 'kill -SEGV $$' }))).toBe('[ended by signal SIGSEGV]')
  })

  test('finds its input empty and closed', async () => {
    const { bash } = setUp()
    expect(textOf(await call(bash, { command: 'cat; read -r line || echo no input' }))).toBe('no input\n')
  })

  test('that does not exist is a failed result', async () => {
    const { bash } = setUp()
    expect(await call(bash, { command: 'no-such-program-here' })).toMatchObject({ isError: true, exitCode: 127 })
  })

  test('sees only the environment that it was given', async () => {
    const shell = localShell({ directory: temporaryDirectory(), environment: { PATH: '/usr/bin:/bin', GREETING: 'hello' } })
    const text = textOf(await call(bashTool(shell), { command: 'env' }))
    const ofTheShell = ['', '_', 'PWD', 'SHLVL', 'OLDPWD']
    const names = new Set(
      text
        .split('\n')
        .map((line) => line.split('=')[0] ?? '')
        .filter((name) => !ofTheShell.includes(name)),
    )
    expect(names).toEqual(new Set(['GIT_PAGER', 'GIT_TERMINAL_PROMPT', 'GREETING', 'PAGER', 'PATH', 'SEAMFOLD_COMMAND']))
  })

  test('that is too long to be passed is refused', async () => {
    const { bash } = setUp()
    expect(textOf(await call(bash, { command: `: ${'x'.repeat(140_000)}` }))).toMatch(/Write it to a file and run the file/)
    expect(textOf(await call(bash, { command: 'echo a\0b' }))).toMatch(/NUL byte/)
  })
})

describe('output', () => {
  test('without end is kept in bounded memory, head and tail', { timeout: 60_000 }, async () => {
    const { bash } = setUp()
    const result = await call(bash, { command: "echo first; head -c 300000000 /dev/zero | tr '\\0' x; echo; echo last" })
    const text = textOf(result)
    expect(text.length).toBeLessThan(1_100_000)
    expect(text.slice(0, 6)).toBe('first\n')
    expect(text.slice(-6)).toBe('\nlast\n')
    expect(text).toMatch(/\[… 298951\d{3} bytes left out here …\]/)
  })

  test('is shown while it is made, in whole characters', async () => {
    const { bash } = setUp()
    const shown: string[] = []
    const result = await call(
      bash,
      { command: "printf 'a\\xe2\\x82'; sleep 0.15; printf '\\xac b'; sleep 0.1; printf c" },
      { progress: (text) => void shown.push(text) },
    )
    expect(shown.length).toBeGreaterThan(1)
    expect(shown.join('')).toBe('a€ bc')
    expect(textOf(result)).toBe('a€ bc')
  })
})

describe('nothing is left running', () => {
  const stubborn: Record<string, (sleep: string) => string> = {
    'the command itself': (sleep) => `sleep ${sleep}`,
    'a grandchild in the background': (sleep) => `sleep ${sleep} & sleep ${sleep}`,
    'what ignores SIGTERM': (sleep) => `trap '' TERM; (trap '' TERM; sleep ${sleep}; sleep ${sleep}) & while :; do sleep ${sleep}; done`,
    'what left its session': (sleep) => `setsid sleep ${sleep} & sleep ${sleep}`,
    'what left its session twice and ignores SIGTERM': (sleep) =>
      `(setsid setsid bash -c "trap '' TERM; sleep ${sleep}; sleep ${sleep}" &) ; sleep ${sleep}`,
    'what cleared its environment below a process that did not': (sleep) =>
      `setsid bash -c 'env -i setsid sleep ${sleep} & wait' & sleep ${sleep}`,
  }
  test.each(Object.entries(stubborn))('after a timeout: %s', async (_, command) => {
    const { bash } = setUp()
    const sleep = uniqueSleep()
    const result = await call(bash, { command: `echo started; ${command(sleep)}`, timeout: 300 })
    expect(running(sleep)).toEqual([])
    expect(result).toMatchObject({ isError: true, errorKind: 'timeout', metadata: { outcome: 'unknown' } })
    expect(textOf(result)).toMatch(/^started\n(.*\n)*\[Ended after 300 ms, its timeout\. .* may have taken effect/)
  })

  test.each(Object.entries(stubborn))('after a cancel: %s', async (_, command) => {
    const { bash } = setUp()
    const sleep = uniqueSleep()
    const controller = new AbortController()
    const result = call(bash, { command: command(sleep) }, { signal: controller.signal })
    await until(() => running(sleep).some((line) => line.startsWith('sleep')))
    controller.abort()
    expect(await result).toMatchObject({ isError: true, errorKind: 'cancelled' })
    expect(running(sleep)).toEqual([])
  })

  test.each([
    ['in the background, holding the output', (sleep: string) => `sleep ${sleep} & echo done`],
    ['in the background, detached', (sleep: string) => `nohup sleep ${sleep} >/dev/null 2>&1 & echo done`],
    ['in another session', (sleep: string) => `setsid sleep ${sleep} >/dev/null 2>&1 & echo done`],
  ])('after the command itself has ended: %s', async (_, command) => {
    const { bash } = setUp()
    const sleep = uniqueSleep()
    const result = await call(bash, { command: command(sleep) })
    expect(running(sleep)).toEqual([])
    expect(textOf(result)).toMatch(/^done\n\[\d+ process(es)? that it left w/)
    expect(result.isError).toBe(false)
  })

  test('and filters behind the command may finish what they were given', async () => {
    const { bash } = setUp()
    expect(textOf(await call(bash, { command: 'echo one > >(sleep 0.05; tr a-z A-Z)' }))).toBe('ONE\n')
  })

  test('no watcher, no listener and no timer stays behind a command', async () => {
    const { bash } = setUp()
    const controller = new AbortController()
    for (let round = 0; round < 3; round++) await call(bash, { command: 'true' }, { signal: controller.signal })
    const children = (): string => execFileSync('ps', ['--ppid', String(process.pid), '-o', 'args='], { encoding: 'utf8' })
    await until(() => !children().includes('seamfold-watcher'))
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})

describe('when the process of the agent is killed', () => {
  const agent = (root: string, command: string): string => `
    import { localShell } from ${JSON.stringify(join(import.meta.dirname, '../src/shell/local-shell.ts'))}
    const run = localShell({ directory: ${JSON.stringify(root)} }).run(${JSON.stringify(command)}, {
      timeoutMs: 600_000, signal: new AbortController().signal, onOutput: (chunk) => process.stdout.write(chunk),
    })
    await run`

  test.each([
    ['a plain command', (sleep: string) => `echo started; sleep ${sleep}`],
    [
      'a whole group that ignores SIGTERM',
      (sleep: string) => `trap '' TERM; (trap '' TERM; sleep ${sleep}; sleep ${sleep}) & echo started; wait; sleep ${sleep}`,
    ],
    ['what left its session', (sleep: string) => `setsid setsid sleep ${sleep} & echo started; sleep ${sleep}`],
    [
      'what left its session and whose shell has ended',
      (sleep: string) => `(setsid sleep ${sleep} </dev/null >/dev/null 2>&1 &); echo started; sleep ${sleep}`,
    ],
    [
      'what cleared its environment and left its session, below what is still there',
      (sleep: string) =>
        `env -i setsid sh -c 'env -i setsid sleep ${sleep} & wait' </dev/null >/dev/null 2>&1 & echo started; sleep ${sleep}`,
    ],
  ])('%s ends too', async (_, command) => {
    const root = temporaryDirectory()
    const sleep = uniqueSleep()
    const child = spawn(process.execPath, ['--input-type=module', '-e', agent(root, command(sleep))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await until(() => running(`sleep ${sleep}`).some((line) => line.startsWith('sleep')))
    child.kill('SIGKILL')
    await until(() => running(sleep).length === 0)
    expect(running(sleep)).toEqual([])
  })
})

describe('what bash declares', () => {
  test('is every command that the line would run, and what it touches', async () => {
    const { bash } = setUp()
    const command = 'git status && rm -rf x > log < ../a'
    expect(await bash.access({ command })).toEqual([
      { kind: 'exec', command, commands: ['git status', 'rm -rf x'] },
      { kind: 'write', path: 'log' },
      { kind: 'read', path: '/a' },
      { kind: 'write', path: 'x', by: 'rm -rf x', below: true },
    ])
    expect(bash.effect({ command })).toBe('unsafe')
  })

  test('is a line of which nothing is certain, when that is so, and what is known of it besides', async () => {
    const { bash } = setUp()
    const command = 'ls; $WHATEVER'
    expect(await bash.access({ command })).toEqual([
      { kind: 'exec', command, undecided: 'which program $WHATEVER names is only known when it runs' },
      { kind: 'exec', command: 'ls', commands: ['ls'] },
      { kind: 'write', path: '/', perhaps: true },
    ])
  })
})

test('a timeout is 120 seconds unless said, and at most 600', async () => {
  const { bash } = setUp()
  expect(await bash.parse({ command: 'true' })).toEqual({ ok: true, value: { command: 'true', timeout: 120_000 } })
  expect(await bash.parse({ command: 'true', timeout: 600_001 })).toMatchObject({ ok: false })
})
