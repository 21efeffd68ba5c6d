/** `seamfold run --remote` with a worker in another process and another folder. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { envelopes, seamfold, Started, temporaryFolder } from './command.ts'

/** A worker that listens, and a caller with nothing but its address and token. */
async function stage(turns: readonly ScriptStep[], ...words: string[]) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const there = await temporaryFolder()
  const here = await temporaryFolder()
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl, SEAMFOLD_WORKER_TOKEN: 'secret-secret-secret' }
  const worker = new Started(['worker', '--listen', '0', ...words], { cwd: there.path, env })
  await worker.saw('Ctrl-C stops it.')
  const url = /ws:\/\/\S+/.exec(worker.stdout)?.[0] ?? ''
  const caller = { SEAMFOLD_WORKER_TOKEN: 'secret-secret-secret' }
  return {
    here: here.path,
    there: there.path,
    caller,
    url,
    run: (...given: string[]) => seamfold(['run', '--remote', url, ...given], { cwd: here.path, env: caller }),
    runWith: (own: Readonly<Record<string, string>>, ...given: string[]) =>
      seamfold(['run', '--remote', url, ...given], { cwd: here.path, env: own }),
    start: (...given: string[]) => new Started(['run', '--remote', url, ...given], { cwd: here.path, env: caller }),
    atWorker: (...given: string[]) => seamfold(given, { cwd: there.path, env }),
    async [Symbol.asyncDispose]() {
      worker.child.kill('SIGTERM')
      await worker.ended
      await simulator.close()
      await there[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    },
  }
}

const bash = (command: string) => callTool('bash', { command })

test('a task is done by the worker, in its folder, and is shown here as it happens', async () => {
  await using scene = await stage([answer([bash('echo hi > made.txt')]), answer([text('It is made.')])], '--yes')
  const { code, stdout, stderr } = await scene.run('make it')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/Worker +ws:/)
  expect(stdout).toMatch(/✓ bash +echo hi > made\.txt/)
  expect(stdout).toContain('It is made.\n\n✓ Done\n')
  expect([existsSync(join(scene.there, 'made.txt')), existsSync(join(scene.here, '.seamfold'))]).toEqual([true, false])
})

test('the permissions that are given here take away from those of the worker, and give nothing', async () => {
  const turns = [answer([bash('echo hi > made.txt')]), answer([text('I may not.')])]
  await using scene = await stage([...turns, ...turns], '--yes')
  const narrow = await scene.run('--permissions', 'read-only', 'make it')
  expect(narrow.stdout).toContain('I may not.')
  expect(existsSync(join(scene.there, 'made.txt'))).toBe(false)
  expect(await scene.run('--permissions', 'everything', 'make it')).toMatchObject({ code: 2, stdout: '' })
  await using careful = await stage(turns, '--permissions', 'read-only')
  expect((await careful.run('--permissions', 'full', 'make it')).stdout).toContain('I may not.')
  expect(existsSync(join(careful.there, 'made.txt'))).toBe(false)
})

test('what this folder, its user and its administrator allow takes away too', async () => {
  const turns = [answer([bash('echo hi > made.txt')]), answer([text('I may not.')])]
  await using scene = await stage([...turns, ...turns, ...turns], '--yes')
  const denied = async (env: Readonly<Record<string, string>>, shown: string) => {
    const { stdout } = await scene.runWith({ ...scene.caller, ...env }, 'make it')
    expect(stdout).toContain('I may not.')
    expect(stdout).toContain(`At most  ${shown}\n`)
    expect(existsSync(join(scene.there, 'made.txt'))).toBe(false)
  }
  await mkdir(join(scene.here, 'home', 'seamfold'), { recursive: true })
  await writeFile(join(scene.here, 'home', 'seamfold', 'policy.json'), '{ "rules": ["deny exec(echo *)"] }')
  await denied({ XDG_CONFIG_HOME: join(scene.here, 'home') }, 'what the rule here allows')
  await writeFile(join(scene.here, 'administrator.json'), '{ "mode": "read-only" }')
  const administrator = { SEAMFOLD_POLICY: join(scene.here, 'administrator.json') }
  await denied(administrator, 'read-only')
  const beyond = await scene.runWith({ ...scene.caller, ...administrator }, '--permissions', 'full', 'make it')
  expect(beyond).toMatchObject({ code: 2, stderr: expect.stringContaining("at most 'read-only'") as unknown })
  await writeFile(join(scene.here, 'seamfold.config.json'), '{ "permissions": "read-only" }')
  await denied({}, 'read-only')
})

test('only the answer, one event a line, and an answer that is held to a schema', async () => {
  await using scene = await stage([answer([text('Plain.')]), answer([text('Events.')]), answer([text('{"answer":42}')])])
  expect(await scene.run('-q', 'say it')).toMatchObject({ code: 0, stdout: 'Plain.\n' })
  expect(envelopes((await scene.run('--json', 'say it')).stdout).map(({ event }) => event.type)).toContain('agent_end')
  const schema = { type: 'object', properties: { answer: { type: 'integer' } }, required: ['answer'], additionalProperties: false }
  await writeFile(join(scene.here, 'schema.json'), JSON.stringify(schema))
  expect((await scene.run('--output', 'schema.json', 'what is it?')).stdout).toContain('{\n  "answer": 42\n}\n')
})

test('what must be asked waits at the worker, is answered there and gone on with from here, within the same limits', async () => {
  await using scene = await stage([answer([bash('echo hi > made.txt')]), answer([text('It is made.')])])
  const first = await scene.run('--session', 'job', 'make it')
  expect(first.code).toBe(3)
  expect(first.stdout).toContain('⏸ bash echo hi > made.txt')
  expect(first.stdout).toContain('In its folder, on its machine:\n  Answer  seamfold answer job --approve\n  And here:\n')
  const task = /Then +seamfold run --remote \S+ --session job --task (\S+) 'make it'/.exec(first.stdout)?.[1] ?? ''
  const answered = await scene.atWorker('answer', 'job', '--approve')
  expect(answered).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The program that gave this step goes on with it.') as unknown,
  })
  const refused = { code: 2, stderr: expect.stringContaining('Session job works for a program that gave it a step') as unknown }
  expect(await scene.atWorker('resume', 'job')).toMatchObject(refused)
  const none = { code: 2, stderr: expect.stringContaining('a program gave, and goes on with:\n  job') as unknown }
  expect(await scene.atWorker('resume')).toMatchObject(none)
  expect(existsSync(join(scene.there, 'made.txt'))).toBe(false)
  const second = await scene.run('--session', 'job', '--task', task, 'make it')
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('It is made.') as unknown })
  expect(existsSync(join(scene.there, 'made.txt'))).toBe(true)
})

test('Ctrl-C here ends the command there', async () => {
  await using scene = await stage([answer([bash('sleep 300')])], '--yes')
  const started = scene.start('--json', '--session', 'job', 'sleep')
  await started.saw('"tool_execution_start"')
  started.child.kill('SIGINT')
  expect((await started.ended).code).toBe(130)
  await expect.poll(async () => (await scene.atWorker('sessions')).stdout, { timeout: 20_000 }).toMatch(/^job +cancelled/m)
})

test('a worker that refuses or is not there fails in words', async () => {
  await using scene = await stage([])
  const refused = await scene.runWith({ SEAMFOLD_WORKER_TOKEN: 'another-token-entirely' }, 'make it')
  expect(refused.code).toBe(1)
  expect(refused.stdout).toMatch(/✗ Failed .*\S/)
})

test('a token crosses a network in the clear only where that is asked for', async () => {
  await using scene = await stage([answer([text('Said.')])], '--yes')
  // Another way to this machine, which does not look like it.
  const url = scene.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  const ask = (...words: string[]) => seamfold(['run', '--remote', url, ...words, 'say it'], { cwd: scene.here, env: scene.caller })
  expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining('would travel in the clear') as unknown })
  expect(await ask('--allow-cleartext', '--quiet')).toMatchObject({ code: 0, stdout: 'Said.\n' })
})

test('what only the worker can decide is refused here', async () => {
  await using folder = await temporaryFolder()
  const { code, stderr } = await seamfold(['run', '--remote', 'ws://127.0.0.1:1', '--model', 'gpt-5', '--yes', 'hi there'], {
    cwd: folder.path,
  })
  expect(code).toBe(2)
  expect(stderr).toContain('With --remote the worker decides over --model, --yes')
  const address = await seamfold(['run', '--remote', 'localhost:1', 'hi there'], { cwd: folder.path })
  expect(address).toMatchObject({ code: 2, stderr: expect.stringContaining('starts with ws:// or wss://') as unknown })
})
