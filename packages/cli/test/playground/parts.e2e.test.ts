/** Promises of the playground about its parts: each can be replaced while it runs, nothing is lost by it, and what cannot be is said in words. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, policy } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { serveExecutor } from '@seamfold/executor-remote'
import { codingScenario, startSimulator } from '@seamfold/simulator'
import { expect, test } from 'vitest'
import { isType, playground, type Here } from './process-stage.ts'

const ended = isType('agent_end', 'error')

async function say(here: Here, prompt: string): Promise<string> {
  const { id } = (await here.ask('/api/sessions', {})).body
  const sent = await here.ask(`/api/sessions/${id}/send`, { prompt })
  expect(sent.status).toBe(200)
  return id
}

const listed = async (here: Here): Promise<readonly unknown[]> => (await here.ask('/api/sessions')).body.sessions

test('what was started for a folder leads back to it, and what was started for a copy of the sample has nowhere else to go', async () => {
  await using here = await playground()
  const own = (await here.ask('/api/parts')).body
  expect(own).toMatchObject({ parts: { workspace: 'own' }, choices: { folder: await realpath(here.folder) } })
  expect((await here.ask('/api/parts', { workspace: 'sample' })).body).toMatchObject({
    parts: { workspace: 'sample' },
    choices: { folder: own.choices.folder },
  })
  await using copy = await playground({ words: ['--sample'] })
  const { parts, choices } = (await copy.ask('/api/parts')).body
  expect([parts.workspace, choices.folder]).toEqual(['sample', undefined])
  const again = (await copy.ask('/api/parts', { workspace: 'sample' })).body
  expect([again.parts.workspace, again.parts.folder, again.choices.folder]).toEqual(['sample', parts.folder, undefined])
})

test('sessions stay in the store that they are in, and are there again with it', async () => {
  await using here = await playground()
  const inSqlite = await say(here, 'What is in this folder?')
  await here.read(inSqlite, ended)
  for (const kind of ['jsonl', 'memory'] as const) {
    expect((await here.ask('/api/parts', { store: { kind } })).body).toMatchObject({ parts: { store: { kind } } })
    expect(await listed(here)).toEqual([])
    const there = await say(here, 'What is in this folder?')
    await here.read(there, ended)
    expect(await listed(here)).toMatchObject([{ id: there, status: 'completed' }])
  }
  expect((await here.ask('/api/about')).body).toMatchObject({ durable: false })
  await here.ask('/api/parts', { store: { kind: 'jsonl' } })
  expect(await listed(here)).toMatchObject([{ status: 'completed' }])
  await here.ask('/api/parts', { store: { kind: 'sqlite' } })
  expect(await listed(here)).toMatchObject([{ id: inSqlite, status: 'completed' }])
})

test('what cannot be is said in words, and the agent that was there goes on as it was', async () => {
  await using here = await playground({ environment: { SEAMFOLD_WORKER_TOKEN: 'worker-secret' } })
  const { pid } = (await here.ask('/api/agent')).body
  await writeFile(join(here.folder, 'a-file'), '')
  const refusals: readonly (readonly [object, string])[] = [
    [{ model: { provider: 'anthropic' } }, 'ANTHROPIC_API_KEY is not set'],
    [{ model: { provider: 'openai', baseURL: 'http://127.0.0.1:1/v1' } }, 'Which model of'],
    [{ model: { provider: 'openai', baseURL: 'file:///etc/passwd', model: 'm' } }, 'model.baseURL'],
    [{ store: { kind: 'sqlite', path: 'a-file/sessions.db' } }, 'cannot be made'],
    [{ store: { kind: 'jsonl', path: 'a-file/log' } }, 'a-file'],
    [{ store: { kind: 'cloud' } }, 'store.kind'],
    [{ policy: { mode: 'ask', rules: ['please do'] } }, "'please do' is not a rule"],
    [{ executor: { kind: 'remote', url: 'http://127.0.0.1:1' } }, 'executor.url'],
    [{ budget: { turns: -1 } }, 'budget.turns'],
    [{ teapot: true }, 'teapot'],
  ]
  for (const [wish, words] of refusals) {
    const refused = await here.ask('/api/parts', wish)
    expect([wish, refused.status, refused.body.message]).toEqual([wish, 400, expect.stringContaining(words)])
  }
  const noJournal = await here.ask('/api/parts', { store: { kind: 'sqlite', path: 'README.md' } })
  expect([noJournal.status, noJournal.body.code]).toEqual([409, 'store_corrupt'])
  expect(noJournal.body.message).toContain('README.md')
  expect((await here.ask('/api/agent')).body).toMatchObject({ pid, starts: 1 })
})

test('parts that only show at the start to be wrong are taken back', async () => {
  await using here = await playground()
  const wrong: readonly (readonly [object, string])[] = [
    [{ tools: ['read', 'teleport'] }, "There is no tool 'teleport'"],
    [{ executor: { kind: 'remote', url: 'ws://example.com:9', token: 'secret' } }, 'ws://'],
  ]
  for (const [wish, words] of wrong) {
    const refused = await here.ask('/api/parts', wish)
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(words)])
    expect(refused.body.message).not.toContain('secret')
    expect((await here.ask('/api/agent')).body.state).toBe('running')
  }
  await here.read(await say(here, 'What is in this folder?'), ended)
})

test('a run that is under way is not cut off unless it is said, and can be resumed with the new parts', async () => {
  await using here = await playground()
  const id = await say(here, 'A test fails. Find out why and fix it.')
  const busy = await here.ask('/api/parts', { budget: { turns: 40 } })
  expect([busy.status, busy.body.code]).toEqual([409, 'agent_busy'])
  expect(busy.body.message).toContain('A test fails')
  expect((await here.ask('/api/agent')).body).toMatchObject({ starts: 1 })
  expect((await here.ask('/api/parts', { budget: { turns: 40 }, anyway: true })).status).toBe(200)
  expect(await listed(here)).toMatchObject([{ id, status: 'unfinished', active: false }])
  await here.ask(`/api/sessions/${id}/resume`, {})
  expect((await here.read(id, ended)).at(-1)?.event.type).toBe('agent_end')
})

test('wishes at the same time are met one after the other', async () => {
  await using here = await playground()
  const turns = [31, 32, 33, 34]
  const answers = await Promise.all(turns.map((each) => here.ask('/api/parts', { budget: { turns: each } })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await here.ask('/api/agent')).body).toMatchObject({ state: 'running', starts: 5 })
})

test('tells which providers have a key, and no key', async () => {
  await using simulator = await startSimulator({ scenario: codingScenario(), apiKeys: ['the-right-key'] })
  await using here = await playground({ environment: { ANTHROPIC_API_KEY: 'the-wrong-key' }, words: ['--provider', 'simulator'] })
  const answers = [await here.ask('/api/parts'), await here.ask('/api/about')]
  expect(answers[0]?.body).toMatchObject({
    choices: {
      providers: [
        { provider: 'anthropic', hasKey: true, models: expect.arrayContaining(['claude-sonnet-4-5']) },
        { provider: 'openai', hasKey: false, models: expect.arrayContaining(['gpt-5.1']) },
        { provider: 'simulator' },
      ],
    },
  })
  const model = { provider: 'anthropic', model: 'claude-sonnet-4-5', baseURL: simulator.anthropicBaseUrl }
  answers.push(await here.ask('/api/parts', { model }), await here.ask('/api/about'))
  expect(JSON.stringify(answers)).not.toContain('the-wrong-key')
  const facts = await here.read(await say(here, 'What is in this folder?'), ended)
  expect(JSON.stringify(facts.at(-1)?.event)).toMatch(/llm_unauthorized.*key/)
})

test('gives its tasks to a worker elsewhere, with the token that was typed', async () => {
  const asked: string[] = []
  const agent = createAgent({
    llm: scriptedLlm(
      Array.from({ length: 5 }, () => (request) => {
        asked.push(JSON.stringify(request.messages))
        return '`src/x.js` was read elsewhere.'
      }),
    ),
    permissions: policy(),
  })
  const serving = await serveExecutor(agent.executor(), { port: 0, token: 'typed-token' })
  try {
    await using here = await playground()
    const changed = await here.ask('/api/parts', { executor: { kind: 'remote', url: serving.url, token: 'typed-token' } })
    expect(changed.body).toMatchObject({ parts: { executor: { kind: 'remote', hasToken: true } } })
    expect(JSON.stringify(changed.body)).not.toContain('typed-token')
    const facts = await here.read(await say(here, 'Let five agents read one file each, and tell me what they found.'), ended)
    expect(asked.length).toBe(5)
    expect(facts.filter(({ event }) => event.type === 'subagent_end')).toHaveLength(5)
    expect(JSON.stringify(facts.at(-1)?.event)).toContain('read elsewhere')
    expect(JSON.stringify(facts)).not.toContain('typed-token')
  } finally {
    await serving.close()
  }
})

test('asks the hooks of the configuration until they are switched off, and again when they are switched on', async () => {
  await using here = await playground({
    prepare: (folder) =>
      writeFile(
        join(folder, 'seamfold.config.json'),
        JSON.stringify({ hooks: [{ name: 'no ls', on: 'pre_tool_use', tool: 'ls', shell: 'echo not today >&2; exit 2' }] }),
      ),
  })
  const isBlocked = async (): Promise<boolean> =>
    JSON.stringify(await here.read(await say(here, 'What is in this folder?'), ended)).includes('not today')
  expect((await here.ask('/api/parts')).body).toMatchObject({
    parts: { hooks: true },
    choices: { hooks: [expect.stringContaining('not today')] },
  })
  expect(await isBlocked()).toBe(true)
  await here.ask('/api/parts', { hooks: false })
  expect(await isBlocked()).toBe(false)
  await here.ask('/api/parts', { hooks: true })
  expect(await isBlocked()).toBe(true)
})

test('nobody goes beyond the mode that the administrator allows, by other parts, a scenario or a fork', async () => {
  const limits = await mkdtemp(join(tmpdir(), 'playground-limits-'))
  const file = join(limits, 'policy.json')
  await writeFile(file, JSON.stringify({ mode: 'auto-edit', rules: [] }))
  try {
    await using here = await playground({ environment: { SEAMFOLD_POLICY: file }, words: ['--permissions', 'ask'] })
    const id = await say(here, 'What is in this folder?')
    await here.read(id, ended)
    const refused = [
      await here.ask('/api/parts', { policy: { mode: 'full', rules: [] } }),
      await here.ask('/api/scenarios/repair', {}),
      await here.ask(`/api/sessions/${id}/fork`, { change: { mode: 'full' } }),
    ]
    const words = `The mode 'full' is more than ${file} allows: at most 'auto-edit'.`
    expect(refused.map(({ status, body }) => [status, body.message])).toEqual([
      [400, words],
      [400, words],
      [400, words],
    ])
    expect((await here.ask('/api/parts', { policy: { mode: 'auto-edit', rules: [] } })).status).toBe(200)
  } finally {
    await rm(limits, { recursive: true, force: true })
  }
})

test('a decision names the file of a rule that stands in one, and none for a rule that was typed', async () => {
  const configured = { permissions: { rules: ['deny read(secret.md)'] } }
  await using here = await playground({
    prepare: (folder) => writeFile(join(folder, 'seamfold.config.json'), JSON.stringify(configured, null, 1)),
  })
  const { id } = (await here.ask('/api/sessions', {})).body
  await here.ask(`/api/sessions/${id}/send`, { prompt: 'What is in this folder?' })
  await here.read(id, ended)
  const why = async (path: string): Promise<unknown> => {
    const asked = await here.ask(`/api/sessions/${id}/why`, { tool: 'read', accesses: [{ kind: 'read', path }] })
    return (asked.body as unknown as { readonly origin?: { readonly file?: string } }).origin?.file
  }
  expect(await why('secret.md')).toContain('seamfold.config.json')
  await here.ask('/api/parts', { policy: { mode: 'ask', rules: ['deny read(other.md)'] } })
  expect(await why('other.md')).toBe(undefined)
  await here.ask('/api/parts', { policy: { mode: 'ask', rules: ['deny read(secret.md)'] } })
  expect(await why('secret.md')).toContain('seamfold.config.json')
})

test('tells every tool that it has, and of those that are taken away only those are gone', async () => {
  await using here = await playground({
    prepare: async (folder) => {
      await mkdir(join(folder, '.seamfold/agents'), { recursive: true })
      await writeFile(join(folder, '.seamfold/agents/release-notes.md'), '---\ndescription: Writes notes.\n---\nWrite notes.\n')
    },
  })
  type Told = { readonly parts: { readonly tools: readonly string[] }; readonly choices: { readonly tools: readonly string[] } }
  const { parts, choices } = (await here.ask('/api/parts')).body as unknown as Told
  expect(parts.tools).toEqual(choices.tools)
  expect(parts.tools).toEqual(expect.arrayContaining(['read', 'bash', 'task', 'ask_user']))
  expect(((await here.ask('/api/about')).body as unknown as { readonly code: string }).code).toContain('release-notes')
  const tools = parts.tools.filter((name) => name !== 'web_fetch')
  await here.ask('/api/parts', { tools })
  const id = await say(here, 'What is in this folder?')
  const last = (await here.read(id, isType('turn_end'))).at(-1)
  const asked = await here.ask(`/api/sessions/${id}/request?at=${last?.cursor}`)
  const given = (asked.body as unknown as { readonly tools: readonly { readonly name: string }[] }).tools.map(({ name }) => name)
  expect([...given].toSorted()).toEqual([...tools].toSorted())
})
