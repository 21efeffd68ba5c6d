/** Hooks of an agent that are commands: what gates fails closed, what observes never fails a run, and none runs for ever. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentEvent, createAgent, hooks, policy, tool } from '@seamfold/core'
import type { HookExecutor } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { combineHooks, commandHooks } from '../src/index.ts'
import { listenForLines, scriptPath } from './lines.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'seamfold-hooked-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function runWith(executor: HookExecutor, timeouts = {}) {
  const ran: string[] = []
  const bash = tool<{ command: string }>({
    name: 'bash',
    description: 'Runs.',
    access: ({ command }) => [{ kind: 'exec', command }],
    execute: ({ command }) => `ran ${ran.push(command) && command}`,
  })
  const llm = scriptedLlm([[callOf('bash', { command: 'rm -rf x' })], 'done'])
  const agent = createAgent({ llm, tools: [bash], hooks: executor, permissions: policy({ default: 'allow' }), timeouts })
  const run = await agent.run('go')
  const events: AgentEvent[] = []
  for await (const { event } of run) events.push(event)
  const result = await run.result
  const [end] = events.filter((event) => event.type === 'tool_end')
  return { ran, result, output: end?.output, failures: events.filter((event) => event.type === 'persistence_failed') }
}

const guard = (shell: string) => combineHooks([{ hooks: commandHooks({ shell }), on: 'pre_tool_use', tool: 'bash', name: 'guard' }])

describe('a command that gates', () => {
  test('blocks, and the model reads why', async () => {
    const { ran, output, result } = await runWith(guard('grep -q "rm -rf" && { echo use the trash >&2; exit 2; }; exit 0'))
    expect([ran, output, result.status]).toEqual([[], "'bash' was blocked by a hook: use the trash", 'completed'])
  })

  test('rewrites, one after the other', async () => {
    const rewriting = (from: string, to: string) =>
      commandHooks({
        shell: `sed -n 's/.*"input":\\({[^}]*}\\).*/\\1/p' | sed 's/${from}/${to}/; s/.*/{"decision":"continue","input":&}/'`,
      })
    const executor = combineHooks([
      { hooks: rewriting('rm -rf', 'ls'), on: 'pre_tool_use', priority: 1 },
      { hooks: rewriting('ls', 'ls -a'), on: 'pre_tool_use', priority: 2 },
    ])
    expect((await runWith(executor)).ran).toEqual(['ls -a x'])
  })

  test.each([
    ['breaks', 'echo oh >&2; exit 1', /blocked by a hook: the hook failed: guard: The command .* failed with exit code 1: "oh"/],
    ['prints garbage', 'echo hello', /the hook failed: guard: The command "echo hello" answered "hello", and that is not JSON/],
  ])('and %s blocks', async (_, shell, message) => {
    const { ran, output } = await runWith(guard(shell))
    expect(ran).toEqual([])
    expect(output).toMatch(message)
  })

  test('and is late by the agent’s clock blocks, and is gone', async () => {
    const gone = Promise.withResolvers<void>()
    const lines = await listenForLines((_, socket) => socket.on('close', () => gone.resolve()))
    const command = [process.execPath, scriptPath('./clinging.mjs'), lines.path, 'command'] as const
    const { ran, output } = await runWith(combineHooks([{ hooks: commandHooks({ command }), on: 'pre_tool_use' }]), { hookMs: 1_000 })
    expect(ran).toEqual([])
    expect(output).toContain('the hook failed: it gave no answer within 1000 ms')
    await gone.promise
    await lines.close()
  }, 20_000)
})

test('commands that observe and break fail no run, and are reported', async () => {
  const broken = combineHooks([{ hooks: commandHooks({ shell: 'exit 3' }), on: ['post_tool_use', 'on_success'], name: 'reporter' }])
  const { result, ran } = await runWith(broken)
  expect([result.status, ran]).toEqual(['completed', ['rm -rf x']])
  await broken.idle()
  await expect(broken.fire({ hook: 'on_success' } as never, { signal: new AbortController().signal })).rejects.toThrow('reporter: ')
})

test('a command that runs an agent with the same hooks comes to an end', async () => {
  const log = join(folder, 'log')
  const command = [process.execPath, ...FROM_SOURCES, scriptPath('./nested-agent.ts'), log] as const
  const { result } = await runWith(hooks({ pre_tool_use: (event, options) => commandHooks({ command, maxDepth: 2 }).fire(event, options) }))
  expect(result.status).toBe('completed')
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
    `depth 2: "'look' was blocked by a hook: the hook failed: this agent is itself run by a hook, 2 deep, and hooks may be 2 deep: let the agent that the hook runs have no hooks, or raise maxDepth"`,
    'depth 1: "looked"',
  ])
}, 30_000)
