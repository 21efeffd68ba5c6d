/** What a session store promises about replacing a record, where it can. */
import type { SessionStore } from '../ports/session-store.ts'
import { assertEqual, assertRejects, collectAll } from './assert.ts'
import type { Case } from './conformance.ts'
import { numbered, recordsOf } from './session-store-append-cases.ts'

export const replaceCases: readonly Case<SessionStore>[] = [
  {
    id: 'store.replace',
    title: 'a replaced record is another one in the same place, and nothing else changes',
    async run(store) {
      if (store.replace === undefined) return
      await store.append('log', numbered(3), { expected: 0 })
      await store.append('log 2', numbered(3), { expected: 0 })
      const [first = '', second = '', third = ''] = numbered(3)
      for (const [from, to] of [
        [second, 'shorter'],
        ['shorter', 'x'.repeat(100_000)],
        ['x'.repeat(100_000), 'a lone \ud83d and a \0'],
      ] as const) {
        await store.replace('log', [{ offset: 1, expected: from, record: to }])
        assertEqual(await recordsOf(store, 'log'), [first, to, third], 'the log')
      }
      const both = [
        { offset: 2, expected: third, record: 'last' },
        { offset: 0, expected: first, record: 'first' },
      ]
      await store.replace('log', both)
      assertEqual(await recordsOf(store, 'log'), ['first', 'a lone \ud83d and a \0', 'last'], 'the log after two at once')
      await store.append('log', ['next'], { expected: 3 })
      assertEqual(
        (await collectAll(store.read('log', { from: 2 }))).map(({ offset }) => offset),
        [2, 3],
        'offsets',
      )
      assertEqual(await recordsOf(store, 'log 2'), numbered(3), 'another log')
    },
  },
  {
    id: 'store.replace_conflict',
    title: 'a record that is not the expected one is not replaced',
    async run(store) {
      if (store.replace === undefined) return
      await store.append('log', ['a', 'b'], { expected: 0 })
      const replace = store.replace.bind(store)
      const good = { offset: 0, expected: 'a', record: 'new' }
      for (const offset of [1, 2]) {
        const wrong = { offset, expected: 'a', record: 'new' }
        await assertRejects(replace('log', [wrong]), 'store_conflict', `another record at ${offset}`)
        await assertRejects(replace('log', [good, wrong]), 'store_conflict', `a good change with a wrong one at ${offset}`)
      }
      await assertRejects(replace('never', [good]), 'store_conflict', 'a key never written')
      assertEqual(await recordsOf(store, 'log'), ['a', 'b'], 'the log')
      assertEqual(await collectAll(store.keys()), ['log'], 'keys')
      const racing = ['one', 'two', 'three'].map((record) => replace('log', [{ ...good, record }]))
      const settled = await Promise.allSettled(racing)
      assertEqual(settled.filter(({ status }) => status === 'fulfilled').length, 1, 'how many of three that expect the same win')
    },
  },
]
