/** Promises of the playground about the process of its agent: it can be killed at any moment, and nothing that was written is lost. */
import { rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isType, playground } from './process-stage.ts'

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
  await writeFile(join(here.folder, 'throws.mjs'), "throw new Error('no database here')\n")
  await writeFile(join(here.folder, 'waits.mjs'), 'setInterval(() => {}, 1_000)\nawait new Promise(() => {})\n')
  await symlink(fileURLToPath(import.meta.url), join(here.folder, 'linked.mjs'))
  const judge = async (module: string, seam = 'SessionStore') => (await here.ask('/api/conformance', { seam, module })).body.message
  expect(await judge('./data.mjs')).toContain('exports no adapter')
  expect(await judge('./data.mjs#number')).toContain("a number without 'create'")
  expect(await judge('./nowhere.mjs')).toContain('cannot be loaded')
  expect(await judge('./dies.mjs')).toContain('ended the process that judged it')
  expect(await judge('./throws.mjs')).toContain('cannot be loaded: no database here')
  expect(await judge('./waits.mjs')).toContain('something at its top level waits')
  expect(await judge('./linked.mjs')).toContain('lies outside of')
  expect(await judge('/etc/hostname')).toContain('lies outside of')
  expect(await judge('../../../../../../../../etc/hostname')).toContain('lies outside of')
  expect(await judge('./data.mjs', 'Teapot')).toContain('There are for: SessionStore')
  expect((await here.ask('/api/agent')).body.state).toBe('running')
})

test('says in the end where the copy of the sample project stays, if one was made', async () => {
  await using without = await playground()
  expect(await without.stop()).not.toContain('sample project')
  await using here = await playground()
  await here.ask('/api/scenarios/explore', {})
  const { parts } = (await here.ask('/api/parts')).body as unknown as { readonly parts: { readonly folder: string } }
  const printed = await here.stop()
  expect(printed).toContain(`seamfold sessions --workspace ${parts.folder}`)
  await rm(dirname(parts.folder), { recursive: true })
})
