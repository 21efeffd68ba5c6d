/** Hooks of the configuration are those of the agent: asked, told, heard to the end, and not rewritten by the agent itself. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createAgent } from '@seamfold/core'
import { resultText } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { verifyHookSignature } from '@seamfold/hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { HookConfig } from '../../src/config/config.ts'
import { agentOptions } from '../../src/setup/assemble.ts'
import { describeHook } from '../../src/setup/configured-hooks.ts'
import { resolveSettings } from '../../src/setup/settings.ts'
import { openJournal } from '../../src/setup/store.ts'

/** Runs one call of `bash` in a workspace below the configuration. */
async function runWith(
  hooks: readonly HookConfig[],
  { permissions = 'full', call = callOf('bash', { command: 'echo ran > out.txt' }) } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const workspace = join(folder, 'code')
  mkdirSync(join(workspace, '.seamfold'), { recursive: true })
  writeFileSync(join(workspace, 'guard.mjs'), 'process.exitCode = 2; console.error("not in", process.env.SEAMFOLD_WORKSPACE)')
  writeFileSync(join(folder, 'seamfold.config.json'), JSON.stringify({ permissions, hooks }))
  const settings = await resolveSettings({ workspace }, { folder, environment: { OPENAI_API_KEY: 'any' } })
  const journal = await openJournal(settings.storePath)
  const llm = scriptedLlm([[call], 'done'])
  const { options, idle } = await agentOptions(settings, { journal, llm })
  const agent = createAgent({ ...options, unanswered: 'reject' })
  const result = await (await agent.run('go')).result
  await agent.close()
  await idle()
  await journal.close()
  const [block] = llm.requests[1]?.messages.at(-1)?.content ?? []
  const read = block?.type === 'tool_result' ? resultText(block.content) : 'no result'
  return { folder, workspace, read, status: result.status }
}

test('a command blocks, in the configuration’s folder, and is told the workspace', { timeout: 60_000 }, async () => {
  const command = [process.execPath, 'code/guard.mjs']
  const { read, workspace, status } = await runWith([{ on: 'pre_tool_use', tool: 'bash', command }])
  expect([read, status]).toEqual([`'bash' was blocked by a hook: not in ${workspace}`, 'completed'])
  expect((await runWith([{ on: 'pre_tool_use', tool: 'write', command }])).read).toBe('[no output]')
})

test('who is told of the end has heard it before the command ends', { timeout: 60_000 }, async () => {
  const { folder } = await runWith([{ on: 'on_success', shell: 'cat > end.json' }])
  expect(JSON.parse(readFileSync(join(folder, 'end.json'), 'utf8'))).toMatchObject({ hook: 'on_success', text: 'done' })
})

test('a web service is signed to with what the variable holds, and refused without', { timeout: 60_000 }, async () => {
  const isOurs: boolean[] = []
  const server = createServer((request, response) => {
    const { 'seamfold-signature': signature, 'x-team': team } = request.headers
    const judged = text(request).then((body) => verifyHookSignature({ body, signature: String(signature), secret: 'shared' }))
    void judged.then((isSigned) => {
      isOurs.push(team === 'a' && isSigned)
      return response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const hook: HookConfig = { on: 'post_tool_use', url, headers: { 'x-team': 'a' }, secretVariable: 'OF_THE_HOOKS' }
  await expect(runWith([hook])).rejects.toThrow(
    "hook 1 is to be signed with what the variable OF_THE_HOOKS holds, and that is not set. Set it, or take the key 'hooks.0.secretVariable'",
  )
  vi.stubEnv('OF_THE_HOOKS', 'shared')
  onTestFinished(() => void vi.unstubAllEnvs())
  await runWith([hook])
  expect(isOurs).toEqual([true])
})

test.each([
  ['command', { command: [process.execPath, 'code/guard.mjs'] }],
  ['shell line', { shell: 'node <code/guard.mjs; true' }],
] as const)('the file that a %s runs is not written unasked, in any mode', { timeout: 60_000 }, async (_, way) => {
  const hooks: HookConfig[] = [{ on: 'on_error', ...way }]
  const call = callOf('write', { file_path: 'guard.mjs', content: '' })
  for (const permissions of ['full', 'auto-edit'])
    expect((await runWith(hooks, { permissions, call })).read).toContain('it needs an approval (a hook runs this file)')
  expect((await runWith(hooks, { permissions: 'read-only', call })).read).toContain('the policy denies it')
  expect((await runWith([], { call })).read).not.toContain('approval')
})

test('what doctor says of them', () => {
  expect(
    describeHook({ on: ['on_error', 'on_success'], tool: 'bash', path: 'a/**', agent: '', url: 'https://a.example/h?token=hidden' }),
  ).toBe('on_error, on_success; tool bash; path a/**; agent  → POST https://a.example/h')
  expect(describeHook({ command: ['node', 'x.mjs'] })).toBe('everything → node x.mjs')
  expect(describeHook({ shell: 'cat > log' })).toBe('everything → sh: cat > log')
})
