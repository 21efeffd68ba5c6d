/** Runs that were cut off or wait: how they stand is told, and they go on as they were started. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAgent } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { answer, text } from '@seamfold/simulator'
import { sqliteStore } from '@seamfold/store-sqlite'
import { describe, expect, test } from 'vitest'
import { seamfold, temporaryFolder } from './command.ts'
import { bash, stage, type Stage } from './stage.ts'

async function killed(scene: Stage, ...words: string[]) {
  const started = scene.start('run', '--json', '--session', 'k1', ...words)
  await started.saw('"tool_execution_start"')
  return {
    async kill() {
      started.child.kill('SIGKILL')
      await started.ended
    },
  }
}

describe('a run whose process was killed', () => {
  test('is told to be at work while it is, and cut off afterwards, with what was under way and how to go on', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    const { kill } = await killed(scene, '--yes', 'go')
    expect((await scene.run('sessions')).stdout).toMatch(/^k1 +working/m)
    const atWork = (await scene.run('sessions', 'show', 'k1')).stdout
    expect(atWork).toMatch(/⏸ At work .*\n +Under way:\n +bash sleep 300/)
    await kill()
    const list = (await scene.run('sessions')).stdout
    expect(list).toMatch(/^k1 +cut off/m)
    expect(list).toContain('Go on with one: seamfold resume k1')
    const shown = (await scene.run('sessions', 'show', 'k1')).stdout
    expect(shown).toMatch(/✗ Cut off .*\n +Started, and nobody knows how it ended:\n +bash sleep 300/)
    expect(shown).toMatch(/Go on +seamfold resume k1/)
  })

  test('goes on with its own model and may do what it might do', async () => {
    await using scene = await stage([answer([bash('sleep 300')]), answer([bash('echo allowed')]), answer([text('Done so.')])])
    await (await killed(scene, '--model', 'claude-haiku-4-5', '--yes', 'go')).kill()
    const { code, stdout } = await scene.run('resume', 'k1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Model +claude-haiku-4-5/)
    expect(stdout).toContain('As it was started; --model and --permissions choose otherwise.')
    expect(stdout).toContain('Done so.')
  })

  test('asks about what was cut off where it was started so, and does as it is told', async () => {
    await using scene = await stage([
      answer([bash('test -e begun && echo again >> log || (touch begun; sleep 300)')]),
      answer([text('Done so.')]),
    ])
    await (await killed(scene, '--yes', '--ask-when-unknown', 'go')).kill()
    const first = await scene.run('resume', 'k1')
    expect(first.code).toBe(3)
    expect(first.stdout).toContain('Nobody knows whether this call took effect')
    expect((await scene.run('approve', 'k1')).code).toBe(0)
    expect(await scene.run('resume', 'k1')).toMatchObject({ code: 0, stdout: expect.stringContaining('Done so.') as string })
    expect(readFileSync(join(scene.folder, 'log'), 'utf8')).toBe('again\n')
  })

  test('asks about calls of the tools that the configuration names, and refuses a name that no tool has', async () => {
    await using scene = await stage([answer([bash('touch begun; sleep 300')]), answer([text('Done so.')])])
    const configure = (names: readonly string[]): void =>
      writeFileSync(join(scene.folder, 'seamfold.config.json'), JSON.stringify({ askWhenUnknown: names }))
    configure(['bsh'])
    expect(await scene.run('run', 'go')).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean 'bash'") as string })
    configure(['bash'])
    await (await killed(scene, '--yes', 'go')).kill()
    expect((await scene.run('resume', 'k1')).code).toBe(3)
    expect((await scene.run('answer', 'k1', '--reject', '--message', 'leave it')).code).toBe(0)
    const { code, stdout } = await scene.run('resume', 'k1')
    expect({ code, done: stdout.includes('Done so.') }).toEqual({ code: 0, done: true })
  })

  test('goes on once more as it was started, after an option said otherwise for one time', async () => {
    await using scene = await stage([answer([bash('echo one > one')]), answer([bash('sleep 300')]), answer([bash('echo two > two')])])
    expect((await scene.run('run', '--session', 'k1', 'go')).code).toBe(3)
    expect((await scene.run('approve', 'k1')).code).toBe(0)
    const allowed = scene.start('resume', 'k1', '--yes', '--json')
    await allowed.saw('sleep 300')
    await allowed.saw('"tool_execution_start"')
    allowed.child.kill('SIGKILL')
    await allowed.ended
    const { code, stdout } = await scene.run('resume', 'k1')
    expect({ code, asStarted: stdout.includes('As it was started') }).toEqual({ code: 3, asStarted: true })
    expect(stdout).toContain('echo two > two')
  })

  test('is judged by runs check as resume would go on with it: as it was started, unless an option says otherwise', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    const { kill } = await killed(scene, '--model', 'claude-haiku-4-5', '--yes', 'go')
    expect((await scene.run('runs', 'check')).stdout).toBe('✓ k1  another process is at work on it; can go on once that is gone\n')
    await kill()
    expect(await scene.run('runs', 'check')).toMatchObject({ code: 0, stdout: '✓ k1  was cut off; can go on\n' })
    const [check] = (await scene.run('runs', 'check', '--json')).stdout.split('\n')
    expect(JSON.parse(check ?? '')).toMatchObject({ sessionId: 'k1', standing: 'cut off', canGoOn: true, changed: [] })
    const otherwise = (await scene.run('runs', 'check', '--permissions', 'ask', '--model', 'claude-sonnet-4-5')).stdout
    expect(otherwise).toContain('! k1  was cut off; can go on, and not as it was started')
    expect(otherwise).toContain('It would go on with another model, other permissions.')
    const keyless = await seamfold(['runs', 'check'], { cwd: scene.folder })
    expect(keyless.code).toBe(1)
    expect(keyless.stdout).toContain('✗ k1  was cut off; cannot go on: 1 problem')
    expect(keyless.stdout.replaceAll(/\s+/g, ' ')).toContain('ANTHROPIC_API_KEY is not set')
  })

  test('goes on otherwise when that is asked for, which is said', async () => {
    await using scene = await stage([answer([bash('sleep 300')]), answer([text('Done so.')])])
    await (await killed(scene, '--model', 'claude-haiku-4-5', '--yes', 'go')).kill()
    const { stdout } = await scene.run('resume', 'k1', '--model', 'claude-sonnet-4-5', '--permissions', 'ask')
    expect(stdout).toMatch(/Model +claude-sonnet-4-5/)
    expect(stdout).toContain('It was started with the model claude-haiku-4-5 and --permissions full, and goes on as above.')
  })

  test('names its model where the key for it is missing, and goes on with another when that is asked for', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    await (await killed(scene, '--model', 'claude-haiku-4-5', '--yes', 'go')).kill()
    const { code, stderr } = await seamfold(['resume', 'k1'], { cwd: scene.folder })
    expect(code).toBe(2)
    expect(stderr).toContain('ANTHROPIC_API_KEY is not set')
    expect(stderr).toContain('The run was started with claude-haiku-4-5: set the key, or go on with another model: --model, --provider.')
    expect((await seamfold(['resume', 'k1', '--provider', 'simulator'], { cwd: scene.folder })).stdout).toContain('built-in simulator')
  })

  test('goes on in a chat as the chat does, which says how it was started', async () => {
    await using scene = await stage([answer([bash('sleep 300')]), answer([text('Done so.')])])
    await (await killed(scene, '--yes', 'go')).kill()
    const { stdout } = await scene.run('chat', '--session', 'k1')
    expect(stdout).toContain('It was started with --permissions full, and goes on as above.')
    expect(stdout).toContain('To go on as it was: seamfold resume k1')
  })
})

test('a run that waits says so with the commands that answer it, and one that was answered says how it goes on', async () => {
  await using scene = await stage([answer([bash('echo hi')])])
  expect((await scene.run('run', '--session', 'w1', 'go')).code).toBe(3)
  expect((await scene.run('sessions')).stdout).toMatch(/^w1 +waiting/m)
  expect((await scene.run('sessions', 'show', 'w1')).stdout).toMatch(/Approve +seamfold answer w1 --approve/)
  await scene.run('answer', 'w1', '--approve')
  expect((await scene.run('sessions')).stdout).toMatch(/^w1 +answered/m)
  expect((await scene.run('sessions', 'show', 'w1')).stdout).toMatch(/Go on +seamfold resume w1/)
})

test('what is long is listed in part, with the command that shows all of it', async () => {
  const command = Array.from({ length: 61 }, (_, index) => `echo line${index + 1}`).join('\n')
  await using scene = await stage([answer([bash(command)])])
  const first = await scene.run('run', '--session', 'w1', 'go')
  expect(first.stdout).toContain('21 more lines are not shown here: seamfold answer w1')
  expect(first.stdout).not.toContain('echo line61')
  const whole = await scene.run('answer', 'w1')
  expect(whole.stdout).toContain('echo line61')
  expect(whole.stdout).not.toContain('not shown')
})

test('of many sessions those that were used last are listed, the others on demand', async () => {
  await using folder = await temporaryFolder()
  const store = sqliteStore(join(folder.path, '.seamfold', 'sessions.db'))
  for (let number = 1; number <= 33; number++) {
    const agent = createAgent({ llm: scriptedLlm(['ok']), store })
    await (
      await (await agent.session({ id: `s${number}` })).send(`task ${number}`)
    ).result
    await agent.close()
  }
  await store.close?.()
  const list = await seamfold(['sessions'], { cwd: folder.path })
  expect(list.stdout).toMatch(/^s33 +completed/m)
  expect(list.stdout).not.toMatch(/^s3 /m)
  expect(list.stdout).toContain('3 sessions more: seamfold sessions list --all')
  expect((await seamfold(['sessions', 'list', '--all'], { cwd: folder.path })).stdout).toMatch(/^s3 /m)
  expect((await seamfold(['sessions', '--json'], { cwd: folder.path })).stdout.trim().split('\n')).toHaveLength(33)
  expect((await seamfold(['sessions', 'show'], { cwd: folder.path })).stdout).toContain('› task 33')
})

describe('a run that nobody wants any more', () => {
  test('is given up where it waits, and the session takes the next prompt', async () => {
    await using scene = await stage([answer([bash('echo hi')]), answer([text('Next.')])])
    await scene.run('run', '--session', 'w1', 'go')
    const refused = await scene.run('run', '--session', 'w1', 'never mind')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toBe(
      'error: The last run of session w1 waits for bash. Answer it: seamfold answer w1\nTo give it up: seamfold cancel w1\n',
    )
    expect((await scene.run('cancel', 'w1')).stdout).toContain('Cancelled: the last run of w1.')
    expect((await scene.run('sessions')).stdout).toMatch(/^w1 +cancelled/m)
    expect((await scene.run('cancel', 'w1')).code).toBe(2)
    expect((await scene.run('run', '--session', 'w1', 'something else')).stdout).toContain('Next.')
  })

  test('is given up where it was cut off', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    await (await killed(scene, '--yes', 'go')).kill()
    expect((await scene.run('run', '--session', 'k1', 'never mind')).stderr).toContain('was cut off. Go on with: seamfold resume k1')
    expect((await scene.run('cancel', 'k1', '--message', 'no need')).code).toBe(0)
    expect((await scene.run('sessions', 'show', 'k1')).stdout).toContain('Cancelled no need')
  })

  test('is stopped where another process works on it, which is not called left', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    const started = scene.start('run', '--yes', '--json', '--session', 'k1', 'go')
    await started.saw('"tool_execution_start"')
    const refused = await scene.run('run', '--session', 'k1', 'never mind')
    expect(refused.stderr).toMatch(/^error: Another process is at work on session k1: .*\.\n *Wait for it, or stop it: seamfold cancel k1/s)
    expect((await scene.run('cancel', 'k1')).stdout).toContain('Asked the process that works on k1 to stop.')
    expect((await started.ended).code).toBe(1)
    expect((await scene.run('sessions')).stdout).toMatch(/^k1 +cancelled/m)
  })
})
