/** `seamfold workflow run`, and tasks that the agent of `seamfold run` gives to agents of the workspace. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { answer, badRequest, callTool, type Scenario, script, startSimulator, text } from '@seamfold/simulator'
import { describe, expect, test } from 'vitest'
import { seamfold, Started, temporaryFolder } from './command.ts'

const core = new URL('../../../core/dist/index.js', import.meta.url).href

/** Two drafts and a title for them; a draft that fails stops it. */
const WORKFLOW = `
import { defineWorkflow, jsonSchema } from '${core}'

export const book = defineWorkflow('book', {
  input: jsonSchema({ type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] }),
  async run(workflow, { count }) {
    const steps = Array.from({ length: count }, (_, index) => index + 1)
    const drafts = await workflow.phase('draft', steps.map((number) => (
      { taskId: 'chapter-' + number, agent: 'scribe', description: 'Draft', prompt: 'Write chapter ' + number + '.' })))
    const lost = drafts.find(({ success }) => !success)
    if (lost) throw new Error(lost.taskId + ' was not written')
    workflow.log('info', 'all drafts are there')
    const title = await workflow.agent({ taskId: 'title', agent: 'default', description: 'Title', prompt: 'Name it.' })
    return { title: title.output, drafts: drafts.map(({ output }) => output) }
  },
})
`

const SCRIBE = '---\ndescription: Writes.\ntools: read\n---\nYou are a scribe.\n'

async function stage(scenario: Scenario, files: Readonly<Record<string, string>>) {
  const simulator = await startSimulator({ scenario })
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(join(folder.path, name), content)
  }
  const env = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: simulator.anthropicBaseUrl, HOME: folder.path }
  return {
    path: folder.path,
    asked: () => simulator.requests.length,
    start: (...words: string[]) => new Started(words, { cwd: folder.path, env }),
    run: (...words: string[]) => seamfold(words, { cwd: folder.path, env }),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const says: Scenario = ({ prompt, system }) =>
  text(prompt === 'Name it.' ? 'A Book' : `${system.includes('scribe') ? 'scribe' : 'nobody'}: ${prompt}`)
const files = { 'book.mjs': WORKFLOW, '.seamfold/agents/scribe.md': SCRIBE }

describe('seamfold workflow run', () => {
  test('shows phases, steps and a summary, and gives the output', async () => {
    await using scene = await stage(says, files)
    const { code, stdout, stderr } = await scene.run('workflow', 'run', 'book.mjs', '--input', '{"count":2}')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^Workflow book-[0-9a-f-]{36}\ndraft {2}2 steps\n {2}✓ chapter-1 +scribe .* s\n {2}✓ chapter-2 +scribe .* s\n {2}· all drafts are there\n {2}✓ title +default/,
    )
    expect(stdout).toMatch(/✓ completed\n3 steps: 3 completed, [\d,]+ tokens\n/)
    expect(stdout).toContain('"scribe: Write chapter 2."')
  })

  test('goes on with --resume where it stood, and does nothing twice', async () => {
    let broken = true
    await using scene = await stage((asked) => {
      if (asked.prompt !== 'Write chapter 2.' || !broken) return says(asked)
      broken = false
      return badRequest('not now')
    }, files)
    const first = await scene.run('workflow', 'run', 'book.mjs', '--input', '{"count":2}')
    expect(first.code).toBe(1)
    expect(first.stdout).toContain('✗ failed: chapter-2 was not written')
    const root = /--resume (\S+)/.exec(first.stdout)?.[1] ?? ''
    const asked = scene.asked()
    const second = await scene.run('workflow', 'run', 'book.mjs', '--resume', root)
    expect({ code: second.code, stderr: second.stderr }).toEqual({ code: 0, stderr: '' })
    expect(second.stdout).toContain('✓ chapter-1 · done before')
    expect(second.stdout).toMatch(/3 steps: 2 completed, 1 done before/)
    expect(scene.asked() - asked).toBe(2)
  })

  test('killed on the way has said what to go on with, and goes on', async () => {
    const asked = Promise.withResolvers<void>()
    let hangs = true
    await using scene = await stage((request) => {
      if (request.prompt !== 'Write chapter 2.' || !hangs) return says(request)
      asked.resolve()
      return new Promise(() => {})
    }, files)
    const first = scene.start('workflow', 'run', 'book.mjs', '--input', '{"count":2}')
    await Promise.all([first.saw('chapter-1 '), asked.promise])
    first.child.kill('SIGKILL')
    await first.ended
    hangs = false
    const root = /^Workflow (\S+)/.exec(first.stdout)?.[1] ?? ''
    const second = await scene.run('workflow', 'run', 'book.mjs', '--resume', root)
    expect({ code: second.code, stderr: second.stderr }).toEqual({ code: 0, stderr: '' })
    expect(second.stdout).toContain('✓ chapter-1 · done before')
    const mistyped = await scene.run('workflow', 'run', 'book.mjs', '--input', '{"count":2}', '--resume', `${root.slice(0, -1)}_`)
    expect(mistyped).toMatchObject({ code: 2, stderr: expect.stringContaining(`Did you mean '${root}'?`) })
  })

  test('interrupted with Ctrl-C leaves its steps where they stand: what they did is not done again', async () => {
    const asked = Promise.withResolvers<void>()
    let hangs = true
    const pays: Scenario = (request) => {
      if (request.prompt !== 'Write chapter 2.') return says(request)
      if (!JSON.stringify(request).includes('paid once')) return [callTool('bash', { command: 'echo paid once | tee -a paid.txt' })]
      if (!hangs) return says(request)
      asked.resolve()
      return new Promise(() => {})
    }
    await using scene = await stage(pays, { ...files, '.seamfold/agents/scribe.md': SCRIBE.replace('tools: read', 'tools: read, bash') })
    const first = scene.start('workflow', 'run', 'book.mjs', '--yes', '--input', '{"count":2}')
    await Promise.all([first.saw('chapter-1 '), asked.promise])
    first.child.kill('SIGINT')
    await first.ended
    hangs = false
    const root = /^Workflow (\S+)/.exec(first.stdout)?.[1] ?? ''
    const second = await scene.run('workflow', 'run', 'book.mjs', '--yes', '--resume', root)
    expect(first.child.exitCode).toBe(130)
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(await readFile(join(scene.path, 'paid.txt'), 'utf8')).toBe('paid once\n')
  })

  test('prints one event a line for machines, the result last', async () => {
    await using scene = await stage(says, files)
    const { code, stdout } = await scene.run('workflow', 'run', 'book.mjs', '--json', '--input', '{"count":1}')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string })
    expect(code).toBe(0)
    expect(events[0]).toMatchObject({ workflow: 'book', rootId: expect.stringMatching(/^book-/) })
    expect(events.map(({ type }) => type)).toEqual([
      'workflow_run',
      'phase_start',
      'step_run',
      'step_end',
      'phase_end',
      'log',
      'step_run',
      'step_end',
      'workflow_result',
    ])
    expect(events.at(-1)).toMatchObject({ status: 'completed', output: { title: 'A Book', drafts: ['scribe: Write chapter 1.'] } })
  })

  test.for([
    [['nowhere.mjs'], 2, /There is no file .*nowhere\.mjs/],
    [['empty.mjs'], 2, /exports no workflow: export const mine = defineWorkflow/],
    [['broken.mjs'], 2, /broken\.mjs/],
    [['book.mjs', '--name', 'bok'], 2, /exports no workflow 'bok'\. Did you mean 'book'\?/],
    [['book.mjs', '--input', '{count'], 2, /--input is no JSON/],
    [['book.mjs', '--input', '{"count":"two"}'], 1, /The input of workflow 'book' does not match its schema/],
  ] as const)('%j ends with %i and says why', async ([words, wanted, why]) => {
    await using scene = await stage(says, { ...files, 'empty.mjs': 'export const nothing = 1\n', 'broken.mjs': 'export const = 1\n' })
    const { code, stdout, stderr } = await scene.run('workflow', 'run', ...words)
    expect(`${stdout}${stderr}`).toMatch(why)
    expect(code).toBe(wanted)
    expect(scene.asked()).toBe(0)
  })
})

const ASKING = `
import { defineWorkflow, jsonSchema } from '${core}'

export const asking = defineWorkflow('asking', {
  input: jsonSchema({ type: 'object' }),
  async run(workflow) {
    const steps = ['a', 'b'].map((id) => ({ taskId: id, agent: 'careful', description: 'Ask', prompt: 'ask ' + id }))
    return (await workflow.parallel(steps)).map(({ output }) => output)
  },
})
`
const CAREFUL = '---\ndescription: Is careful.\ntools: bash, read\n---\nYou are careful.\n'
const asks: Scenario = ({ prompt, turn, system, tools }) => {
  if (turn > 1) return text(`${system.includes('careful') ? 'careful' : 'somebody else'} with ${tools.map(({ name }) => name).join(' ')}`)
  return prompt === 'have it done'
    ? answer([callTool('task', { agent: 'careful', prompt: 'ask c', description: 'ask' })])
    : answer([callTool('bash', { command: 'touch done' })])
}
const careful = { 'asking.mjs': ASKING, '.seamfold/agents/careful.md': CAREFUL }

describe('a step that waits for somebody', () => {
  test('is answered by its own session, and gone on with by its workflow alone, as the agent that it was given to', async () => {
    await using scene = await stage(asks, careful)
    const first = await scene.run('workflow', 'run', 'asking.mjs', '--input', '{}')
    expect(first.code).toBe(3)
    const root = /^Workflow (\S+)/.exec(first.stdout)?.[1] ?? ''
    const approvals = [...first.stdout.matchAll(/seamfold (answer step-\w+ --approve)/g)].map(([, words]) => words ?? '')
    expect(new Set(approvals).size).toBe(2)
    expect(first.stdout).toContain(`Then     seamfold workflow run asking.mjs --resume ${root}`)
    expect(first.stdout).not.toContain('seamfold resume')
    const wayOut = `seamfold workflow run asking.mjs --resume ${root}`
    for (const words of approvals) expect((await scene.run(...words.split(' '))).stdout).toContain(`Go on with: ${wayOut}`)
    const step = /step-\w+/.exec(first.stdout)?.[0] ?? ''
    expect((await scene.run('sessions', 'show', step)).stdout).toContain(wayOut)
    const refusal = `and is not resumed by itself.\nGo on with: ${wayOut}`
    for (const words of [
      ['resume', step, '--yes'],
      ['chat', '--session', step],
    ])
      expect(await scene.run(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(refusal) })
    expect(await scene.run('resume')).toMatchObject({ code: 2, stderr: expect.stringContaining(wayOut) })
    const last = await scene.run('workflow', 'run', 'asking.mjs', '--resume', root)
    expect({ code: last.code, stderr: last.stderr }).toEqual({ code: 0, stderr: '' })
    expect(last.stdout).toContain('"careful with read bash"')
  })

  test('whose agent is a sub-agent is gone on with by the session outside', async () => {
    await using scene = await stage(asks, careful)
    const { stdout, code } = await scene.run('run', 'have it done')
    expect(code).toBe(3)
    const outside = /seamfold resume (\S+)/.exec(stdout)?.[1] ?? ''
    const [child] = /task-run-[\w-]+/.exec((await scene.run('sessions', 'list')).stdout) ?? ['']
    const refused = await scene.run('resume', child, '--yes')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(`Go on with: seamfold resume ${outside}`)
  })
})

describe('seamfold run', () => {
  test('gives tasks to agents of the workspace', async () => {
    const turns = script([
      answer([callTool('task', { agent: 'scribe', prompt: 'Write it.', description: 'write' })]),
      answer([text('written by the scribe')]),
      answer([text('The scribe has written it.')]),
    ])
    await using scene = await stage(turns, files)
    const { code, stdout, stderr } = await scene.run('run', 'have it written')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('The scribe has written it.')
    expect(scene.asked()).toBe(3)
  })

  test('refuses to start with a broken file of an agent, naming the file', async () => {
    await using scene = await stage(says, { '.seamfold/agents/bad.md': 'no front' })
    const { code, stderr } = await scene.run('run', 'do something')
    expect(code).toBe(2)
    expect(stderr).toMatch(/\.seamfold\/agents\/bad\.md: it must begin with its name and description/)
    expect(scene.asked()).toBe(0)
  })
})
