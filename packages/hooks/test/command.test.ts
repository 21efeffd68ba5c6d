/** Commands as hooks: told on standard input, believed by exit code and output, and gone when they are stopped. */
import type { Socket } from 'node:net'
import { type HookEvent, isAgentError } from '@seamfold/core/kit'
import { manualClock } from '@seamfold/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { commandHooks, type CommandHooksOptions } from '../src/index.ts'
import { type Lines, listenForLines, scriptPath } from './lines.ts'

const place = { sessionId: 's', runId: 'r', metadata: {} }
const before: HookEvent = { hook: 'pre_tool_use', ...place, tool: 'bash', callId: '1.0', input: { command: 'ls $(touch x) "é' } }
const after: HookEvent = { ...before, hook: 'post_tool_use', output: '', isError: false }

const never = (): AbortSignal => new AbortController().signal
const fire = (options: CommandHooksOptions, event: HookEvent = before) => commandHooks(options).fire(event, { signal: never() })
const node = (code: string, ...more: string[]): readonly [string, ...string[]] => [process.execPath, '-e', code, ...more]

describe('a command', () => {
  test('gets its arguments as they are, and what happens on its standard input alone', async () => {
    const code = `let text = ''
      process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => {
        console.log(JSON.stringify({ decision: 'continue', input: { arguments: process.argv.slice(1), event: JSON.parse(text) } }))
      })`
    const words = ['$(touch y)', 'a b', '; exit 1', '*', '']
    expect(await fire({ command: node(code, ...words) })).toEqual({ decision: 'continue', input: { arguments: words, event: before } })
  })

  test('may be a line for a shell', async () => {
    expect(await fire({ shell: 'cat >/dev/null; echo "$((1 + 1)) of them" >&2; exit 2' })).toEqual({
      decision: 'block',
      reason: '2 of them',
    })
  })

  test('has nothing to say when it says nothing, and need not read', async () => {
    const large: HookEvent = { ...before, input: 'x'.repeat(3_000_000) }
    expect(await fire({ command: ['true'] }, large)).toBeUndefined()
  })

  test('blocks with exit code 2, and says so itself where it gave no reason', async () => {
    expect(await fire({ shell: 'exit 2' })).toEqual({ decision: 'block', reason: 'The command "exit 2" blocks it' })
  })

  test.each([
    ['exit 1', { shell: 'exit 1' }, /failed with exit code 1$/],
    ['exit 126, a file that cannot be run', { shell: '/etc/passwd' }, /failed with exit code 126/],
    ['exit 127, a program that is not there', { shell: 'no-such-program-anywhere' }, /failed with exit code 127/],
    ['exit 137, as of something killed inside', { shell: 'exit 137' }, /failed with exit code 137/],
    ['exit 1 after a decision', { shell: `echo '{"decision":"continue"}'; exit 1` }, /failed with exit code 1/],
    ['bytes that are no text', { shell: `printf '\\377\\376\\000'` }, /that is not JSON/],
    ['two decisions', { shell: `echo '{"decision":"continue"}{"decision":"continue"}'` }, /that is not JSON/],
    ['half a decision', { shell: `printf '{"decision":"conti'` }, /that is not JSON/],
    ['exit 7', { shell: 'echo no luck >&2; exit 7' }, /failed with exit code 7: "no luck"/],
    ['a signal', { shell: 'kill -9 $$' }, /was ended by SIGKILL/],
    ['no program', { command: ['/nowhere/at-all'] }, /could not be started.*Is '\/nowhere\/at-all' there\?/],
    ['no folder', { command: ['true'], directory: '/nowhere' }, /could not be started/],
    ['garbage', { shell: 'echo all is well' }, /answered "all is well", and that is not JSON/],
    ['a list', { shell: 'echo "[]"' }, /that is not an object/],
    ['no decision', { shell: 'echo "{}"' }, /its 'decision' is undefined/],
    ['an unknown decision', { shell: `echo '{"decision":"approve"}'` }, /its 'decision' is "approve"/],
    ['a misspelt key', { shell: `echo '{"decision":"continue","inputs":{}}'` }, /has no 'inputs', only decision, input, prompt/],
    ['no reason', { shell: `echo '{"decision":"block"}'` }, /its 'reason' is undefined/],
    ['a prompt that is none', { shell: `echo '{"decision":"continue","prompt":1}'` }, /its 'prompt' is 1/],
  ] as const)('fails where it gates: %s', async (_, options, message) => {
    await expect(fire(options)).rejects.toThrow(message)
  })

  test('that observes may print what it likes; a failure is one, and exit code 2 too', async () => {
    expect(await fire({ shell: 'echo formatted 3 files' }, after)).toBeUndefined()
    await expect(fire({ shell: 'exit 1' }, after)).rejects.toThrow('failed with exit code 1')
    await expect(fire({ shell: 'exit 2' }, after)).rejects.toThrow('post_tool_use blocks nothing: it tells what has happened')
  })

  test('sees this process’s variables, or those that it is given, and how deep it is', async () => {
    const shell = `cat >/dev/null; printf '{"decision":"block","reason":"%s %s %s"}' "\${HOME:-none}" "\${MINE:-none}" "$SEAMFOLD_HOOK_DEPTH"`
    expect(await fire({ shell })).toEqual({ decision: 'block', reason: `${process.env.HOME ?? 'none'} none 1` })
    expect(await fire({ shell, environment: { MINE: 'x', PATH: process.env.PATH }, depth: 1 })).toEqual({
      decision: 'block',
      reason: 'none x 2',
    })
  })
})

describe('a command that is stopped', () => {
  let lines: Lines | undefined
  afterEach(() => lines?.close())

  /** Starts the clinging command with children, and tells when all of them run and when all are gone. */
  async function clinging() {
    const names = ['command', 'child', 'escaped', 'escaped']
    const [started, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let [come, left] = [0, 0]
    lines = await listenForLines((_, socket) => {
      socket.on('close', () => ++left === names.length && gone.resolve())
      if (++come === names.length) started.resolve()
    })
    const command = [process.execPath, scriptPath('./clinging.mjs'), lines.path, ...names] as const
    return { command, started: started.promise, gone: gone.promise }
  }

  test('for its time is gone when it fails, with its children and those that left its group', async () => {
    const { command, started, gone } = await clinging()
    const clock = manualClock()
    const firing = commandHooks({ command, timeoutMs: 500, clock }).fire(before, { signal: never() })
    firing.catch(() => {}) // looked at below
    await started
    await clock.advance(499)
    await clock.advance(1)
    await expect(firing).rejects.toSatisfy((error) => isAgentError(error, 'timeout') && /gave no answer within 500 ms/.test(error.message))
    await gone
    expect(clock.pending).toBe(0)
  }, 20_000)

  test('for a cancel is gone, and the reason comes back', async () => {
    const { command, started, gone } = await clinging()
    const control = new AbortController()
    const firing = commandHooks({ command, timeoutMs: 0 }).fire(before, { signal: control.signal })
    firing.catch(() => {}) // looked at below
    await started
    const reason = new Error('enough')
    control.abort(reason)
    await expect(firing).rejects.toBe(reason)
    await gone
  }, 20_000)

  test('for too much output fails, whatever it goes on to say', async () => {
    const shell = 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxx; done'
    await expect(fire({ shell, maxOutputBytes: 10_000 })).rejects.toThrow('wrote more than 10000 bytes to its standard output')
  })

  test('keeps no more than the beginning of its complaint', async () => {
    const decision = await fire({ shell: `head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 2` })
    expect(decision).toEqual({ decision: 'block', reason: 'x'.repeat(8_192) })
  })
})

test('what a command leaves in its group is ended with it', async () => {
  const gone = Promise.withResolvers<void>()
  const come = new Map<string, Socket>()
  const lines = await listenForLines((name, socket) => {
    come.set(name, socket)
    if (name === 'child') socket.on('close', () => gone.resolve())
    if (come.size === 2) come.get('command')?.end() // which is what it waits for
  })
  const code = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })
    require('node:net').connect(process.argv[2]).on('end', () => process.exit(0)).write('command\\n')`
  expect(await fire({ command: node(code, scriptPath('./clinging.mjs'), lines.path, 'child') })).toBeUndefined()
  await gone.promise
  await lines.close()
}, 20_000)

test.each([
  [{}, /needs either 'command'/],
  [{ command: ['a'], shell: 'a' }, /needs either 'command'/],
  [{ shell: ' ' }, /'shell' is empty/],
  [{ command: [] }, /must be a list of strings that begins with a program/],
  [{ command: ['a', 'b\0c'] }, /must be a list of strings/],
  [{ command: ['a', 1] }, /must be a list of strings/],
  [{ command: ['a'], timeoutMs: -1 }, /'timeoutMs' must be a whole number from 0 on; it is -1/],
  [{ command: ['a'], maxDepth: Number.NaN }, /'maxDepth' must be/],
])('options that cannot work are refused: %j', (options, message) => {
  expect(() => commandHooks(options as unknown as CommandHooksOptions)).toThrow(message)
})
