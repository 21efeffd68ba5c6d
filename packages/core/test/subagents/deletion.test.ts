/** A session goes with the sessions of its sub-agents, at any depth, and with nobody else's. */
import { expect, test } from 'vitest'
import { AgentRegistry, createAgent, deleteSession, forkSession, memoryStore, storedSessions } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { change, collect, dump } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, turnsOf } from './families.ts'

const agents = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
const llm = modelOf((request) => {
  if (turnsOf(request) > 0) return 'done'
  switch (promptOf(request)) {
    case 'go':
      return [give('lead it', { agent: 'lead' }), give('look')]
    case 'lead it':
      return [give('look too')]
    default:
      return 'looked'
  }
})

async function worked(store: SessionStore, id: string): Promise<void> {
  const session = await family(llm, { store, task: { agents } }).agent.session({ id })
  await (await session.send('go')).completed()
}

test('children and grandchildren go with it', async () => {
  const store = memoryStore()
  await worked(store, 'parent')
  await worked(store, 'other')
  expect(await collect(storedSessions(store))).toHaveLength(8)
  await deleteSession(store, 'parent')
  expect(await collect(storedSessions(store))).toHaveLength(4)
  await deleteSession(store, 'other')
  expect(await collect(store.keys())).toEqual([])
})

test('they stay for a fork that shares the calls that made them, and go with it', async () => {
  const store = memoryStore()
  await worked(store, 'parent')
  await forkSession(store, 'parent', { id: 'fork' })
  await deleteSession(store, 'parent')
  expect(await collect(storedSessions(store))).toHaveLength(4)
  await deleteSession(store, 'fork')
  expect(await collect(store.keys())).toEqual([])
})

test('a journal that names a session of somebody else does not take it along', async () => {
  const store = memoryStore()
  await worked(store, 'parent')
  const [child] = (await collect(storedSessions(store))).filter((id) => id !== 'parent')
  const records = (await dump(store))['journal/parent'] ?? []
  await store.append('journal/thief', records, { expected: 0 })
  await deleteSession(store, 'thief', { force: true })
  expect(await collect(storedSessions(store))).toContain(child)
  expect(await collect(storedSessions(store))).toHaveLength(4)
})

test('killed at any change, the next deletion finishes it', async () => {
  for (let at = 1; ; at++) {
    const store = memoryStore()
    await worked(store, 'parent')
    let changes = 0
    const dies = (): void => {
      if (++changes >= at) throw new Error('killed')
    }
    const dying: SessionStore = {
      ...store,
      append: async (...args) => (dies(), store.append(...args)),
      delete: async (key) => (dies(), store.delete(key)),
    }
    const finished = await deleteSession(dying, 'parent').then(
      () => true,
      () => false,
    )
    await deleteSession(store, 'parent')
    expect(await collect(store.keys())).toEqual([])
    if (finished) break
  }
})

test('with force it goes although a run is not finished, which is refused otherwise', async () => {
  const store = memoryStore()
  const asking = modelOf((request) => (turnsOf(request) > 0 ? 'done' : [callOf('change')]))
  const session = await createAgent({ llm: asking, store, tools: [change], unanswered: 'suspend' }).session({ id: 'waiting' })
  expect((await (await session.send('go')).result).status).toBe('suspended')
  await expect(deleteSession(store, 'waiting')).rejects.toMatchObject({ code: 'session_busy' })
  await deleteSession(store, 'waiting', { force: true })
  expect(await collect(store.keys())).toEqual([])
})

test('with force it goes although its journal is damaged', async () => {
  const store = memoryStore()
  await worked(store, 'parent')
  const [first = ''] = (await dump(store))['journal/parent'] ?? []
  await store.replace?.('journal/parent', [{ offset: 0, expected: first, record: 'garbage' }])
  await expect(deleteSession(store, 'parent')).rejects.toMatchObject({ code: 'store_corrupt' })
  await deleteSession(store, 'parent', { force: true })
  expect(await collect(store.keys())).toEqual([])
})
