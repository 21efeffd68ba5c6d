/** What `why` says is what a run does: over every line of the corpora, with rules in layers, by decision and by reason. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, judgeCall, recordedCalls, type Envelope, type PermissionMode } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { codingTools, localWorkspace } from '@seamfold/tools'
import { afterAll, describe, expect, test } from 'vitest'
import { readCall } from '../../src/setup/call-arguments.ts'
import { groundPolicy } from '../../src/setup/ground.ts'
import type { Ground } from '../../src/setup/settings.ts'

const corpus = (name: string): readonly string[] => {
  const file = new URL(`../../../tools/test/corpus/${name}.json`, import.meta.url)
  return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>).flat()
}
const commands = [...new Set([...corpus('read-only-bypasses'), ...corpus('read-only-ordinary')])].filter((line) => line.trim() !== '')

const workspace = mkdtempSync(join(tmpdir(), 'seamfold-why-'))
afterAll(() => rmSync(workspace, { recursive: true, force: true }))
writeFileSync(join(workspace, 'a.ts'), '')

/** A place where commands end at once: what is allowed here must not happen. */
const tools = codingTools({
  workspace: localWorkspace(workspace, { shell: { run: async () => ({ ending: 'exited', exitCode: 0, leftovers: 0 }) } }),
})

const groundOf = (mode: PermissionMode): Ground => ({
  workspace,
  storePath: join(workspace, '.seamfold', 'sessions.db'),
  mode,
  rules: [{ ask: { command: 'git *' } }, { allow: { command: 'ls *' } }, { deny: { path: 'secret/**' } }, { deny: { command: 'curl *' } }],
  ruleLines: [2, 3, 4, 5],
  configFile: join(workspace, 'a.ts'),
  layers: [
    {
      layer: 'user',
      rules: [{ allow: { command: 'git status *' } }, { allow: { command: 'git log *' } }],
      file: '/u/policy.json',
      lines: [3, 4],
    },
    { layer: 'administrator', rules: [{ ask: { command: 'git log *' } }, { deny: { tool: 'bash', effect: 'none' } }] },
  ],
})

describe.each(['read-only', 'auto-edit'] as const)('in the mode %s', (mode) => {
  test('every line of the corpora is judged as a run judges it', async () => {
    const permissions = await groundPolicy(groundOf(mode))
    const replies = Array.from({ length: Math.ceil(commands.length / 40) }, (_, index) => commands.slice(40 * index, 40 * index + 40))
    const llm = scriptedLlm([...replies.map((reply) => reply.map((command) => callOf('bash', { command }))), 'done'])
    const agent = createAgent({ llm, tools, permissions, confirm: async () => ({ decision: 'reject' }) })
    const run = await agent.run('go')
    expect(await run.result).toMatchObject({ status: 'completed' })
    const facts: Envelope[] = []
    for await (const envelope of run) if (envelope.durable) facts.push(envelope)
    const seen = new Map(recordedCalls(facts).map((call) => [(call.args as { command: string }).command, call]))

    const other = await groundPolicy(groundOf(mode))
    const told = await Promise.all(
      commands.map(async (command) => {
        const { tool, args } = readCall(['bash', command], tools)
        const judged = await judgeCall(tool, args, { policy: other })
        if (!judged.ok) return [command, 'refused'] as const
        const { decision, rule, origin } = other.explain(judged.request).judgement
        expect(other.explain(judged.request).judgement).toEqual(judged.judgement)
        return [command, decision, decision === 'allow' ? undefined : rule && { rule, ...origin }] as const
      }),
    )
    // A call that the schema refuses is told of by neither.
    const real = told.map(([command]) => {
      const call = seen.get(command)
      return call === undefined ? ([command, 'refused'] as const) : ([command, call.decision, call.rule] as const)
    })
    expect(real).toEqual(told)
    expect(new Set(told.map(([, decision]) => decision)).size).toBeGreaterThanOrEqual(2)
    await agent.close()
  }, 60_000)
})

describe('a call is read', () => {
  test.each([
    [['bash', 'git push -f'], 'bash', { command: 'git push -f' }],
    [['bash git push -f'], 'bash', { command: 'git push -f' }],
    [['bash', 'ls', 'a b'], 'bash', { command: 'ls a b' }],
    [['read', 'src/x.ts'], 'read', { path: 'src/x.ts' }],
    [['ls'], 'ls', {}],
    [['bash', '{ ls; }'], 'bash', { command: '{ ls; }' }],
    [['grep', '{"pattern":"a","path":"b"}'], 'grep', { pattern: 'a', path: 'b' }],
  ])('%j', (words, name, args) => {
    const call = readCall(words, tools)
    expect(call.tool.definition.name).toBe(name)
    expect(Object.values(call.args as object)).toEqual(Object.values(args))
  })

  test('with stand-ins for what nobody has said', async () => {
    const { tool, args } = readCall(['write', 'src/x.ts'], tools)
    const judged = await judgeCall(tool, args, { policy: await groundPolicy(groundOf('ask')) })
    expect(judged).toMatchObject({ ok: true, request: { accesses: [{ kind: 'write', path: 'src/x.ts' }] }, judgement: { decision: 'ask' } })
  })

  test.each([
    [['bsh', 'ls'], "There is no tool 'bsh'. Did you mean 'bash'?"],
    [['read', '{"file_path":'], "The arguments of 'read' are not valid JSON"],
  ])('or refused: %j', (words, message) => {
    expect(() => readCall(words, tools)).toThrow(message)
  })
})
