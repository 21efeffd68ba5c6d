/** Promises of the routes that look back: forking, rewinding, comparing, and saying why. */
import { tool } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { callOf } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { isType, stage, type Stage } from './stage.ts'

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })
const ended = isType('agent_end', 'error', 'run_cancelled')
const released = isType('session_released')

const typesOf = (envelopes: readonly Envelope[]): readonly string[] =>
  envelopes.filter(({ durable }) => durable).map(({ event }) => event.type)

const json = async <T>(response: Promise<Response>): Promise<T> => (await response).json() as Promise<T>

type Diff = Record<'a' | 'b', { id: string; facts: number; beyond: readonly Envelope[] }> & { shared: { facts: number } }

async function looked(here: Stage): Promise<{ readonly id: string; readonly facts: readonly Envelope[] }> {
  const id = await here.start('Look around')
  const facts = (await here.read(id, released)).filter(({ durable }) => durable)
  return { id, facts }
}

describe('the routes that look back', () => {
  test('fork at every fact there is, and compare each fork with its origin', async () => {
    await using here = await stage({ script: [[callOf('look')], 'Three.'], tools: [look] })
    const { id, facts } = await looked(here)
    for (const [index, { cursor }] of facts.entries()) {
      const fork = await json<{ id: string }>(here.post(`/api/sessions/${id}/fork`, { at: cursor, metadata: { tries: index } }))
      const diff = await json<Diff>(here.get(`/api/sessions/${id}/diff?with=${fork.id}`))
      expect([diff.shared.facts, diff.a.id, diff.a.beyond.length]).toEqual([index + 1, id, facts.length - index - 1])
      expect(typesOf(diff.b.beyond)).toContain('session_forked')
    }
    const { sessions } = await json<{ sessions: readonly { id: string; parent?: { id: string } }[] }>(here.get('/api/sessions'))
    expect(sessions.filter(({ parent }) => parent?.id === id)).toHaveLength(facts.length)
  })

  test('let a fork go its own way, and leave its origin alone', async () => {
    await using here = await stage({ script: [[callOf('look')], 'Three.', 'Another answer.'], tools: [look] })
    const { id, facts } = await looked(here)
    const at = facts.find(isType('session_claimed'))
    const fork = await json<{ id: string }>(here.post(`/api/sessions/${id}/fork`, { at: facts[0]?.cursor }))
    expect(at).toBeDefined()
    await here.post(`/api/sessions/${fork.id}/send`, { prompt: 'Try something else' })
    expect((await here.read(fork.id, ended)).at(-1)?.event).toMatchObject({ type: 'agent_end', text: 'Another answer.' })
    expect(typesOf(await here.read(id, released))).toEqual(typesOf(facts))
  })

  test('show no system prompt in a comparison', async () => {
    await using here = await stage({ script: ['Fine.'] })
    const { id, facts } = await looked(here)
    const fork = await json<{ id: string }>(here.post(`/api/sessions/${id}/fork`, { at: facts[0]?.cursor }))
    const diff = await json<Diff>(here.get(`/api/sessions/${id}/diff?with=${fork.id}`))
    expect(diff.a.beyond.find(isType('run_prepared'))?.event).toMatchObject({ system: '' })
  })

  test('rewind a session, which is listed as it is now', async () => {
    await using here = await stage({ script: ['First.', 'Second.'] })
    const { id, facts } = await looked(here)
    await here.post(`/api/sessions/${id}/send`, { prompt: 'Once more' })
    await here.read(id, released, facts.at(-1)?.cursor)
    expect(await json(here.get(`/api/sessions/${id}`))).toMatchObject({ runs: 2, turns: 2 })
    const rewound = await here.post(`/api/sessions/${id}/rewind`, { to: facts.at(-1)?.cursor })
    expect(rewound.status).toBe(200)
    expect(await json(here.get(`/api/sessions/${id}`))).toMatchObject({ runs: 1, turns: 1 })
  })

  test('refuse cursors that are none, or of another branch, and a comparison with nothing', async () => {
    await using here = await stage({ script: ['Fine.', 'Other.'] })
    const { id } = await looked(here)
    const other = await looked(here)
    const codeOf = async (response: Promise<Response>): Promise<unknown> => [
      (await response).status,
      (await json<{ code: string }>(response)).code,
    ]
    expect(await codeOf(here.post(`/api/sessions/${id}/fork`, { at: 'nonsense' }))).toEqual([410, 'cursor_invalid'])
    expect(await codeOf(here.post(`/api/sessions/${id}/fork`, { at: other.facts.at(-1)?.cursor }))).toEqual([410, 'cursor_diverged'])
    expect(await codeOf(here.post(`/api/sessions/${id}/rewind`, {}))).toEqual([400, 'bad_request'])
    expect(await codeOf(here.get(`/api/sessions/${id}/diff`))).toEqual([400, 'bad_request'])
    expect(await codeOf(here.get(`/api/sessions/${id}/diff?with=nobody`))).toEqual([404, 'session_not_found'])
  })
})
