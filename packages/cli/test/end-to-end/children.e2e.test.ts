/** Steps and tasks that wait while their process is gone: every command that a person may try leads to whoever asked for them. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { answer, callTool, type Scenario, script, type ScriptStep, startSimulator, text } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { seamfold, Started, temporaryFolder } from './command.ts'

const core = new URL('../../../core/dist/index.js', import.meta.url).href

/** Two steps of an agent that may write nothing that is called evil. */
const WORKFLOW = `
import { defineWorkflow, jsonSchema } from '${core}'

export const pair = defineWorkflow('pair', {
  input: jsonSchema({}),
  async run(workflow) {
    const step = (taskId) => ({ taskId, agent: 'strict', description: taskId, prompt: taskId })
    const outcomes = await workflow.phase('both', [step('one'), step('two')])
    return outcomes.map(({ output }) => output)
  },
})
`

const STRICT = `---
description: Is strict.
tools: write, bash
permissions:
  rules: ['deny write(evil*)']
---
You are strict.
`

async function stage(scenario: Scenario) {
  const simulator = await startSimulator({ scenario })
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries({ 'pair.mjs': WORKFLOW, '.seamfold/agents/strict.md': STRICT })) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), content)
  }
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl, HOME: folder.path }
  return {
    simulator,
    has: (name: string) => existsSync(join(folder.path, name)),
    start: (...words: string[]) => new Started(words, { cwd: folder.path, env }),
    run: (...words: string[]) => seamfold(words, { cwd: folder.path, env }),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const write = (path: string) => callTool('write', { path, content: 'x' })

/** Asks, unlike a file that is written. */
const bash = callTool('bash', { command: 'echo good > good.txt' })

/** The id of the session whose first prompt is that. */
const sessionOf = (list: string, prompt: string): string => new RegExp(`^(\\S+) .* ${prompt}$`, 'm').exec(list)?.[1] ?? ''

test('a step of a workflow that was killed goes on with its workflow, on its agent, and with nobody else', async () => {
  let hangs = true
  const asked = Promise.withResolvers<void>()
  await using scene = await stage(({ prompt, callsSincePrompt, system }) => {
    if (prompt === 'two' && hangs) {
      asked.resolve()
      return new Promise(() => {})
    }
    if (prompt === 'one' && callsSincePrompt.length === 0) return answer([bash])
    if (prompt === 'one' && callsSincePrompt.length === 1) return answer([write('evil.txt')])
    return text(`${prompt}: ${system.includes('You are strict.') ? 'strict' : 'nobody'}`)
  })
  const first = scene.start('workflow', 'run', 'pair.mjs', '--input', '{}')
  await Promise.all([first.saw('one waits for an answer'), asked.promise])
  first.child.kill('SIGKILL')
  await first.ended
  hangs = false
  const root = /^Workflow (\S+)/.exec(first.stdout)?.[1] ?? ''
  const again = `seamfold workflow run pair.mjs --resume ${root}`
  const listed = await scene.run('sessions', 'list')
  const session = sessionOf(listed.stdout, 'one')
  expect(session).toMatch(/^step-/)
  expect(listed.stdout).not.toContain('seamfold resume')

  const refused = { code: 2, stderr: expect.stringContaining(`works for workflow ${root}`) as string }
  for (const words of [
    ['resume', session],
    ['resume', session, '--yes'],
    ['chat', '--session', session],
  ]) {
    const ended = await scene.run(...words)
    expect(ended).toMatchObject(refused)
    expect(ended.stderr).toContain(`Go on with: ${again}`)
  }
  expect(await scene.run('resume')).toMatchObject({ code: 2, stderr: expect.stringContaining(again) as string })
  expect((await scene.run('runs', 'check')).stdout).toContain(again)
  for (const words of [
    ['sessions', 'show', session],
    ['answer', session],
  ]) {
    const { stdout } = await scene.run(...words)
    expect(stdout).toMatch(new RegExp(`Then +${again}`))
    expect(stdout).not.toContain('seamfold resume')
  }
  const { stdout: approved } = await scene.run('approve', session)
  expect(approved).toContain(`Go on with: ${again}`)
  expect((await scene.run('sessions', 'show', session)).stdout).toMatch(new RegExp(`Go on +${again}`))
  expect((await scene.run('run', '--session', session, 'more')).stderr).toContain(`Go on with: ${again}`)
  expect(scene.has('good.txt')).toBe(false)

  const last = await scene.run('workflow', 'run', 'pair.mjs', '--resume', root)
  expect(last).toMatchObject({ code: 0, stderr: '' })
  expect(last.stdout).toContain('one: strict')
  expect([scene.has('good.txt'), scene.has('evil.txt')]).toEqual([true, false])
})

test('a task that waits is answered for its session, and goes on with the session that gave it', async () => {
  const turns: readonly ScriptStep[] = [
    answer([callTool('task', { agent: 'strict', prompt: 'write it', description: 'write' })]),
    answer([bash]),
    answer([text('It is written.')]),
    answer([text('All is done.')]),
  ]
  await using scene = await stage(script(turns))
  const first = await scene.run('run', '--session', 'outer', 'have it written')
  expect(first.code).toBe(3)
  const child = sessionOf((await scene.run('sessions', 'list')).stdout, 'write it')
  expect(child).toMatch(/^task-run-/)
  expect(await scene.run('resume', child)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/works for session outer[^]*Go on with: seamfold resume outer/) as string,
  })
  const shown = (await scene.run('sessions', 'show', child)).stdout
  expect(shown).toMatch(/Then +seamfold resume outer/)
  const approved = await scene.run('approve', child)
  expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('Go on with: seamfold resume outer') as string })
  expect(await scene.run('resume')).toMatchObject({ code: 0, stdout: expect.stringContaining('All is done.') as string })
  expect(scene.has('good.txt')).toBe(true)
})
