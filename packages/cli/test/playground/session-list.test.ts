/** Promises of the list of sessions: thousands of them cost what is shown of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, forkSession, memoryStore } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { scriptedLlm } from '@seamfold/core/testing'
import { afterAll, describe, expect, test } from 'vitest'
import type { ListQuery } from '../../src/playground/requests.ts'
import { type ListedSession, type SessionPage, Sessions } from '../../src/playground/sessions.ts'
import { openJournal, type Journal, type StoreKind } from '../../src/setup/store.ts'
import { stage } from './stage.ts'

const asked = (query: Partial<ListQuery> = {}): ListQuery => ({ limit: 50, search: '', ...query })

/** Counts the records of journals that are read. */
function counting(store: SessionStore) {
  const counts = { records: 0, logs: new Set<string>() }
  const counted: SessionStore = {
    ...store,
    async *read(key, options) {
      for await (const each of store.read(key, options)) {
        if (key.startsWith('journal/')) {
          counts.records += 1
          counts.logs.add(key)
        }
        yield each
      }
    },
  }
  return { counts, counted }
}

async function firstOf(store: SessionStore, key: string): Promise<string | undefined> {
  for await (const { record } of store.read(key)) return record
  return undefined
}

const nameOf = (index: number): string => `s${String(index).padStart(4, '0')}`

/** Copies of one session, each written after the one before. */
async function fill(store: SessionStore, count: number): Promise<number> {
  const model = memoryStore()
  const agent = createAgent({ llm: scriptedLlm(Array.from({ length: 3 }, () => 'Done.')), store: model })
  const session = await agent.session({ id: 'model' })
  for (let run = 0; run < 3; run += 1) await (await session.send(`Question ${run}`)).completed()
  await agent.close()
  const records: string[] = []
  for await (const { record } of model.read('journal/model')) records.push(record)
  for (let index = 0; index < count; index += 1) {
    await store.append(`journal/${nameOf(index)}`, records, { expected: 0 })
  }
  return records.length
}

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function journalOf(kind: StoreKind): Promise<Journal> {
  const folder = await mkdtemp(join(tmpdir(), 'seamfold-list-'))
  folders.push(folder)
  return openJournal(`${folder}/sessions`, kind)
}

describe.each(['sqlite', 'jsonl'] as const)('the list of 5,000 sessions in %s', (kind) => {
  test('reads the journals that it shows, and of the others how they begin', async () => {
    const journal = await journalOf(kind)
    const length = await fill(journal.store, 5_000)
    const { counts, counted } = counting(journal.store)
    const sessions = new Sessions({ store: counted, ends: journal.ends })
    const first = await sessions.list(asked())
    expect(first.sessions).toHaveLength(50)
    expect(first.total).toBe(5_000)
    expect(counts.logs.size).toBe(50)
    expect(counts.records).toBeLessThan(50 * 4 * length)
    expect(length).toBeGreaterThan(15)
    const before = counts.records
    await sessions.list(asked())
    expect(counts.records).toBe(before)
    const second = await sessions.list(asked({ after: first.next }))
    const names = new Set([...first.sessions, ...second.sessions].map(({ id }) => id))
    expect(names.size).toBe(100)
    expect(counts.logs.size).toBe(100)
    await journal.close()
  }, 120_000)
})

const names = ({ sessions }: Pick<SessionPage, 'sessions'>): readonly string[] => sessions.map(({ id }) => id)

async function all(sessions: Sessions, query: Partial<ListQuery>): Promise<readonly ListedSession[]> {
  const found: ListedSession[] = []
  let after: string | undefined
  do {
    const page = await sessions.list(asked({ ...query, after }))
    found.push(...page.sessions)
    after = page.next
  } while (after !== undefined)
  return found
}

describe('the list of sessions', () => {
  test('keeps forks with what they came from on one page, where the last used of them stands', async () => {
    const store = memoryStore()
    const agent = createAgent({ llm: scriptedLlm(Array.from({ length: 9 }, () => 'Done.')), store })
    for (const id of ['old', 'middle', 'new']) await (await (await agent.session({ id })).send(`Ask ${id}`)).completed()
    await forkSession(store, 'old', { id: 'fork' })
    await forkSession(store, 'fork', { id: 'fork-of-fork' })
    // Each was used at a time of its own, however fast this was.
    const used = ['old', 'middle', 'new', 'fork', 'fork-of-fork'].map((id) => `journal/${id}`)
    const ends = {
      first: (key: string) => firstOf(store, key),
      last: async (key: string) => ({ at: used.indexOf(key), stamp: key }),
    }
    const sessions = new Sessions({ store, ends })
    const first = await sessions.list(asked({ limit: 1 }))
    expect(names(first).toSorted()).toEqual(['fork', 'fork-of-fork', 'old'])
    expect(first.sessions.find(({ id }) => id === 'fork-of-fork')?.parent?.id).toBe('fork')
    const second = await sessions.list(asked({ limit: 1, after: first.next }))
    expect(names(second)).toEqual(['new'])
    expect(names(await sessions.list(asked({ limit: 1, after: second.next })))).toEqual(['middle'])
    await agent.close()
  })

  test('finds by words and by status, a bounded number of journals at a time', async () => {
    const store = memoryStore()
    const length = await fill(store, 450)
    const agent = createAgent({ llm: scriptedLlm(['Done.']), store })
    await (await (await agent.session({ id: 'needle' })).send('Look for the Needle')).completed()
    await agent.close()
    const { counts, counted } = counting(store)
    const ends = {
      first: (key: string) => firstOf(store, key),
      last: async (key: string) => ({ at: Number(/\d+$/.exec(key)?.[0] ?? 0), stamp: key }),
    }
    const sessions = new Sessions({ store: counted, ends })
    const first = await sessions.list(asked({ search: 'needle' }))
    expect(first.sessions).toEqual([])
    expect(first.next).toBeDefined()
    expect(counts.records).toBeLessThan(201 * 4 * length)
    expect((await all(sessions, { search: 'NEEDLE' })).map(({ id }) => id)).toEqual(['needle'])
    expect(await all(sessions, { status: 'completed' })).toHaveLength(451)
    expect(await all(sessions, { status: 'failed' })).toEqual([])
  })

  test('is asked over HTTP, and says what it does not take', async () => {
    await using here = await stage({ script: ['One.', 'Two.'] })
    for (const prompt of ['First thing', 'Second thing'])
      await here.read(await here.start(prompt), ({ event }) => event.type === 'agent_end')
    const ask = async (query: string): Promise<SessionPage> => (await here.get(`/api/sessions${query}`)).json() as Promise<SessionPage>
    const first = await ask('?limit=1')
    expect(first).toMatchObject({ sessions: [{ title: 'Second thing' }], total: 2, children: 0 })
    expect((await ask(`?limit=1&after=${first.next}`)).sessions).toMatchObject([{ title: 'First thing' }])
    expect((await ask('?search=FIRST')).sessions).toMatchObject([{ title: 'First thing' }])
    expect((await ask('?status=active')).sessions).toEqual([])
    for (const query of ['?after=nowhere', '?limit=0', '?limit=many', '?status=odd', '?other=1']) {
      const refused = await here.get(`/api/sessions${query}`)
      expect([query, refused.status, await refused.json()]).toMatchObject([query, 400, { code: 'bad_request' }])
    }
  })
})
