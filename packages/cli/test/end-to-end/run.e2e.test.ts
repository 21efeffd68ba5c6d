/** `seamfold run` as scripts and continuous integration use it: output, exit codes, signals, approvals by another process. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, badRequest, script, startSimulator, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { envelopes, seamfold, temporaryFolder } from './command.ts'
import { bash, stage } from './stage.ts'

describe('output', () => {
  test('is the transcript, plain in a pipe', async () => {
    await using scene = await stage([answer([text('Hello there.')])])
    const { code, stdout, stderr } = await scene.run('run', 'say', 'hello')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Task       say hello')
    expect(stdout).toContain('Hello there.\n\n✓ Done\n')
  })

  test('is only the answer with --quiet', async () => {
    await using scene = await stage([answer([text('Hello there.')])])
    expect(await scene.run('run', '-q', 'say hello')).toMatchObject({ code: 0, stdout: 'Hello there.\n', stderr: '' })
  })

  test('is one event a line with --json, from the first to the last', async () => {
    await using scene = await stage([answer([text('Hello')])])
    const { code, stdout } = await scene.run('run', '--json', 'hello')
    const events = envelopes(stdout)
    expect(code).toBe(0)
    expect(events.filter(({ event }) => event.type === 'agent_start')).toHaveLength(1)
    expect(events.findLast(({ event }) => event.type !== 'session_released')?.event).toMatchObject({ type: 'agent_end', text: 'Hello' })
  })

  test('holds to a schema with --output', async () => {
    await using scene = await stage([answer([text('{"answer":42}')])])
    await writeFile(
      join(scene.folder, 'schema.json'),
      '{"type":"object","properties":{"answer":{"type":"integer"}},"required":["answer"],"additionalProperties":false}',
    )
    const { code, stdout } = await scene.run('run', '-q', '--output', 'schema.json', 'what is it?')
    expect({ code, data: JSON.parse(stdout) as unknown }).toEqual({ code: 0, data: { answer: 42 } })
  })

  test('reads a prompt from standard input', async () => {
    await using scene = await stage([answer([text('ok')])])
    const { code, stdout } = await scene.feed('the text\n', 'run', 'read', '-')
    expect(code).toBe(0)
    expect(stdout).toContain('Task       read the text')
  })
})

describe('exit codes', () => {
  test('1 when the run fails, with the reason', async () => {
    await using scene = await stage([badRequest('no such thing')])
    const { code, stdout } = await scene.run('run', 'hello')
    expect(code).toBe(1)
    expect(stdout).toContain('✗ Failed')
  })

  test.each([
    ['an unknown option', ['run', '--modle', 'x', 'hi'], "unknown option '--modle'"],
    ['a mistyped command', ['sesions'], "Did you mean 'sessions'?"],
    ['a mistyped command with an argument', ['sesions', 'show'], "Did you mean 'sessions'?"],
    ['a word that is no task', ['frobnicate'], 'To give it as a task: seamfold run "frobnicate"'],
    ['no prompt', ['run'], 'What is to be done?'],
    ['a workspace that does not exist', ['run', '--workspace', 'no/such', 'hi'], 'does not exist'],
    ['an unknown model', ['run', '--model', 'gemini-9', 'hi'], "The model 'gemini-9' is not known"],
    ['an unknown provider', ['run', '--provider', 'antropic', 'hi'], "Did you mean 'anthropic'?"],
    ['an unknown permission mode', ['run', '--permissions', 'yolo', 'hi'], "There is no permission mode 'yolo'"],
    ['a wrong budget', ['run', '--budget', 'lots', 'hi'], "--budget is 'lots'"],
    ['a schema that is none', ['run', '--output', 'none.json', 'hi'], 'is not a JSON Schema'],
    ['a session that does not exist', ['sessions', 'show', 'nope'], 'There are no sessions here'],
  ])('2 for %s, before anything is done', async (_, words, message) => {
    await using folder = await temporaryFolder()
    const { code, stdout, stderr } = await seamfold(words, { cwd: folder.path })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(existsSync(join(folder.path, '.seamfold'))).toBe(false)
  })

  test('2 for a budget in dollars where the price is not known', async () => {
    await using scene = await stage([])
    const { code, stdout, stderr } = await scene.run('run', '--provider', 'anthropic', '--model', 'own-model', '--budget', '1', 'hi')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('The price of own-model is not known')
    expect(stderr).toContain('--max-turns')
  })

  test('2 for a missing key, naming the variable', async () => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await seamfold(['run', '--provider', 'anthropic', 'hi'], { cwd: folder.path })
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('ANTHROPIC_API_KEY is not set') as unknown })
  })

  test('2 for a configuration with a wrong key, naming the line', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'seamfold.config.json'), '{\n  "modell": "x"\n}')
    const { code, stderr } = await seamfold(['run', 'hi'], { cwd: folder.path })
    expect(code).toBe(2)
    expect(stderr).toContain("seamfold.config.json:2: 'modell': there is no such key. Did you mean 'model'?")
  })

  test('2 for a port that is taken, without a trace', async () => {
    await using simulator = await startSimulator({ scenario: script([]) })
    const port = new URL(simulator.anthropicBaseUrl).port
    const { code, stdout, stderr } = await seamfold(['simulator', '--port', port])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`error: --port is ${port}, and another program uses it. Choose another, or leave it out to take any free one.\n`)
  })

  test('a task of one word is done where a task is asked for, and a mistyped command still is none', async () => {
    await using scene = await stage([answer([text('Hello there.')])])
    const start = { SEAMFOLD_COMMAND: 'start --' }
    expect(await scene.with(start, 'hello')).toMatchObject({ code: 0, stdout: expect.stringContaining('Task       hello') as unknown })
    expect(await scene.with(start, 'sesions')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Did you mean 'sessions'?") as unknown,
    })
  })

  test('2 for a journal that is none', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'notes.db'), 'this is no database, but it is long enough to be looked at by one'.repeat(20))
    const { code, stderr } = await seamfold(['sessions', '--store', 'notes.db'], { cwd: folder.path })
    expect(code).toBe(2)
    expect(stderr).toContain('notes.db')
  })
})

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s cancels the run, which is stored, and exits %i', async (signal, code) => {
    await using scene = await stage([answer([bash('echo $$ > pid; sleep 300')])])
    const started = scene.start('run', '--yes', '--json', 'sleep')
    await started.saw('"tool_execution_start"')
    started.child.kill(signal)
    expect((await started.ended).code).toBe(code)
    const shown = await scene.run('sessions', 'show', '--json')
    expect(envelopes(shown.stdout).map(({ event }) => event.type)).toContain('run_cancelled')
  })

  test('leaves no process of the run behind', async () => {
    await using scene = await stage([answer([bash('echo $$ > pid; sleep 300')])])
    const started = scene.start('run', '--yes', '--json', 'sleep')
    await expect.poll(() => readFile(join(scene.folder, 'pid'), 'utf8').catch(() => ''), { timeout: 20_000 }).toMatch(/\d\n/)
    started.child.kill('SIGINT')
    await started.ended
    const pid = Number(await readFile(join(scene.folder, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

describe('a run that was killed', () => {
  test('is resumed at once by another process, and tells the model what it knows of the call', async () => {
    await using scene = await stage([
      answer([bash('echo once >> count.txt; sleep 300')]),
      (conversation) => answer([text(`It said: ${JSON.stringify(conversation.messages.at(-1)?.parts)}`)]),
    ])
    const started = scene.start('run', '--yes', '--json', 'go')
    await started.saw('"tool_execution_start"')
    started.child.kill('SIGKILL')
    await started.ended
    const resumed = await scene.run('resume', '--yes')
    expect(resumed.code).toBe(0)
    expect(resumed.stdout).toContain('It said:')
    const shown = envelopes((await scene.run('sessions', 'show', '--json')).stdout)
    expect(shown.filter(({ event }) => event.type === 'tool_execution_start')).toHaveLength(1)
  })

  test('is left alone while the process that works on it lives', async () => {
    await using scene = await stage([answer([bash('sleep 300')])])
    const started = scene.start('run', '--yes', '--json', '--session', 'busy', 'go')
    await started.saw('"tool_execution_start"')
    const refused: readonly (readonly string[])[] = [
      ['resume', 'busy', '--yes'],
      ['run', '--session', 'busy', 'more'],
      ['sessions', 'rewind', 'busy', '--runs', '1'],
      ['sessions', 'redact', 'busy', '--containing', 'go', '--yes'],
    ]
    for (const words of refused) {
      const { code, stderr } = await scene.run(...words)
      expect({ words, code: code === 0 }).toEqual({ words, code: false })
      // Who it is, until when, and what can be done.
      expect(stderr).toContain(`Another process is at work on session busy: process ${started.child.pid} of this machine.`)
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
        /holds the session until 20\d\d-\S+Z, and longer while it lives\. Wait .* seamfold cancel busy/,
      )
    }
    started.child.kill('SIGINT')
    expect((await started.ended).code).toBe(130)
  })
})

describe('what must be asked', () => {
  test('waits with exit code 3, is answered by another process and finished by a third', async () => {
    await using scene = await stage([answer([bash('echo done > out.txt')]), answer([text('It is written.')])])
    const first = await scene.run('run', 'write it')
    expect(first.code).toBe(3)
    expect(first.stdout).toContain('⏸ Waiting for 1 answer')
    expect(existsSync(join(scene.folder, 'out.txt'))).toBe(false)

    const session = /Approve +seamfold answer (\S+) --approve/.exec(first.stdout)?.[1] ?? ''
    const answered = await scene.run('answer', session, '--approve')
    expect(answered).toMatchObject({ code: 0, stdout: expect.stringContaining('Approved: bash') as unknown })

    const finished = await scene.run('resume', session)
    expect(finished.code).toBe(0)
    expect(finished.stdout).toContain('It is written.')
    expect(await readFile(join(scene.folder, 'out.txt'), 'utf8')).toBe('done\n')
  })

  test('must be answered before anything else is said, which is refused without a word on standard output', async () => {
    await using scene = await stage([answer([bash('true')])])
    await scene.run('run', '--session', 'busy', 'do it')
    const second = await scene.run('run', '--session', 'busy', 'do more')
    expect(second).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('waits for bash') as unknown })
  })

  test('is told to the model when it is rejected', async () => {
    await using scene = await stage([
      answer([bash('rm -rf everything')]),
      (conversation) =>
        answer([text(JSON.stringify(conversation.messages.at(-1)).includes('use the bin') ? 'I was told off.' : 'I heard nothing.')]),
    ])
    const first = await scene.run('run', 'tidy up')
    const session = /seamfold resume (\S+)/.exec(first.stdout)?.[1] ?? ''
    await scene.run('answer', session, '--reject', '--message', 'use the bin')
    const finished = await scene.run('resume')
    expect(finished.code).toBe(0)
    expect(finished.stdout).toContain('I was told off.')
  })

  test('still waits when it is resumed without an answer', async () => {
    await using scene = await stage([answer([bash('true')])])
    await scene.run('run', 'do it')
    expect((await scene.run('resume')).code).toBe(3)
  })

  test('is not asked with --yes, and not done with --permissions read-only', async () => {
    await using scene = await stage([
      answer([bash('echo a > a.txt')]),
      answer([text('ok')]),
      answer([bash('echo b > b.txt')]),
      answer([text('ok')]),
    ])
    expect((await scene.run('run', '--yes', 'write a')).code).toBe(0)
    expect((await scene.run('run', '--permissions', 'read-only', 'write b')).code).toBe(0)
    expect([existsSync(join(scene.folder, 'a.txt')), existsSync(join(scene.folder, 'b.txt'))]).toEqual([true, false])
  })
})

describe('sessions', () => {
  test('may be named by the start of their ids', async () => {
    await using scene = await stage([answer([text('One.')]), answer([text('Two.')])])
    await scene.run('run', 'first thing')
    const short = /(session-[0-9a-f]{8}) /.exec((await scene.run('sessions')).stdout)?.[1] ?? ''
    await scene.run('run', '--session', short, 'second thing')
    const shown = await scene.run('sessions', 'show', short)
    expect(shown.stdout).toContain('› first thing')
    expect(shown.stdout).toContain('› second thing')
  })

  test('go on with --session, and are listed with their first prompt', async () => {
    await using scene = await stage([answer([text('One.')]), answer([text('Two.')])])
    await scene.run('run', '--session', 'work', 'first thing')
    await scene.run('run', '--session', 'work', 'second thing')
    const list = await scene.run('sessions', 'list')
    expect(list.stdout).toMatch(/work +completed +just now +2 +\S+ +first thing/)
    const shown = await scene.run('sessions', 'show', 'work')
    expect(shown.stdout).toContain('› first thing')
    expect(shown.stdout).toContain('› second thing')
  })

  test('are chatted with from a pipe, line by line', async () => {
    await using scene = await stage([answer([text('One.')]), answer([text('Two.')])])
    const { code, stdout } = await scene.feed('first\n/cost\nsecond\n', 'chat')
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\n+/g, ' ')).toMatch(/One\..*tokens in.*Two\./)
  })
})
