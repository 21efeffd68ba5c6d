/** `why` and `policy`: what would be decided, what can decide nothing, and what other rules would have made of what has happened. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answer, callTool, script, startSimulator, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { seamfold, temporaryFolder } from './command.ts'

const CONFIG = `{
  "permissions": {
    "rules": [
      "deny exec(git push *)",
      { "ask": { "tool": "bash", "command": "git *" } },
      { "allow": { "access": "write", "path": "src/**" } }
    ]
  }
}
`

async function stage() {
  const folder = await temporaryFolder()
  const env = { XDG_CONFIG_HOME: join(folder.path, 'home') }
  await writeFile(join(folder.path, 'seamfold.config.json'), CONFIG)
  return {
    path: folder.path,
    env,
    write: async (file: string, content: unknown) => {
      await mkdir(join(folder.path, file, '..'), { recursive: true })
      await writeFile(join(folder.path, file), typeof content === 'string' ? content : JSON.stringify(content))
    },
    run: (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      seamfold(words, { cwd: folder.path, env: { ...env, ...more } }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('why', () => {
  test('says what is decided, by which rule, where that stands, what is touched, and what would be decided else', async () => {
    await using scene = await stage()
    const { code, stdout } = await scene.run(['why', 'bash', 'git push -f && echo x > src/a'])
    expect(code).toBe(1)
    expect(stdout).toBe(`deny  bash git push -f && echo x > src/a
  rule     {"deny":{"access":"exec","command":"git push *"}}
  from     project, ${scene.path}/seamfold.config.json:4
  touches  deny   run git push -f
           ask    run echo x
           allow  write src/a
  else     ask: {"ask":{"tool":"bash","command":"git *"}} (project,
           ${scene.path}/seamfold.config.json:5)
  mode     ask
`)
  })

  test.each([
    [['why', 'write', 'src/a.ts'], 0],
    [['why', 'write other.ts'], 3],
    [['why', 'write', 'other.ts', '--mode', 'auto-edit'], 0],
    [['why', 'write', 'other.ts', '--agent', 'explore'], 1],
    [['why', 'bash', 'git push', '--mode', 'full'], 1],
    [['why', 'read', '{"file_path":"a"}'], 0],
    [['why', 'nothing'], 2],
    [['why', 'bash', '{}'], 2],
    [['why', 'read', 'a', '--mode', 'fulll'], 2],
    [['why', 'read', 'a', '--agent', 'nobody'], 2],
  ])('%j ends with %i', async (words, code) => {
    await using scene = await stage()
    expect((await scene.run(words)).code).toBe(code)
    expect(existsSync(join(scene.path, '.seamfold'))).toBe(false)
  })

  test('is told to programs with every access', async () => {
    await using scene = await stage()
    expect(JSON.parse((await scene.run(['why', 'bash', 'git status', '--json'])).stdout)).toMatchObject({
      decision: 'ask',
      rule: { ask: { command: 'git *' } },
      origin: { layer: 'project', line: 5 },
      touches: [{ access: { kind: 'exec', commands: ['git status'] }, decision: 'ask' }],
      next: { decision: 'ask' },
    })
  })
})

describe('the rules of others', () => {
  test('the user lifts what the project asks for, and the administrator holds against both', async () => {
    await using scene = await stage()
    await scene.write('home/seamfold/policy.json', '{\n  "rules": [\n    "allow exec(git status *)",\n    "allow exec(git push *)"\n  ]\n}')
    expect((await scene.run(['why', 'bash', 'git status'])).stdout).toContain(`from     user, ${scene.path}/home/seamfold/policy.json:3`)
    expect((await scene.run(['why', 'bash', 'git push'])).code).toBe(1)
    await scene.write('admin.json', { mode: 'ask', rules: ['ask exec(git *)'] })
    const held = { SEAMFOLD_POLICY: 'admin.json' }
    expect((await scene.run(['why', 'bash', 'git status'], held)).code).toBe(3)
    expect((await scene.run(['why', 'write', 'x', '--mode', 'full'], held)).stderr).toContain(
      `The mode 'full' is more than ${scene.path}/admin.json allows: at most 'ask'.`,
    )
    expect((await scene.run(['run', '-y', 'x'], held)).code).toBe(2)
  })

  test('a file that is broken or gone stops everything, with its line', async () => {
    await using scene = await stage()
    await scene.write('home/seamfold/policy.json', '{\n  "ruels": []\n}')
    const { code, stderr } = await scene.run(['why', 'bash', 'ls'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${scene.path}/home/seamfold/policy.json:2: 'ruels': there is no such key. Did you mean 'rules'?\n`,
    })
    await scene.write('home/seamfold/policy.json', '{}')
    expect((await scene.run(['why', 'bash', 'ls'], { SEAMFOLD_POLICY: 'gone.json' })).stderr).toContain(
      `There is no policy at ${scene.path}/gone.json.`,
    )
  })

  test('their files are not written without a question, in whatever mode', async () => {
    await using scene = await stage()
    await scene.write('home/seamfold/policy.json', '{}')
    expect((await scene.run(['why', 'write', 'home/seamfold/policy.json', '--mode', 'full'])).stdout).toContain(
      'rules are read from this file',
    )
  })
})

describe('policy check', () => {
  test('finds rules that can decide nothing, and which ones are in their way', async () => {
    await using scene = await stage()
    await scene.write(
      'new.ts',
      `export default {\n  rules: [\n    { allow: { command: 'ls' } },\n    { deny: { tool: 'bash' } },\n    { allow: { tool: 'bash', command: 'ls' } },\n    { deny: { path: 'a', host: 'b' } },\n  ],\n}\n`,
    )
    const { code, stdout } = await scene.run(['policy', 'check', 'new.ts'])
    expect(code).toBe(1)
    expect(stdout.replaceAll(scene.path, ''))
      .toBe(`new.ts:5: warning: {"allow":{"tool":"bash","command":"ls"}} can decide nothing: another rule says deny of all that it is about
  new.ts:4: {"deny":{"tool":"bash"}}
new.ts:6: error: {"deny":{"path":"a","host":"b"}} can decide nothing: nothing that a call touches has 'path' and 'host' at once
`)
  })

  test('looks at the rules of every layer where no file is named', async () => {
    await using scene = await stage()
    expect((await scene.run(['policy', 'check'])).stdout).toMatch(/3 rules, each of which can decide something/)
    await scene.write('home/seamfold/policy.json', '{\n  "rules": [ "allow exec(git *)" ]\n}')
    const { code, stdout } = await scene.run(['policy', 'check'])
    expect(code).toBe(0)
    expect(stdout).toContain(`seamfold.config.json:5: warning: {"ask":{"tool":"bash","command":"git *"}} can decide nothing`)
    const doctor = (await scene.run(['doctor'])).stdout.replaceAll(/\s+/g, ' ')
    expect(doctor).toContain('seamfold.config.json:5: warning: {"ask":{"tool":"bash","command":"git *"}} can decide nothing')
  })

  test('is told in one line, once, when a run or a chat starts, and only then', async () => {
    await using scene = await stage()
    await using simulator = await simulated([])
    const start = (words: readonly string[]) => scene.run(words, simulator.env)
    expect((await start(['run', 'go'])).stderr).not.toContain('can decide nothing')
    await scene.write('home/seamfold/policy.json', '{\n  "rules": [ "allow exec(git *)", "allow exec(git log)" ]\n}')
    for (const words of [['run', 'go'], ['run', '--json', 'go'], ['run', '--quiet', 'go'], ['chat']]) {
      const { stderr } = await start(words)
      expect(
        stderr
          .replaceAll(scene.path, '')
          .split('\n')
          .filter((line) => line.includes('can decide nothing')),
      ).toEqual([
        `project, /seamfold.config.json:5: {"ask":{"tool":"bash","command":"git *"}} can decide nothing: another rule says allow of all that it is about (user, /home/seamfold/policy.json:2). 1 other likewise. See 'seamfold policy check'`
          .replace('project, ', '')
          .replace('user, ', ''),
      ])
    }
  })
})

describe('a rule with a time', () => {
  const timed = (rule: object) => ({ permissions: { rules: [rule] } })

  test('is read, shown by why, and holds in a run', async () => {
    await using scene = await stage()
    const rule = { ask: { access: 'write' }, timeoutMs: 60_000, onTimeout: 'suspend' }
    await scene.write('seamfold.config.json', timed(rule))
    expect((await scene.run(['why', 'write', 'a'])).stdout).toContain('waits    60000 ms for an answer, then: suspend')
    await scene.write('seamfold.config.json', timed({ ...rule, onTimeout: 'approve', timeoutMs: 1 }))
    await using simulator = await simulated([callTool('write', { file_path: 'a', content: '1' })])
    // Whether the run still sees its time pass depends on how fast it is.
    const written = () => existsSync(join(scene.path, 'a'))
    await scene.run(['run', '-s', 's', 'go'], simulator.env)
    await expect.poll(async () => written() || (await scene.run(['resume', 's'], simulator.env), written()), { timeout: 20_000 }).toBe(true)
    expect(await readFile(join(scene.path, 'a'), 'utf8')).toBe('1')
  })

  test.each([
    [{ deny: { tool: 'x' }, timeoutMs: 5 }, 'only a rule that asks has a timeout'],
    [{ ask: { tool: 'x' }, onTimeout: 'reject' }, "a rule with 'onTimeout' says with 'timeoutMs' when that is"],
    [{ ask: { tool: 'x' }, timeoutMs: 0 }, 'timeoutMs'],
    [{ ask: { tool: 'x' }, timeoutMs: 5, onTimeout: 'allow' }, 'onTimeout'],
    [{ ask: { tool: 'x' }, timeoutMS: 5 }, "Did you mean 'timeoutMs'?"],
  ])('%j is refused with its line', async (rule, words) => {
    await using scene = await stage()
    await scene.write('seamfold.config.json', timed(rule))
    const { code, stderr } = await scene.run(['policy', 'check'])
    expect(code).toBe(2)
    expect(stderr).toContain(words)
    expect(stderr).toContain('seamfold.config.json:1')
  })
})

describe('policy replay', () => {
  test('judges what has happened by other rules, runs nothing and changes no journal', async () => {
    await using scene = await stage()
    const calls = [
      callTool('write', { file_path: 'src/a.ts', content: '1' }),
      callTool('bash', { command: 'git push' }),
      callTool('bash', { command: 'touch b' }),
    ]
    await using simulator = await simulated(calls)
    expect((await scene.run(['run', '-s', 's', 'go'], simulator.env)).code).toBe(3)
    const journal = await readFile(join(scene.path, '.seamfold', 'sessions.db'))
    await scene.write('new.json', '{\n  "mode": "full",\n  "rules": [\n    "deny write(src/**)"\n  ]\n}')
    const { code, stdout } = await scene.run(['policy', 'replay', 's', '--policy', 'new.json'])
    expect(code).toBe(1)
    // Calls of one reply are judged at once: which is told first does not matter.
    const sorted = (told: string): readonly string[] => told.split(/\n(?=\w+ →|\n)/).toSorted()
    expect(sorted(stdout.replaceAll(scene.path, '').replaceAll(/ s \d+/g, ' s #'))).toEqual(
      sorted(`allow → deny  write src/a.ts  s #
    then  {"allow":{"access":"write","path":"src/**"}} (project, /seamfold.config.json:6)
    now   {"deny":{"access":"write","path":"src/**"}} (project, new.json:4)
deny → allow  bash git push  s #
    then  {"deny":{"access":"exec","command":"git push *"}} (project, /seamfold.config.json:4)
    now   default for run git push
ask → allow  bash touch b  s #
    then  default for run touch b
    now   default for run touch b

3 calls judged again in the mode 'full', 3 of which would be decided otherwise.
`),
    )
    await scene.write('same.json', JSON.stringify((JSON.parse(CONFIG) as { permissions: object }).permissions))
    const same = await scene.run(['policy', 'replay', '--all', '--policy', 'same.json', '--json'])
    expect({
      code: same.code,
      changes: same.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { changes: boolean }).changes),
    }).toEqual({
      code: 0,
      changes: [false, false, false],
    })
    expect((await readFile(join(scene.path, '.seamfold', 'sessions.db'))).equals(journal)).toBe(true)
    expect(existsSync(join(scene.path, 'b'))).toBe(false)
  })

  test.each([
    [['policy', 'replay', 's'], 'policy'],
    [['policy', 'replay', 's', '--all', '--policy', 'seamfold.config.json'], ''],
  ])('%j is bad usage', async (words, message) => {
    await using scene = await stage()
    const { code, stderr } = await scene.run(words)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

async function simulated(calls: Parameters<typeof answer>[0]) {
  const simulator = await startSimulator({ scenario: script([answer(calls), answer([text('Done.')])]) })
  return {
    env: { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl },
    [Symbol.asyncDispose]: () => simulator.close(),
  }
}
