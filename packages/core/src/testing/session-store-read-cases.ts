/** What a session store promises about reading. */
import type { SessionStore } from '../ports/session-store.ts'
import { assert, assertEqual, assertRejectsWith, collectAll } from './assert.ts'
import type { Case } from './conformance.ts'
import { numbered, recordsOf } from './session-store-append-cases.ts'

export const readCases: readonly Case<SessionStore>[] = [
  {
    id: 'store.order',
    title: 'records come back in order, offsets counted from zero',
    async run(store) {
      await store.append('log', ['b', 'a'], { expected: 0 })
      await store.append('log', ['10', '9'], { expected: 2 })
      const expected = ['b', 'a', '10', '9'].map((record, offset) => ({ offset, record }))
      assertEqual(await collectAll(store.read('log')), expected, 'the log')
    },
  },
  {
    id: 'store.from',
    title: 'a read starts at the offset that it is given',
    async run(store) {
      await store.append('log', numbered(5), { expected: 0 })
      for (const from of [0, 1, 4, 5, 50]) {
        const expected = numbered(5).map((record, offset) => ({ offset, record }))
        assertEqual(await collectAll(store.read('log', { from })), expected.slice(from), `reading from ${from}`)
      }
    },
  },
  {
    id: 'store.snapshot',
    title: 'a read sees at least what was stored when its first record was asked for',
    async run(store) {
      await store.append('log', numbered(3), { expected: 0 })
      const reading = store.read('log')
      await store.append('log', ['record 3'], { expected: 3 })
      const seen: string[] = []
      for await (const { record, offset } of reading) {
        assertEqual(offset, seen.length, 'offset')
        seen.push(record)
        if (seen.length === 2) await store.append('log', ['record 4'], { expected: 4 })
      }
      assertEqual(seen.slice(0, 4), numbered(4), 'what the reader saw')
      assertEqual(seen, numbered(seen.length), 'what the reader saw beyond')
    },
  },
  {
    id: 'store.read_ends',
    title: 'a read ends even if its reader appends to the log that it reads',
    async run(store) {
      await store.append('log', numbered(2), { expected: 0 })
      let length = 2
      for await (const _ of store.read('log')) {
        await store.append('log', [`record ${length}`], { expected: length })
        length += 1
        assert(length < 1_000, 'the read follows the log and does not end')
      }
    },
  },
  {
    id: 'store.readers',
    title: 'several readers go at their own pace while the log grows',
    async run(store) {
      await store.append('log', numbered(10), { expected: 0 })
      const slow = store.read('log')[Symbol.asyncIterator]()
      const first = await slow.next()
      assertEqual(first.done === true ? undefined : first.value.record, 'record 0', 'the slow reader’s first record')
      assertEqual(await recordsOf(store, 'log'), numbered(10), 'the fast reader')
      await store.append('log', ['record 10'], { expected: 10 })
      assertEqual(await recordsOf(store, 'log'), numbered(11), 'a reader that came later')
      for (let offset = 1; offset < 10; offset++) {
        const next = await slow.next()
        assertEqual(next.done === true ? undefined : next.value, { offset, record: `record ${offset}` }, 'the slow reader')
      }
      await slow.return?.()
    },
  },
  {
    id: 'store.break',
    title: 'a reader that leaves early leaves nothing behind',
    async run(store) {
      await store.append('log', numbered(10), { expected: 0 })
      for await (const _ of store.read('log')) break
      for await (const _ of store.keys()) break
      await store.append('log', ['record 10'], { expected: 10 })
      assertEqual(await recordsOf(store, 'log'), numbered(11), 'the log')
      await store.delete('log')
    },
  },
  {
    id: 'store.empty',
    title: 'a key never written reads as empty',
    async run(store) {
      assertEqual(await recordsOf(store, 'never'), [], 'a key never written')
      assertEqual(await collectAll(store.read('never', { from: 3 })), [], 'the same from an offset')
      assertEqual(await collectAll(store.keys()), [], 'keys after reading')
    },
  },
  {
    id: 'store.verbatim',
    title: 'records come back to the letter',
    async run(store) {
      const records = [
        '',
        ' ',
        '{ "b": 1,  "a": 1.0 }',
        '1e3',
        'null',
        '007',
        'a\r\nb\n',
        '\tx\u2028',
        "it's 100% ?1 :a @b $c",
        '"quoted\\"',
        '\ufeffmark',
      ]
      await store.append('log', records, { expected: 0 })
      assertEqual(await recordsOf(store, 'log'), records, 'the log')
    },
  },
  {
    id: 'store.unicode',
    title: 'any string is a record: NUL, emoji, unpaired surrogates, forms that look alike',
    async run(store) {
      const records = ['a\0b', '\0', '😀', '\ud83d', '\ude00', 'x\udc00\ud800y', 'é', 'e\u0301', '\uffff', '漢字', 'ß', '\u{10ffff}']
      await store.append('log', records, { expected: 0 })
      assertEqual(await recordsOf(store, 'log'), records, 'the log')
    },
  },
  {
    id: 'store.large',
    title: 'a record of ten million characters is kept',
    async run(store) {
      const large = 'seamfold💾'.repeat(1_000_000)
      await store.append('log', ['before', large, 'after'], { expected: 0 })
      const [before, kept, after] = await recordsOf(store, 'log')
      assertEqual([before, after], ['before', 'after'], 'its neighbours')
      assert(kept === large, `the record came back changed, ${kept?.length} characters instead of ${large.length}`)
    },
  },
  {
    id: 'store.long_log',
    title: 'a log of 3,000 records reads in order, from the start and from the middle',
    run: (store) => checkLongLog(store, 3_000),
  },
  {
    id: 'store.huge_log',
    title: 'a log of 100,000 records reads in order, from the start and from the middle',
    heavy: true,
    run: (store) => checkLongLog(store, 100_000),
  },
  {
    id: 'store.read_signal',
    title: 'a signal stops a read and a listing with its own reason',
    async run(store) {
      await store.append('log', numbered(5), { expected: 0 })
      await store.append('other', ['a'], { expected: 0 })
      const reason = new Error('stop')
      const fired = AbortSignal.abort(reason)
      await assertRejectsWith(collectAll(store.read('log', { signal: fired })), reason, 'a read with a fired signal')
      await assertRejectsWith(collectAll(store.keys({ signal: fired })), reason, 'a listing with a fired signal')
      const stop = new AbortController()
      const reading = store.read('log', { signal: stop.signal })[Symbol.asyncIterator]()
      await reading.next()
      stop.abort(reason)
      await assertRejectsWith(reading.next(), reason, 'a read whose signal fired half-way')
    },
  },
]

async function checkLongLog(store: SessionStore, count: number): Promise<void> {
  const batch = count / 10
  for (let start = 0; start < count; start += batch) {
    const records = Array.from({ length: batch }, (_, index) => `record ${start + index}`)
    await store.append('log', records, { expected: start })
  }
  for (const from of [0, count / 2 + 1]) {
    let next = from
    for await (const { offset, record } of store.read('log', { from })) {
      if (offset !== next || record !== `record ${next}`)
        assertEqual({ offset, record }, { offset: next, record: `record ${next}` }, 'a record')
      next += 1
    }
    assertEqual(next, count, `records read from ${from}`)
  }
}
