/** Sessions of a store are forked, rewound and compared without an agent, and their tree is told by first records and marks. */
import { describe, expect, test } from 'vitest'
import {
  deleteSession,
  diffSessions,
  forkSession,
  forksOf,
  memoryLeases,
  memoryStore,
  openSession,
  rewindSession,
  sessionTree,
  storedSessions,
  verifySession,
} from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { agentOn, collect, cursorOf, dump, factsOf, saidIn, say, stateOf, twoTurns } from './sessions.ts'

describe('forkSession', () => {
  test('makes a session that shares the past up to a fact, as session.fork does', async () => {
    const { store, first } = await twoTurns()
    expect(await forkSession(store, 's', { at: first, id: 'f', metadata: { branch: 'b' } })).toBe('f')
    expect(saidIn(await stateOf(store, 'f'))).toEqual(['1', 'one'])
    expect((await stateOf(store, 'f')).metadata).toEqual({ user: '42', branch: 'b' })
    const fork = await agentOn(store, ['other two']).session({ id: 'f', create: false })
    await say(fork, '2')
    expect(saidIn(await stateOf(store, 's'))).toEqual(['1', 'one', '2', 'two'])
    const made = await forkSession(store, 's')
    expect(saidIn(await stateOf(store, made))).toEqual(['1', 'one', '2', 'two'])
  })

  test('refuses an id that is taken, a session that is not there and a cursor of another branch, and leaves no mark', async () => {
    const { store, first } = await twoTurns()
    await forkSession(store, 's', { at: first, id: 'f' })
    const before = await dump(store)
    await expect(forkSession(store, 's', { id: 'f' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(forkSession(store, 's', { id: '' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(forkSession(store, 'none')).rejects.toMatchObject({ code: 'session_not_found' })
    await expect(forkSession(store, 's', { at: `${first.split('.')[0]}.000000000000` })).rejects.toMatchObject({ code: 'cursor_diverged' })
    expect(await dump(store)).toEqual(before)
  })
})

describe('rewindSession', () => {
  test('lets a session go on from an earlier fact, as session.rewind does', async () => {
    const { store, first, session, second } = await twoTurns()
    await rewindSession(store, 's', { to: first })
    expect(saidIn(await session.state())).toEqual(['1', 'one'])
    expect((await verifySession(store, 's')).problem).toBeUndefined()
    await expect(rewindSession(store, 's', { to: second })).rejects.toMatchObject({ code: 'cursor_diverged' })
    await say(session, 'another 2')
    expect(saidIn(await stateOf(store, 's'))).toEqual(['1', 'one', 'another 2', 'three'])
  })

  test('is refused while somebody holds the session, saying who and until when, and lets go of it afterwards', async () => {
    const { store, first } = await twoTurns()
    const leases = memoryLeases()
    const { expiresAt } = await leases.acquire('session/s', 'somebody', 30_000)
    const before = await dump(store)
    await expect(rewindSession(store, 's', { to: first, leases })).rejects.toMatchObject({
      code: 'session_held',
      message: expect.stringContaining('somebody until'),
      details: { holder: 'somebody', expiresAt },
    })
    expect(await dump(store)).toEqual(before)
    await leases.release('session/s', 'somebody')
    await rewindSession(store, 's', { to: first, leases })
    expect(await leases.read('session/s')).toBeUndefined()
  })

  test('knows no session that is not there or was deleted', async () => {
    const { store, first } = await twoTurns()
    await expect(rewindSession(store, 'none', { to: first })).rejects.toMatchObject({ code: 'session_not_found' })
    await forkSession(store, 's', { id: 'f' })
    await deleteSession(store, 's')
    await expect(rewindSession(store, 's', { to: first })).rejects.toMatchObject({ code: 'session_not_found' })
  })

  test('says who was first when the session is written meanwhile', async () => {
    const { store, first } = await twoTurns()
    const late: SessionStore = {
      ...store,
      async append(key, records, options) {
        if (key === 'journal/s') await store.append(key, [(await dump(store))['journal/s']?.at(-1) ?? ''], options)
        await store.append(key, records, options)
      },
    }
    await expect(rewindSession(late, 's', { to: first })).rejects.toMatchObject({ code: 'session_held', retryable: true })
  })
})

describe('diffSessions', () => {
  const typesOf = (facts: readonly { event: { type: string } }[]): string[] => facts.map(({ event }) => event.type)

  test('finds the last fact that two branches share, and what each has beyond it', async () => {
    const { store, first, second } = await twoTurns()
    await forkSession(store, 's', { at: first, id: 'f' })
    const fork = await agentOn(store, ['other two']).session({ id: 'f', create: false })
    const end = await say(fork, 'another 2')
    const diff = await diffSessions(store, 's', 'f')
    expect(diff.shared.cursor).toBe(first)
    expect(diff.shared.facts + diff.a.beyond.length).toBe(diff.a.facts)
    expect(diff.a.facts).toBe((await stateOf(store, 's')).length)
    expect(typesOf(diff.a.beyond).filter((type) => type === 'agent_start' || type === 'agent_end')).toEqual(['agent_start', 'agent_end'])
    expect(typesOf(diff.b.beyond)[0]).toBe('session_forked')
    expect(diff.a.beyond.find(({ event }) => event.type === 'agent_end')?.cursor).toBe(second)
    expect(diff.b.beyond.find(({ event }) => event.type === 'agent_end')?.cursor).toBe(end)
    expect(diff.a.cursor).toBe((await factsOf(await openSession(store, 's'))).at(-1)?.cursor)
  })

  test('compares a session with itself, with its fork at the head, and with one that it has nothing in common with', async () => {
    const { store } = await twoTurns()
    expect((await diffSessions(store, 's', 's')).a.beyond).toEqual([])
    await forkSession(store, 's', { id: 'f' })
    const withFork = await diffSessions(store, 'f', 's')
    expect([typesOf(withFork.a.beyond), typesOf(withFork.b.beyond)]).toEqual([['session_forked'], []])
    await say(await agentOn(store, ['one']).session({ id: 'other' }), '1')
    expect((await diffSessions(store, 's', 'other')).shared).toEqual({ facts: 0, cursor: undefined })
    await expect(diffSessions(store, 's', 'none')).rejects.toMatchObject({ code: 'session_not_found' })
  })

  test('does not count what a rewinding left behind', async () => {
    const { store, first } = await twoTurns()
    await forkSession(store, 's', { id: 'f' })
    await rewindSession(store, 's', { to: first })
    const diff = await diffSessions(store, 's', 'f')
    expect(diff.shared.cursor).toBe(first)
    expect(typesOf(diff.a.beyond)).toEqual(['session_rewound'])
    expect(typesOf(diff.b.beyond)).toContain('agent_end')
  })
})

describe('the tree of forks', () => {
  test('links every session to its parent, reads one record of each, and shows deleted origins', async () => {
    const { store, first } = await twoTurns()
    await forkSession(store, 's', { at: first, id: 'a/b %' })
    await forkSession(store, 'a/b %', { id: 'c' })
    await forkSession(store, 's', { id: 'd' })
    await deleteSession(store, 's')
    let read = 0
    const counting: SessionStore = {
      ...store,
      async *read(key, options) {
        for await (const each of store.read(key, options)) {
          if (key.startsWith('journal/')) read++
          yield each
        }
      },
    }
    const tree = await collect(sessionTree(counting))
    expect(tree.map(({ id, parent, deleted }) => [id, parent?.id, deleted])).toEqual([
      ['s', undefined, true],
      ['a/b %', 's', false],
      ['c', 'a/b %', false],
      ['d', 's', false],
    ])
    expect(read).toBe(4)
    expect(tree[1]?.parent?.cursor).toBe(first)
    expect((await collect(forksOf(store, 's'))).map(({ id }) => id)).toEqual(['a/b %', 'd'])
    expect(await collect(forksOf(store, 'd'))).toEqual([])
    expect(await collect(storedSessions(store))).toEqual(['a/b %', 'c', 'd'])
  })

  test('takes a mark without its fork for none, and a record that cannot be read for nobody’s fork', async () => {
    const { store } = await twoTurns()
    await store.append('fork/s/died', ['fork'], { expected: 0 })
    await store.append('fork/s/broken', ['fork'], { expected: 0 })
    await store.append('journal/broken', ['not a record'], { expected: 0 })
    expect(await collect(forksOf(store, 's'))).toEqual([])
    expect((await collect(sessionTree(store))).map(({ id, parent }) => [id, parent])).toEqual([
      ['s', undefined],
      ['broken', undefined],
    ])
  })
})

test('a fork in the middle of a run ends it there, or keeps it to be resumed', async () => {
  const store = memoryStore()
  const session = await agentOn(store, [[callOf('change')]]).session({ id: 's' })
  await (
    await session.send('go')
  ).result
  const asked = await cursorOf(session, 'run_suspended')
  await forkSession(store, 's', { at: asked, id: 'ended' })
  await forkSession(store, 's', { at: asked, id: 'kept', keepRun: true })
  expect((await stateOf(store, 'ended')).run?.status).toBe('cancelled')
  expect((await stateOf(store, 'kept')).run?.status).toBe('executing')
  expect((await stateOf(store, 's')).run?.status).toBe('suspended')
  const kept = await agentOn(store, ['went on']).session({ id: 'kept', create: false })
  expect(await (await kept.resume())?.completed()).toMatchObject({ text: 'went on' })
})
