/** At a terminal: a pseudo-terminal, real keys, what a person would see. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { main, seamfold, temporaryFolder } from './command.ts'

/** Only the `script` of util-linux gives a terminal to a command in this way. */
const terminalProgram: string = 'script'
const hasTerminal = process.platform === 'linux' && String(spawnSync(terminalProgram, ['--version']).stdout).includes('util-linux')

/** A command at a terminal of its own, whose keys are pressed by the test. */
async function sit(turns: readonly ScriptStep[], words: string) {
  const simulator = await startSimulator({ scenario: script(turns) })
  const folder = await temporaryFolder()
  const env = {
    ...process.env,
    NO_COLOR: '1',
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    ANTHROPIC_API_KEY: 'test',
    ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl,
  }
  // `exec`, so that no shell stands in between: it would remember a Ctrl-C and end with it.
  const child = spawn(terminalProgram, ['-qefc', `exec '${process.execPath}' '${main}' ${words}`, '/dev/null'], { cwd: folder.path, env })
  let screen = ''
  const watching = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    screen += piece
    for (const look of watching) look()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let closed = false
  child.on('close', () => {
    closed = true
    for (const look of watching) look()
  })
  let from = 0
  return {
    folder: folder.path,
    screen: () => screen,
    ended,
    /** Close the terminal, as a window does. */
    hangUp: () => void child.kill('SIGKILL'),
    /** Send a signal to the command itself. */
    signal: (name: NodeJS.Signals) =>
      void process.kill(Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')), name),
    press: (keys: string) => void child.stdin.write(keys),
    /** Resolves when a text is on the screen, after the one that was waited for before. */
    async saw(wanted: string): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = (): void => {
        const place = screen.indexOf(wanted, from)
        if (place === -1 && closed) reject(new Error(`it ended without '${wanted}':\n${screen}`))
        if (place === -1) return
        from = place + wanted.length
        resolve()
      }
      watching.add(look)
      look()
      await promise.finally(() => watching.delete(look))
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** A command that goes on until the test says so. */
const waits = callTool('bash', { command: 'until test -e go; do sleep 0.1; done' })

const write = (name: string) => callTool('write', { file_path: name, content: 'one\ntwo\n' })

describe.skipIf(!hasTerminal)('an approval in place', () => {
  test('shows what an edit would change, and lets it happen after y', async () => {
    await using seat = await sit([answer([write('a.txt')]), answer([text('Written.')])], 'run "write it"')
    await seat.saw('write a.txt  +2')
    await seat.saw('[y]es')
    expect(existsSync(join(seat.folder, 'a.txt'))).toBe(false)
    seat.press('y\r')
    await seat.saw('Written.')
    expect(await seat.ended).toBe(0)
    expect(existsSync(join(seat.folder, 'a.txt'))).toBe(true)
  })

  test('tells the model why not after n', async () => {
    const reply: ScriptStep = (conversation) =>
      answer([text(JSON.stringify(conversation.messages.at(-1)).includes('call it b.txt') ? 'I heard you.' : 'What?')])
    await using seat = await sit([answer([write('a.txt')]), reply], 'run "write it"')
    await seat.saw('[n]o')
    seat.press('n call it b.txt\r')
    await seat.saw('I heard you.')
    expect(await seat.ended).toBe(0)
    expect(existsSync(join(seat.folder, 'a.txt'))).toBe(false)
  })

  test('asks no second time after a', async () => {
    await using seat = await sit([answer([write('a.txt')]), answer([write('b.txt')]), answer([text('Both.')])], 'run "write both"')
    await seat.saw('[a]lways in this session: edits in this workspace')
    seat.press('a\r')
    await seat.saw('Both.')
    expect(await seat.ended).toBe(0)
    expect(seat.screen().match(/\[y\]es/g)).toHaveLength(1)
  })

  test('asks after a for nothing of the same batch that the answer allows, and for what it does not', async () => {
    const batch = [write('a.txt'), write('b.txt'), write('.git/x'), callTool('bash', { command: 'touch c.txt' }), write('d.txt')]
    await using seat = await sit([answer(batch), answer([text('All.')])], 'run "write all"')
    await seat.saw('[a]lways in this session: edits in this workspace')
    seat.press('a\r')
    await seat.saw('write b.txt: allowed in this session')
    for (const guarded of ['.git/x', 'touch c.txt']) {
      await seat.saw(guarded)
      await seat.saw('[y]es')
      seat.press('n\r')
    }
    await seat.saw('All.')
    expect(await seat.ended).toBe(0)
    expect(['a.txt', 'b.txt', 'c.txt', 'd.txt'].filter((name) => existsSync(join(seat.folder, name)))).toEqual(['a.txt', 'b.txt', 'd.txt'])
    expect(seat.screen().match(/\[y\]es/g)).toHaveLength(3)
  })

  test('ends the run with Ctrl-C', async () => {
    await using seat = await sit([answer([write('a.txt')])], 'run "write it"')
    await seat.saw('[y]es')
    seat.press('\u0003')
    await seat.saw('Cancelled')
    expect(await seat.ended).toBe(130)
  })
})

describe.skipIf(!hasTerminal)('a terminal that is closed', () => {
  test.each([
    ['while a command runs', true],
    ['while something is asked', false],
  ])('%s cancels the run of a chat, and the journal says so', async (_, approve) => {
    await using seat = await sit([answer([callTool('bash', { command: 'echo $$ > pid; sleep 300' })])], 'chat --session gone')
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('[y]es')
    if (approve) {
      seat.press('y\r')
      await seat.saw('bash')
    }
    seat.hangUp()
    await seat.ended
    await expect.poll(() => statusOf(seat.folder), { timeout: 20_000 }).toBe('cancelled')
  })
})

/** How the only session in a folder stands. */
async function statusOf(folder: string): Promise<string> {
  const { stdout } = await seamfold(['sessions', '--json'], { cwd: folder })
  const { status, standing } = JSON.parse(stdout) as { readonly status: string; readonly standing?: string }
  return standing ?? status
}

describe.skipIf(!hasTerminal)('a command that is longer than what is shown', () => {
  test('is shown whole on demand before it is answered', async () => {
    const command = Array.from({ length: 60 }, (_, index) => `echo line${index + 1}`).join('\n')
    await using seat = await sit([answer([callTool('bash', { command })]), answer([text('Told.')])], 'run "go"')
    await seat.saw('more lines are not shown')
    await seat.saw('[s]how all of it')
    expect(seat.screen()).not.toContain('echo line60')
    seat.press('s\r')
    await seat.saw('echo line60')
    await seat.saw('[y]es')
    seat.press('n\r')
    await seat.saw('Told.')
    expect(await seat.ended).toBe(0)
  })
})

describe.skipIf(!hasTerminal)('a chat', () => {
  test('that is stopped by SIGTERM during a run says so with its exit code', async () => {
    await using seat = await sit([answer([callTool('bash', { command: 'echo up; sleep 300' })])], 'chat --yes')
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('bash')
    // The terminal of `script` does not say how wide it is: that is no reason for lines of one word.
    expect(seat.screen()).toContain('looks, edits and runs without asking')
    seat.signal('SIGTERM')
    await seat.saw('Cancelled')
    expect(await seat.ended).toBe(143)
  })

  test('cancels its run before it goes, however often it is told that its terminal is gone', async () => {
    await using seat = await sit(
      [answer([callTool('bash', { command: 'trap "touch told" TERM; while :; do sleep 0.1; done' })])],
      'chat --yes --session gone',
    )
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('bash')
    seat.signal('SIGHUP')
    // The command was told to end, and takes its time: the next one comes in the middle of that.
    await expect.poll(() => existsSync(join(seat.folder, 'told')), { timeout: 10_000 }).toBe(true)
    seat.signal('SIGHUP')
    await seat.saw('Cancelled')
    expect(await seat.ended).toBe(129)
    expect(await statusOf(seat.folder)).toBe('cancelled')
  })

  test('passes on what is typed during a run, and shows it while it is typed', async () => {
    const heard: ScriptStep = (conversation) =>
      answer([text(JSON.stringify(conversation.messages).includes('use the other file') ? 'I heard you.' : 'Nothing heard.')])
    await using seat = await sit([answer([waits]), heard], 'chat --yes')
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('bash')
    seat.press('use the other')
    await seat.saw('use the other')
    seat.press(' file\r')
    await seat.saw('› use the other file\r\n')
    await writeFile(join(seat.folder, 'go'), '')
    await seat.saw('I heard you.')
    await seat.saw('›')
    seat.press('/exit\r')
    expect(await seat.ended).toBe(0)
  })

  test('passes on what is typed while the model answers, and keeps what is meant for the chat itself', async () => {
    const { promise: typed, resolve } = Promise.withResolvers<void>()
    const slow: ScriptStep = async () => {
      await typed
      return answer([text('First.')])
    }
    const reply: ScriptStep = (conversation) =>
      answer([text(JSON.stringify(conversation.messages.at(-1)).includes('and then this') ? 'Then that.' : 'What?')])
    await using seat = await sit([slow, reply], 'chat --yes')
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('thinking')
    seat.press('and then this\r')
    await seat.saw('and then this')
    seat.press('/cost\r')
    await seat.saw('/cost is for after this run')
    resolve()
    await seat.saw('First.')
    await seat.saw('Then that.')
    await seat.saw('› /cost')
    await seat.saw('tokens in')
    seat.press('/exit\r')
    expect(await seat.ended).toBe(0)
  })

  test('never takes for an answer what was being typed when the question came', async () => {
    await using seat = await sit([answer([waits]), answer([write('a.txt')]), answer([text('Over.')])], 'chat')
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('[y]es')
    seat.press('y\r')
    await seat.saw('bash')
    seat.press('y and more')
    await seat.saw('y and more')
    await writeFile(join(seat.folder, 'go'), '')
    await seat.saw('[y]es')
    expect(existsSync(join(seat.folder, 'a.txt'))).toBe(false)
    seat.press('y\r')
    await seat.saw('Over.')
    expect(existsSync(join(seat.folder, 'a.txt'))).toBe(true)
    // It is still there to be gone on with.
    await seat.saw('y and more')
    seat.press('\u0003\u0003')
    expect(await seat.ended).toBe(0)
  })

  test('stops a run with Ctrl-C, takes the next message, and is left with two more', async () => {
    await using seat = await sit(
      [answer([callTool('bash', { command: 'echo up; sleep 300' })]), answer([text('Still here.')])],
      'chat --yes',
    )
    await seat.saw('/help')
    seat.press('go\r')
    await seat.saw('bash')
    seat.press('\u0003')
    await seat.saw('Cancelled')
    await seat.saw('›')
    seat.press('are you there?\r')
    await seat.saw('Still here.')
    await seat.saw('›')
    seat.press('\u0003')
    await seat.saw('again')
    seat.press('\u0003')
    expect(await seat.ended).toBe(0)
    expect(seat.screen()).toContain('Come back with: seamfold chat --session session-')
  })
})
