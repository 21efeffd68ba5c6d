/** Hooks of the configuration in the command itself: asked and told by real processes, listed by doctor, and never in circles. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { seamfold } from './command.ts'
import { main } from './command.ts'
import { stage } from './stage.ts'

const remove = answer([callTool('bash', { command: 'rm -rf .' })])
const done = answer([text('Nothing was removed.')])

test('a command blocks a call, and another hears of the end before the command has ended', async () => {
  const hooks = [
    { on: 'pre_tool_use', tool: 'bash', shell: 'grep -q "rm -rf" && { echo not here >&2; exit 2; }; true' },
    { on: ['on_success', 'on_error'], shell: 'cat > ended.json' },
  ]
  await using scene = await stage([remove, done], { permissions: 'full', hooks })
  const { code, stdout } = await scene.run('run', '--json', 'clean up')
  expect(code).toBe(0)
  expect(stdout).toContain("'bash' was blocked by a hook: not here")
  expect(JSON.parse(await readFile(join(scene.folder, 'ended.json'), 'utf8'))).toMatchObject({
    hook: 'on_success',
    text: 'Nothing was removed.',
  })
})

test('a hook that runs the command in the same folder comes to an end', async () => {
  const shell = `cat >/dev/null; echo "$SEAMFOLD_HOOK_DEPTH" >> depths; "${process.execPath}" "${main}" run --quiet again </dev/null >/dev/null 2>&1`
  const hooks = [{ on: 'pre_prompt', shell: `${shell}; true` }]
  const environment = { keep: ['ANTHROPIC_API_KEY'] }
  await using scene = await stage([done, done, done, done], { permissions: 'full', environment, hooks })
  expect((await scene.run('run', 'go')).code).toBe(0)
  expect((await readFile(join(scene.folder, 'depths'), 'utf8')).trim().split('\n')).toEqual(['1', '2', '3'])
})

test('doctor lists them, and says what is missing', async () => {
  const hooks = [
    { name: 'no rm', on: 'pre_tool_use', tool: 'bash', command: ['node', 'no-rm.mjs'] },
    { on: 'on_error', url: 'https://ops.example/hooks?key=hidden', secretVariable: 'HOOK_SECRET' },
  ]
  await using scene = await stage([], { hooks })
  const missing = await scene.run('doctor')
  expect(missing.code).toBe(1)
  expect(missing.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'hook 2 is to be signed with what the variable HOOK_SECRET holds, and that is not set',
  )
  const env = { HOOK_SECRET: 'shared' }
  const { stdout } = await seamfold(['doctor'], { cwd: scene.folder, env })
  expect(stdout).toContain('no rm: pre_tool_use; tool bash → node no-rm.mjs')
  expect(stdout).toContain('hook 2: on_error → POST https://ops.example/hooks')
  expect(stdout).not.toContain('hidden')
})
