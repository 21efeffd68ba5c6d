/** The sandbox of the command itself: chosen in the configuration or by an option, kept when a run goes on, never left without being asked. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { sandboxStatus } from '@seamfold/tools'
import { expect, test } from 'vitest'
import { seamfold, temporaryFolder } from './command.ts'

const isHere = sandboxStatus().state === 'ready'

async function stage(config: object, turns: readonly ScriptStep[]) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  await writeFile(join(folder.path, 'seamfold.config.json'), JSON.stringify(config, null, 2))
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl }
  return {
    folder: folder.path,
    run: (words: readonly string[], more: Record<string, string> = {}) => seamfold(words, { cwd: folder.path, env: { ...env, ...more } }),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const done = answer([text('Done.')])
const bash = (command: string, name = 'bash'): ScriptStep => answer([callTool(name, { command })])

test.skipIf(!isHere)('commands write in the workspace, and not what is run at the next start', async () => {
  const hooks = [{ on: 'on_success', shell: 'sh hooks/end.sh' }]
  await using scene = await stage({ permissions: 'full', sandbox: 'required', hooks }, [
    // What a script does by itself no policy sees.
    bash('sh work.sh'),
    done,
  ])
  await mkdir(join(scene.folder, 'hooks'))
  await writeFile(join(scene.folder, 'hooks/end.sh'), 'echo ended > ended.txt')
  const work =
    'echo mine > here.txt; echo {} > seamfold.config.json; echo evil > hooks/end.sh; mv hooks other; rm -rf .seamfold; ls -A .seamfold'
  await writeFile(join(scene.folder, 'work.sh'), work)
  const { code, stdout } = await scene.run(['run', '--json', 'go'])
  expect(code).toBe(0)
  expect(stdout).toContain('Device or resource busy')
  expect(await readFile(join(scene.folder, 'here.txt'), 'utf8')).toBe('mine\n')
  expect(await readFile(join(scene.folder, 'seamfold.config.json'), 'utf8')).toContain('required')
  expect(await readFile(join(scene.folder, 'ended.txt'), 'utf8')).toBe('ended\n')
})

test.skipIf(!isHere)('what no rule lets be read no program reads either, though no policy sees what it does', async () => {
  const rules = [
    { deny: { path: 'secret/**' } },
    { deny: { access: 'read', path: '**/*.pem' } },
    { deny: { access: 'write', path: 'free.txt' } },
    { deny: { path: 'free.txt', agent: 'explore' } },
  ]
  await using scene = await stage({ permissions: { mode: 'full', rules }, sandbox: 'required' }, [bash('sh work.sh > seen.txt'), done])
  await mkdir(join(scene.folder, 'secret'))
  for (const name of ['secret/key', 'a.pem', 'free.txt']) await writeFile(join(scene.folder, name), `text of ${name}\n`)
  await writeFile(join(scene.folder, 'work.sh'), 'cat secret/key a.pem free.txt')
  expect((await scene.run(['run', 'go'])).code).toBe(0)
  expect(await readFile(join(scene.folder, 'seen.txt'), 'utf8')).toBe('text of free.txt\n')
})

test.skipIf(!isHere)('a command outside is asked for, also where everything is allowed', async () => {
  await using scene = await stage({ sandbox: 'auto' }, [bash('echo out > here.txt', 'bash_outside'), done])
  const waiting = await scene.run(['run', '--yes', 'go'])
  expect(waiting.code).toBe(3)
  expect(waiting.stdout + waiting.stderr).toContain('bash_outside')
  const session = /seamfold answer (\S+)/.exec(waiting.stdout + waiting.stderr)?.[1] ?? ''
  expect((await scene.run(['answer', session, '--approve'])).code).toBe(0)
  expect((await scene.run(['resume', session])).code).toBe(0)
  expect(await readFile(join(scene.folder, 'here.txt'), 'utf8')).toBe('out\n')
})

test.skipIf(!isHere)('a run goes on in the sandbox that it was started in', async () => {
  await using scene = await stage({}, [bash('echo $HOSTNAME > where.txt'), done])
  expect((await scene.run(['run', '--sandbox', 'required', 'go'])).code).toBe(3)
  const list = await scene.run(['sessions', 'list', '--json'])
  const session = (JSON.parse(list.stdout.split('\n')[0] ?? '') as { id: string }).id
  await scene.run(['answer', session, '--approve'])
  expect((await scene.run(['resume', session])).code).toBe(0)
  expect(await readFile(join(scene.folder, 'where.txt'), 'utf8')).toBe('sandbox\n')
})

test('where one is required and cannot be, nothing runs', async () => {
  await using scene = await stage({ permissions: 'full', sandbox: 'required' }, [bash('echo x > here.txt'), done])
  const { code, stderr } = await scene.run(['run', 'go'], { HOME: scene.folder })
  expect(code).toBe(2)
  expect(stderr).toContain('Commands are to run in a sandbox, and there is none')
})

test('where one is wanted and cannot be, that is said once', async () => {
  await using scene = await stage({ permissions: 'full' }, [bash('echo x'), bash('echo y > here.txt'), done])
  const { code, stderr } = await scene.run(['run', '--sandbox', 'auto', 'go'], { HOME: scene.folder })
  expect(code).toBe(0)
  expect(stderr.match(/Commands run without a sandbox/g)).toHaveLength(1)
  expect(await readFile(join(scene.folder, 'here.txt'), 'utf8')).toBe('y\n')
})

test('a mode that there is not is refused, and doctor tells what there is', async () => {
  await using scene = await stage({ sandbox: 'auto' }, [])
  expect(await scene.run(['run', '--sandbox', 'requierd', 'go'])).toMatchObject({ code: 2, stderr: expect.stringContaining("'required'") })
  expect((await scene.run(['doctor'])).stdout).toMatch(/Sandbox\s+\S (?:bubblewrap \d|.*commands run without)/)
})
