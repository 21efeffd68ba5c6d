/** Promises of the playground about the process of its agent: it can be killed at any moment, and nothing that was written is lost. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SseDecoder, type Envelope } from '@seamfold/core/kit'
import { expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../', import.meta.url))

type CaseResult = { readonly status: string; readonly reason?: string }

/** What the routes that are asked here answer. */
type Reply = {
  readonly id: string
  readonly code: string
  readonly message: string
  readonly state: string
  readonly pid?: number
  readonly sessions: readonly unknown[]
  readonly passed: boolean
  readonly results: readonly CaseResult[]
}

type Here = AsyncDisposable & {
  readonly folder: string
  ask(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Reply }>
  read(id: string, until: (envelope: Envelope) => boolean): Promise<readonly Envelope[]>
}

async function addressOf(child: ChildProcess): Promise<URL> {
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  child.stdout?.on('data', (chunk: Buffer) => {
    output += String(chunk)
    const url = /http:\/\/\S+#token=\S+/.exec(output)?.[0]
    if (url !== undefined) resolve(new URL(url))
  })
  child.once('exit', () => reject(new Error(`it ended before it gave an address:\n${output}`)))
  return promise
}

async function playground(): Promise<Here> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-process-'))
  await cp(join(cli, 'sample'), folder, { recursive: true })
  const { ANTHROPIC_API_KEY: _a, OPENAI_API_KEY: _o, OPENAI_BASE_URL: _b, ...env } = process.env
  const words = [join(cli, 'dist/main.js'), 'playground', '--port', '0', '--permissions', 'full', '--no-open']
  const child = spawn(process.execPath, words, { cwd: folder, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const { origin, hash } = await addressOf(child)
  const authorization = `Bearer ${hash.slice('#token='.length)}`
  return {
    folder,
    async ask(path, body) {
      const sent = { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(origin + path, body === undefined ? { headers: { authorization } } : sent)
      return { status: response.status, body: (await response.json()) as Reply }
    },
    /** As a page does: whenever the stream is cut, it goes on after the last fact. */
    async read(id, until) {
      const facts: Envelope[] = []
      for (;;) {
        const last = facts.at(-1)?.cursor
        const response = await fetch(`${origin}/api/sessions/${id}/events`, {
          headers: { authorization, ...(last === undefined ? {} : { 'last-event-id': last }) },
        })
        const decoder = new SseDecoder()
        try {
          for await (const chunk of response.body ?? []) {
            for (const { data } of decoder.push(chunk)) {
              const envelope = JSON.parse(data) as Envelope
              if (envelope.durable) facts.push(envelope)
              if (until(envelope)) return facts
            }
          }
        } catch {
          // The process that told it was killed: read on from somebody else.
        }
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        await gone
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const isType =
  (...types: readonly string[]) =>
  ({ event }: Envelope): boolean =>
    types.includes(event.type)

test('killed in the middle of a call, it is read from the store, started again, and goes on', async () => {
  await using here = await playground()
  const first = (await here.ask('/api/agent')).body
  expect(first).toMatchObject({ state: 'running', starts: 1 })
  const { id } = (await here.ask('/api/sessions', {})).body
  await here.ask(`/api/sessions/${id}/send`, { prompt: 'A test fails. Find out why and fix it.' })
  const whole = here.read(id, isType('agent_end', 'error'))
  const before = await here.read(id, isType('tool_execution_start'))
  const killed = (await here.ask('/api/agent/kill', {})).body
  expect(killed).toMatchObject({ state: 'gone', starts: 1, ended: 'it was ended by SIGKILL' })
  expect(() => process.kill(first.pid ?? 0, 0)).toThrow('ESRCH')
  const listed = (await here.ask('/api/sessions')).body.sessions
  expect(listed).toMatchObject([{ id, status: 'unfinished', active: false }])
  const refused = await here.ask(`/api/sessions/${id}/send`, { prompt: 'Anybody there?' })
  expect([refused.status, refused.body.code]).toEqual([503, 'agent_gone'])
  const started = (await here.ask('/api/agent/start', {})).body
  expect(started).toMatchObject({ state: 'running', starts: 2 })
  expect(started.pid).not.toBe(first.pid)
  await here.ask(`/api/sessions/${id}/resume`, {})
  const facts = await whole
  expect(facts.slice(0, before.length)).toEqual(before)
  expect(facts.at(-1)?.event.type).toBe('agent_end')
  expect(new Set(facts.map(({ cursor }) => cursor)).size).toBe(facts.length)
})

test('a fork can be made while no agent is there, and is listed under its origin', async () => {
  await using here = await playground()
  const { id } = (await here.ask('/api/sessions', {})).body
  await here.ask(`/api/sessions/${id}/send`, { prompt: 'What is in this folder?' })
  const facts = await here.read(id, isType('agent_end', 'error'))
  await here.ask('/api/agent/kill', {})
  const fork = await here.ask(`/api/sessions/${id}/fork`, { at: facts[0]?.cursor })
  expect(fork.status).toBe(200)
  const { sessions } = (await here.ask('/api/sessions')).body
  expect(sessions).toContainEqual(expect.objectContaining({ id: fork.body.id, parent: { id, cursor: facts[0]?.cursor } }))
})

test('judges a module of one’s own, and says which promises it breaks', async () => {
  await using here = await playground()
  await writeFile(
    join(here.folder, 'forgetful.mjs'),
    `export const forgetful = () => {
      const logs = new Map()
      return {
        contract: 1,
        async append(key, records) { logs.set(key, [...(logs.get(key) ?? []), ...records]) },
        async *read(key, { from = 0 } = {}) { for (const [offset, record] of (logs.get(key) ?? []).entries()) if (offset >= from) yield { offset, record } },
        async *keys() { yield* logs.keys() },
        async delete(key) { logs.delete(key) },
      }
    }`,
  )
  const card = await here.ask('/api/conformance', { seam: 'SessionStore', module: './forgetful.mjs' })
  expect([card.status, card.body.passed]).toEqual([200, false])
  const failed = card.body.results.filter(({ status }) => status === 'failed')
  expect(failed.length).toBeGreaterThan(0)
  expect(failed.length).toBeLessThan(card.body.results.length)
  expect(failed.every(({ reason = '' }) => reason.length > 10)).toBe(true)
})

test('says in words what is wrong with a module that is no adapter', async () => {
  await using here = await playground()
  await writeFile(join(here.folder, 'data.mjs'), 'export const number = 7\nexport const other = 8\n')
  await writeFile(join(here.folder, 'dies.mjs'), 'process.exit(9)\n')
  const judge = async (module: string, seam = 'SessionStore') => (await here.ask('/api/conformance', { seam, module })).body.message
  expect(await judge('./data.mjs')).toContain('exports no adapter')
  expect(await judge('./data.mjs#number')).toContain("a number without 'create'")
  expect(await judge('./nowhere.mjs')).toContain('cannot be loaded')
  expect(await judge('./dies.mjs')).toContain('ended the process that judged it')
  expect(await judge('./data.mjs', 'Teapot')).toContain('There are for: SessionStore')
  expect((await here.ask('/api/agent')).body.state).toBe('running')
})
