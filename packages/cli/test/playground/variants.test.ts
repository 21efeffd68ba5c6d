/** Promises of forks that run on something else: another result, another model, another policy, held wherever they are opened. */
import { createAgent, memoryStore, openSession, policy, tool } from '@seamfold/core'
import { AgentError, type Envelope, type SessionStore } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import type { PlaygroundAgent, PlaygroundChange } from '../../src/playground/types.ts'
import { isType, stage, type Stage } from './stage.ts'

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })
const ended = isType('agent_end', 'error', 'run_cancelled')

const saidBy =
  (model: string) =>
  ({ event }: Envelope): boolean =>
    event.type === 'agent_end' && event.text === `The ${model} model says hello.`

const json = async <T>(response: Promise<Response>): Promise<T> => (await response).json() as Promise<T>

/** An agent that can be had with another model, and only in the mode `full`. */
function playground(store: SessionStore, made: PlaygroundChange[] = []): PlaygroundAgent {
  const agentOf = (replies: Parameters<typeof scriptedLlm>[0]) =>
    createAgent({ llm: scriptedLlm(replies), tools: [look], store, unanswered: 'suspend' })
  return {
    agent: agentOf([[callOf('look')], 'Three.', 'Here again.']),
    store,
    about: { model: 'first', simulated: true },
    variant: (change) => {
      if (change.mode !== undefined && change.mode !== 'full')
        throw new AgentError('invalid_argument', `There is no mode '${change.mode}'.`)
      made.push(change)
      return Promise.resolve({
        agent: agentOf([() => `The ${change.model ?? 'first'} model says hello.`]),
        permissions: { judge: policy({ rules: [], default: 'deny' }).judge },
      })
    },
  }
}

async function looked(here: Stage) {
  const id = await here.start('Look around')
  const facts = (await here.read(id, isType('session_released'))).filter(({ durable }) => durable)
  return { id, facts }
}

describe('a fork', () => {
  test('goes on with the result that it was given', async () => {
    await using here = await stage({ script: [[callOf('look')], 'Three.', 'None, then.'], tools: [look] })
    const { id, facts } = await looked(here)
    const at = facts.findIndex(isType('tool_end'))
    const { event } = facts[at] ?? {}
    const callId = event?.type === 'tool_end' ? event.callId : ''
    const wish = { at: facts[at - 1]?.cursor, keepRun: true, results: { [callId]: { content: 'no files', isError: false } } }
    const fork = await json<{ id: string }>(here.post(`/api/sessions/${id}/fork`, wish))
    await here.post(`/api/sessions/${fork.id}/resume`)
    const heard = await here.read(fork.id, ended)
    expect(heard.find(isType('tool_end'))?.event).toMatchObject({ output: 'no files' })
    expect(heard.at(-1)?.event).toMatchObject({ type: 'agent_end', text: 'None, then.' })
    const refused = await here.post(`/api/sessions/${id}/fork`, { ...wish, at: facts.at(-1)?.cursor })
    expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_argument' })])
  })

  test('runs on another model and policy when it was forked so, also for who opens it later, and so do its own forks', async () => {
    const store = memoryStore()
    const made: PlaygroundChange[] = []
    const change = { model: 'second', rules: ['deny exec(npm test)'] }
    let fork = ''
    {
      await using here = await stage({ open: () => playground(store, made) })
      const { id, facts } = await looked(here)
      fork = (await json<{ id: string }>(here.post(`/api/sessions/${id}/fork`, { at: facts.at(-1)?.cursor, change }))).id
      await here.post(`/api/sessions/${fork}/send`, { prompt: 'Hello?' })
      await here.read(fork, saidBy('second'))
      const why = { tool: 'look', accesses: [], args: {} }
      expect(await json(here.post(`/api/sessions/${fork}/why`, why))).toMatchObject({ decision: 'deny' })
      expect((await here.post(`/api/sessions/${id}/why`, why)).status).toBe(404)
    }
    await using here = await stage({ open: () => playground(store, made) })
    const next = await json<{ id: string }>(here.post(`/api/sessions/${fork}/fork`))
    await here.post(`/api/sessions/${next.id}/send`, { prompt: 'And you?' })
    await here.read(next.id, (envelope) => saidBy('second')(envelope) && envelope.sessionId === next.id)
    expect(made).toEqual([change, change])
  })

  test('that cannot be is refused before it is there', async () => {
    const store = memoryStore()
    await using here = await stage({ open: () => playground(store) })
    const { id } = await looked(here)
    const refused = await here.post(`/api/sessions/${id}/fork`, { id: 'fork', change: { mode: 'wild' } })
    expect([refused.status, await refused.json()]).toEqual([400, { code: 'invalid_argument', message: "There is no mode 'wild'." }])
    await expect(openSession(store, 'fork')).rejects.toMatchObject({ code: 'session_not_found' })
    await using plain = await stage({ script: ['Fine.'] })
    const other = await plain.start('Hello')
    await plain.read(other, isType('session_released'))
    expect(await json(plain.post(`/api/sessions/${other}/fork`, { change: { model: 'second' } }))).toMatchObject({ code: 'unsupported' })
  })
})
