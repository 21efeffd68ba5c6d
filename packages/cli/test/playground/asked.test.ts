/** Promises of the route that shows what the model was asked, and what changed against the request before. */
import { createAgent, memoryStore, policy, requestNotes, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import type { Asked } from '../../src/playground/asked.ts'
import { isType, stage } from './stage.ts'

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

describe('what the model was asked', () => {
  test('is told with its system prompt and messages, and with what is new since the request before', async () => {
    await using here = await stage({ script: [[callOf('look')], 'Three.'], tools: [look] })
    const id = await here.start('Look around')
    const facts = (await here.read(id, isType('session_released'))).filter(({ durable }) => durable)
    const [first, second] = facts.filter(isType('turn_start'))
    const ask = async (at: string): Promise<Asked> => (await here.get(`/api/sessions/${id}/request?at=${at}`)).json() as Promise<Asked>
    const asked = await ask(first?.cursor ?? '')
    expect(asked).toMatchObject({ cursor: first?.cursor, turn: 1, messages: [{ role: 'user' }] })
    expect(asked.system).not.toBe('')
    expect(asked.before).toBeUndefined()
    const last = await ask(facts.at(-1)?.cursor ?? '')
    expect(last).toMatchObject({ cursor: second?.cursor, turn: 2, before: { cursor: first?.cursor, shared: 1, dropped: [] } })
    expect(last.before).not.toHaveProperty('system')
    expect(last.messages).toHaveLength(3)
  })

  test('shows the tools only where they are those that the run had', async () => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(['Fine.']), tools: [look], store })
    const made = { agent, store, about: { model: 'scripted', simulated: true }, tools: [look.definition] }
    const asked = async (tools: readonly (typeof look.definition)[]): Promise<Asked> => {
      await using here = await stage({ open: () => ({ ...made, tools }) })
      return (await here.get(`/api/sessions/s/request?at=99.x`)).json() as Promise<Asked>
    }
    await (await (await agent.session({ id: 's' })).send('Hello')).completed()
    expect((await asked([look.definition])).tools).toEqual([look.definition])
    expect(await asked([{ ...look.definition, description: 'Another.' }])).not.toHaveProperty('tools')
  })

  test('says whether it is what was sent, and what of it was for that call only', async () => {
    const store = memoryStore()
    const rules = [{ deny: { tool: 'look' } }] as const
    const tools = [look, tool({ name: 'list', description: 'List.', readOnly: true, execute: () => '' })]
    const options = { tools, store, permissions: policy({ rules }), budget: { perRun: { tokens: 100_000 } } }
    const agent = createAgent({ ...options, llm: scriptedLlm(['Fine.', 'Fine again.']), use: [requestNotes()] })
    await (await (await agent.session({ id: 'noted' })).send('Hello')).completed()
    await (await (await createAgent({ ...options, llm: scriptedLlm(['Fine.']) }).session({ id: 'silent' })).send('Hello')).completed()
    const about = { model: 'scripted', simulated: true }
    await using here = await stage({ open: () => ({ agent, store, about, tools: tools.map(({ definition }) => definition) }) })
    const ask = async (id: string): Promise<Asked> => (await here.get(`/api/sessions/${id}/request?at=99.x`)).json() as Promise<Asked>
    expect(await ask('noted')).toMatchObject({
      how: 'rebuilt',
      model: 'scripted/scripted',
      hidden: ['look'],
      tools: [{ name: 'list' }],
      note: { maxOutputTokens: expect.any(Number) },
    })
    expect(await ask('silent')).toMatchObject({ how: 'unrecorded' })
  })

  test('is refused in words before the model was asked', async () => {
    await using here = await stage({ script: ['Fine.'] })
    const id = await here.start('Hello')
    const [first] = await here.read(id, isType('session_released'))
    const response = await here.get(`/api/sessions/${id}/request?at=${first?.cursor}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'not_found', message: 'The model was not asked before this fact.' })
  })
})
