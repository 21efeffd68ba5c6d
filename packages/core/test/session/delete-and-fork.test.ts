/** Deleting and forking, cut off at any point or at the same time: no fork loses its past, and nothing stays behind for ever. */
import { describe, expect, test } from 'vitest'
import {
  AgentError,
  createAgent,
  deleteSession,
  forkSession,
  memoryStore,
  openSession,
  type SessionState,
  storedSessions,
  verifySession,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { scriptedLlm } from '../../src/testing.ts'

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

async function origin(): Promise<SessionStore> {
  const store = memoryStore()
  const session = await createAgent({ llm: scriptedLlm(['one', 'two']), store }).session({ id: 'o' })
  await (await session.send('1')).completed()
  await (await session.send('2')).completed()
  return store
}

/** A store whose process is killed at its n-th change. */
function dying(store: SessionStore, at: number): SessionStore {
  let changes = 0
  const change = (): void => {
    if (++changes >= at) throw new AgentError('store_unavailable', 'killed', { retryable: false })
  }
  return {
    ...store,
    append: async (...args) => (change(), store.append(...args)),
    delete: async (key) => (change(), store.delete(key)),
  }
}

const stateOf = async (store: SessionStore, id: string): Promise<SessionState> => (await openSession(store, id)).state()

describe('killed at any change,', () => {
  test('a fork can be made again under its id, and leaves its origin deletable', async () => {
    for (let at = 1; at <= 2; at++) {
      const store = await origin()
      await expect(forkSession(dying(store, at), 'o', { id: 'f' })).rejects.toThrow('killed')
      expect(await collect(storedSessions(store))).toEqual(['o'])
      await forkSession(store, 'o', { id: 'f' })
      expect((await stateOf(store, 'f')).history.toArray()).toEqual((await stateOf(store, 'o')).history.toArray())
      for (const id of ['o', 'f']) await deleteSession(store, id)
      expect(await collect(store.keys())).toEqual([])
    }
  })

  test('a fork that nobody makes again is forgotten with its id', async () => {
    const store = await origin()
    await expect(forkSession(dying(store, 2), 'o', { id: 'f' })).rejects.toThrow('killed')
    await deleteSession(store, 'o')
    await deleteSession(store, 'f')
    expect(await collect(store.keys())).toEqual([])
  })

  test('a deletion is finished by the next one, and its name is free then', async () => {
    for (let at = 1; ; at++) {
      const store = await origin()
      await forkSession(store, 'o', { id: 'f' })
      await deleteSession(store, 'o')
      const finished = await deleteSession(dying(store, at), 'f').then(
        () => true,
        () => false,
      )
      if (finished) break
      await deleteSession(store, 'f')
      expect(await collect(store.keys())).toEqual([])
      await (await (await createAgent({ llm: scriptedLlm(['anew']), store }).session({ id: 'o' })).send('1')).completed()
      expect(await collect(storedSessions(store))).toEqual(['o'])
    }
  })
})

describe('what was said to a session, and the letters of its calls,', () => {
  test.each(['alone', 'with a fork'])('go with it, whoever finishes its deletion: %s', async (how) => {
    for (let at = 2; ; at++) {
      const store = await origin()
      if (how === 'with a fork') await forkSession(store, 'o', { id: 'f' })
      await store.append('inbox/o', ['an answer'], { expected: 0 })
      await store.append('dead-letter/x', [JSON.stringify({ sessionId: 'o' })], { expected: 0 })
      const finished = await deleteSession(dying(store, at), 'o').then(
        () => true,
        () => false,
      )
      await deleteSession(store, 'another')
      const left = await collect(store.keys())
      expect(left.filter((key) => /^(?:inbox|dead-letter)/.test(key))).toEqual([])
      expect(left.includes('journal/f')).toBe(how === 'with a fork')
      if (finished) break
    }
  })
})

describe('at the same time,', () => {
  test('a fork of what was deleted meanwhile is refused, and leaves no mark', async () => {
    const store = await origin()
    let deleted = false
    // The whole deletion happens between the look at the origin and the first thing that the fork writes.
    const late: SessionStore = {
      ...store,
      async append(...args) {
        if (!deleted) await deleteSession(store, 'o')
        deleted = true
        await store.append(...args)
      },
    }
    await expect(forkSession(late, 'o', { id: 'f' })).rejects.toMatchObject({ code: 'session_not_found' })
    expect(await collect(store.keys())).toEqual([])
  })

  test('a fork whose past is gone all the same is no empty session, but damage', async () => {
    const store = await origin()
    await forkSession(store, 'o', { id: 'f' })
    await store.delete('journal/o')
    await expect(stateOf(store, 'f')).rejects.toMatchObject({
      code: 'store_corrupt',
      message: expect.stringMatching(/shares the first \d+ records of session 'o', and they are not all there/) as string,
    })
  })
})

test('a mark that a deletion has left behind holds nobody up', async () => {
  const store = memoryStore()
  await store.append('deleted/o', ['deleted'], { expected: 0 })
  await (await (await createAgent({ llm: scriptedLlm(['one']), store }).session({ id: 'o' })).send('1')).completed()
  expect(await collect(storedSessions(store))).toEqual(['o'])
  expect((await stateOf(store, 'o')).history.length).toBe(2)
})

test('verifying names the record whose header or payload was changed, the last one too', async () => {
  const records = (await collect((await origin()).read('journal/o'))).map(({ record }) => record)
  for (const [index, record] of records.entries()) {
    for (const [from, to] of [
      ['"run":"', '"run":"x'],
      ['"at":', '"at":1'],
      ['"by":"', '"by":"x'],
      ['"k":1', '"k":0'],
      ['{"t":"', '{"t":"x'],
      ['\n{"type":"', '\n{"type":"x'],
    ] as const) {
      const damaged = memoryStore()
      await damaged.append('journal/o', records.with(index, record.replace(from, to)), { expected: 0 })
      expect(await verifySession(damaged, 'o')).toMatchObject({ records: index, problem: { offset: index } })
    }
  }
})
