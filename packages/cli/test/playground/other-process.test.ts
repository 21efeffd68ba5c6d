/** Promises about sessions that somebody else runs on the same store. */
import { createAgent, memoryLeases, memoryStore, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { livesWith } from '../../src/setup/holder.ts'
import { isType, stage } from './stage.ts'

test('a run of another agent on the same store is listed, and its facts are streamed as they are written', async () => {
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<string>()
  const wait = tool({
    name: 'wait',
    description: 'Wait.',
    readOnly: true,
    execute: () => {
      begun.resolve()
      return gate.promise
    },
  })
  const store = memoryStore()
  const other = createAgent({ llm: scriptedLlm([[callOf('wait')], 'Over.']), tools: [wait], store })
  await using here = await stage({ store })
  const run = await other.run('Do it over there')
  await begun.promise
  const { sessions } = (await (await here.get('/api/sessions')).json()) as { sessions: readonly unknown[] }
  expect(sessions).toMatchObject([{ id: run.sessionId, title: 'Do it over there', status: 'unfinished', active: false }])
  const reading = here.read(run.sessionId, isType('agent_end'))
  gate.resolve('waited')
  const facts = (await reading).filter(({ durable }) => durable).map(({ event }) => event.type)
  expect(facts.slice(-2)).toEqual(['turn_end', 'agent_end'])
  await other.close()
})

test('a run that somebody else is at is told from one that was cut off, where leases tell', async () => {
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<string>()
  const execute = (): Promise<string> => {
    begun.resolve()
    return gate.promise
  }
  const wait = tool({ name: 'wait', description: 'Wait.', readOnly: true, execute })
  const [store, leases] = [memoryStore(), memoryLeases()]
  const other = createAgent({ llm: scriptedLlm([[callOf('wait')], 'Over.']), tools: [wait], store, leases })
  await using here = await stage({ store, lives: (key) => livesWith(leases, key) })
  const run = await other.run('Do it over there')
  await begun.promise
  const summary = async (): Promise<unknown> => (await here.get(`/api/sessions/${run.sessionId}`)).json()
  expect(await summary()).toMatchObject({ status: 'unfinished', active: false, elsewhere: true })
  const lease = await leases.read(`session/${run.sessionId}`)
  await leases.release(`session/${run.sessionId}`, lease?.holder ?? '')
  expect(await summary()).not.toHaveProperty('elsewhere')
  gate.resolve('waited')
  await run.result
  await other.close()
})
