/** What a session store promises about keys, deletion and closing. */
import type { SessionStore } from '../ports/session-store.ts'
import { assertEqual, assertRejects, collectAll } from './assert.ts'
import type { Case } from './conformance.ts'
import { LOOK_ALIKES } from './look-alike-keys.ts'
import { numbered, recordsOf } from './session-store-append-cases.ts'

export const keyCases: readonly Case<SessionStore>[] = [
  {
    id: 'store.keys',
    title: 'any string is a key and no two collide',
    async run(store) {
      for (const key of LOOK_ALIKES) await store.append(key, [`record of ${key}`], { expected: 0 })
      for (const key of LOOK_ALIKES) assertEqual(await recordsOf(store, key), [`record of ${key}`], `key ${JSON.stringify(key)}`)
      assertEqual((await collectAll(store.keys())).toSorted(), LOOK_ALIKES.toSorted(), 'keys')
    },
  },
  {
    id: 'store.key_list',
    title: 'each key that holds a record is listed once',
    async run(store) {
      const keys = numbered(1_200, 'key')
      await Promise.all(keys.map((key) => store.append(key, ['a', 'b'], { expected: 0 })))
      await store.append('key 0', ['c'], { expected: 2 })
      await store.append('nothing', [], { expected: 0 })
      await store.delete('key 1')
      const listed = await collectAll(store.keys())
      assertEqual(listed.toSorted(), keys.filter((key) => key !== 'key 1').toSorted(), 'keys')
    },
  },
  {
    id: 'store.key_list_deleting',
    title: 'deleting during a listing takes nothing but what is deleted out of it',
    async run(store) {
      const [kept, gone] = [numbered(1_100, 'key'), numbered(20, 'gone')]
      await Promise.all([...kept, ...gone].map((key) => store.append(key, ['a'], { expected: 0 })))
      const listed: string[] = []
      for await (const key of store.keys()) {
        if (listed.length === 0) for (const other of gone) await store.delete(other)
        listed.push(key)
        await store.delete(key)
      }
      assertEqual(listed.filter((key) => !gone.includes(key)).toSorted(), kept.toSorted(), 'keys listed while each was deleted')
      assertEqual(listed.length, new Set(listed).size, 'keys listed, and different ones among them')
      assertEqual(await collectAll(store.keys()), [], 'keys left')
    },
  },
  {
    id: 'store.prefix',
    title: 'a prefix is taken literally: no wildcards, no case folding, no normalising',
    async run(store) {
      const more = [
        'journal/1',
        'journal/2',
        'journal',
        'journal-x',
        'journalist',
        'Journal/3',
        'aXb',
        '😀x',
        '\ud83dx',
        '\u{10ffff}',
        '\u{10ffff}x',
        '\ud7ffx',
      ]
      const keys = [...LOOK_ALIKES, ...more]
      for (const key of keys) await store.append(key, ['a'], { expected: 0 })
      const prefixes = [
        '',
        'journal/',
        'journal',
        'j',
        'a',
        'A',
        'a_',
        'a%',
        'a*',
        'a.',
        'a\\',
        'a\0',
        '.',
        'e',
        'é',
        '😀',
        '\ud83d',
        '\u{10ffff}',
        '\ud7ff',
        '%',
        '_',
        'none',
      ]
      for (const prefix of prefixes) {
        const expected = keys.filter((key) => key.startsWith(prefix)).toSorted()
        assertEqual((await collectAll(store.keys({ prefix }))).toSorted(), expected, `keys with prefix ${JSON.stringify(prefix)}`)
      }
    },
  },
  {
    id: 'store.delete',
    title: 'a deleted key is as if never written; deleting nothing is fine',
    async run(store) {
      await store.append('log', numbered(3), { expected: 0 })
      assertEqual(await recordsOf(store, 'log'), numbered(3), 'the log')
      await store.append('log/2', ['other'], { expected: 0 })
      await store.delete('log')
      await store.delete('log')
      await store.delete('never')
      assertEqual(await recordsOf(store, 'log'), [], 'the deleted log')
      assertEqual(await collectAll(store.keys()), ['log/2'], 'keys')
      assertEqual(await recordsOf(store, 'log/2'), ['other'], 'a log with a longer key')
      await assertRejects(store.append('log', ['x'], { expected: 3 }), 'store_conflict', 'an append at the deleted length')
      await store.append('log', ['new'], { expected: 0 })
      assertEqual(await recordsOf(store, 'log'), ['new'], 'the log written anew')
      await store.append('log', ['longer', 'again'], { expected: 1 })
      assertEqual(await recordsOf(store, 'log'), ['new', 'longer', 'again'], 'the log written anew, as long as it was')
    },
  },
  {
    id: 'store.close',
    title: 'after close every call throws store_unavailable; closing twice is fine',
    async run(store) {
      if (store.close === undefined) return
      const appended = store.append('log', ['a'], { expected: 0 })
      const closed = store.close()
      await appended
      await closed
      await store.close()
      await assertRejects(store.append('log', ['b'], { expected: 1 }), 'store_unavailable', 'append')
      await assertRejects(collectAll(store.read('log')), 'store_unavailable', 'read')
      await assertRejects(collectAll(store.keys()), 'store_unavailable', 'keys')
      await assertRejects(store.delete('log'), 'store_unavailable', 'delete')
    },
  },
]
