/** What a session store promises about appending. */
import { isAgentError } from '../base/errors.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assert, assertEqual, assertRejects, assertRejectsWith, collectAll } from './assert.ts'
import type { Case } from './conformance.ts'

/** The records of a log, after checking that their offsets count from zero. */
export async function recordsOf(store: SessionStore, key: string): Promise<string[]> {
  const stored = await collectAll(store.read(key))
  assertEqual(
    stored.map(({ offset }) => offset),
    stored.map((_, index) => index),
    `offsets of ${JSON.stringify(key)}`,
  )
  return stored.map(({ record }) => record)
}

/** `count` different records. */
export function numbered(count: number, name = 'record'): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`)
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

export const appendCases: readonly Case<SessionStore>[] = [
  {
    id: 'store.atomic',
    title: 'a batch is stored whole, numbered from the expected length',
    async run(store) {
      await store.append('log', ['a', 'b', 'c'], { expected: 0 })
      await store.append('log', numbered(40), { expected: 3 })
      assertEqual(await recordsOf(store, 'log'), ['a', 'b', 'c', ...numbered(40)], 'the log')
    },
  },
  {
    id: 'store.large_batch',
    title: 'a batch of 5,000 records is stored whole, or not at all',
    async run(store) {
      await store.append('log', ['a'], { expected: 0 })
      await assertRejects(store.append('log', numbered(5_000), { expected: 0 }), 'store_conflict', 'a large batch at the wrong length')
      assertEqual(await recordsOf(store, 'log'), ['a'], 'the log after a refused batch')
      await store.append('log', numbered(5_000), { expected: 1 })
      const stored = await recordsOf(store, 'log')
      assertEqual(stored.length, 5_001, 'records of the log')
      assertEqual(stored, ['a', ...numbered(5_000)], 'the log')
    },
  },
  {
    id: 'store.repeats',
    title: 'records are never compared: equal ones are all stored, and an append equal to the one before is not taken for a retry',
    async run(store) {
      await store.append('log', ['a', 'a', 'b', 'b', 'a'], { expected: 0 })
      await assertRejects(store.append('log', ['a', 'a', 'b', 'b', 'a'], { expected: 0 }), 'store_conflict', 'the same append once more')
      await store.append('log', ['a'], { expected: 5 })
      await store.append('log', ['a'], { expected: 6 })
      await assertRejects(store.append('log', ['a'], { expected: 6 }), 'store_conflict', 'the last append once more')
      assertEqual(await recordsOf(store, 'log'), ['a', 'a', 'b', 'b', 'a', 'a', 'a'], 'the log')
    },
  },
  {
    id: 'store.half_batch',
    title: 'a batch that cannot be stored whole is refused and leaves nothing',
    async run(store) {
      await store.append('log', ['a'], { expected: 0 })
      const broken = ['b', 'c', undefined as unknown as string]
      const refused = await store.append('log', broken, { expected: 1 }).then(
        () => false,
        () => true,
      )
      assert(refused, 'a batch with a record that is not a string was accepted')
      assertEqual(await recordsOf(store, 'log'), ['a'], 'the log after a refused batch')
    },
  },
  {
    id: 'store.batch_whole',
    title: 'a reader that runs to the end never sees part of a batch',
    async run(store) {
      for (let round = 0; round < 5; round++) {
        const progress = { settled: false }
        const appended = store.append('log', numbered(60), { expected: round * 60 }).finally(() => (progress.settled = true))
        for (let reads = 0; reads < 200 && !progress.settled; reads++) {
          const { length } = await collectAll(store.read('log'))
          assert(length % 60 === 0, `a reader saw ${length} records of batches of 60`)
          if (reads > 20) await nextTask()
        }
        await appended
      }
    },
  },
  {
    id: 'store.conflict',
    title: 'an append that expects a shorter log is refused and stores nothing',
    async run(store) {
      await store.append('log', ['a', 'b'], { expected: 0 })
      for (const expected of [0, 1])
        await assertRejects(store.append('log', ['x', 'y', 'z'], { expected }), 'store_conflict', `expecting ${expected} of 2`)
      assertEqual(await recordsOf(store, 'log'), ['a', 'b'], 'the log after refused appends')
      await store.append('log', ['c'], { expected: 2 })
      assertEqual(await recordsOf(store, 'log'), ['a', 'b', 'c'], 'the log afterwards')
    },
  },
  {
    id: 'store.gap',
    title: 'an append that expects a longer log is refused and stores nothing',
    async run(store) {
      await assertRejects(store.append('log', ['x'], { expected: 1 }), 'store_conflict', 'expecting 1 of none')
      await store.append('log', ['a'], { expected: 0 })
      await assertRejects(store.append('log', ['x'], { expected: 2 }), 'store_conflict', 'expecting 2 of 1')
      assertEqual(await recordsOf(store, 'log'), ['a'], 'the log after refused appends')
    },
  },
  {
    id: 'store.race',
    title: 'of several appends that expect the same length exactly one wins, whole',
    async run(store) {
      const log: string[] = []
      for (let round = 0; round < 8; round++) {
        const batches = [1, 2, 3].map((size) => numbered(size, `round ${round}, batch of ${size}`))
        const settled = await Promise.allSettled(batches.map((batch) => store.append('log', batch, { expected: log.length })))
        const winners = batches.filter((_, index) => settled[index]?.status === 'fulfilled')
        assertEqual(winners.length, 1, `winners of round ${round}`)
        const losses = settled.filter((each) => each.status === 'rejected')
        assert(
          losses.every(({ reason }) => isAgentError(reason, 'store_conflict')),
          'a loser was refused with something other than store_conflict',
        )
        log.push(...(winners[0] ?? []))
        assertEqual(await recordsOf(store, 'log'), log, `the log after round ${round}`)
      }
    },
  },
  {
    id: 'store.independent',
    title: 'appends to other keys at the same time, losers among them, do not hurt each other',
    async run(store) {
      await store.append('taken', ['first'], { expected: 0 })
      const keys = numbered(40, 'key')
      const loser = (): Promise<unknown> => assertRejects(store.append('taken', ['late'], { expected: 0 }), 'store_conflict', 'a loser')
      await Promise.all(keys.flatMap((key) => [store.append(key, [key, 'second'], { expected: 0 }), loser()]))
      for (const key of keys) assertEqual(await recordsOf(store, key), [key, 'second'], key)
      assertEqual(await recordsOf(store, 'taken'), ['first'], 'the contended log')
    },
  },
  {
    id: 'store.read_your_writes',
    title: 'what an append resolved for is there for the next read',
    async run(store) {
      for (let length = 0; length < 20; length++) {
        await store.append('log', [`record ${length}`], { expected: length })
        assertEqual(await recordsOf(store, 'log'), numbered(length + 1), `the log after append ${length + 1}`)
      }
    },
  },
  {
    id: 'store.empty_append',
    title: 'an append without records checks the length and stores nothing',
    async run(store) {
      await store.append('log', [], { expected: 0 })
      await assertRejects(store.append('log', [], { expected: 1 }), 'store_conflict', 'an empty append that expects 1 of none')
      assertEqual(await collectAll(store.keys()), [], 'keys after an empty append')
      await store.append('log', ['a'], { expected: 0 })
      await assertRejects(store.append('log', [], { expected: 0 }), 'store_conflict', 'an empty append that expects none of 1')
      await store.append('log', [], { expected: 1 })
      assertEqual(await recordsOf(store, 'log'), ['a'], 'the log')
    },
  },
  {
    id: 'store.sync',
    title: 'an append with sync means the same, with records or without',
    async run(store) {
      await store.append('log', ['a'], { expected: 0, sync: true })
      await store.append('log', [], { expected: 1, sync: true })
      await assertRejects(store.append('log', ['x'], { expected: 0, sync: true }), 'store_conflict', 'a stale append with sync')
      await assertRejects(store.append('log', [], { expected: 0, sync: true }), 'store_conflict', 'a stale empty append with sync')
      await store.append('log', ['b'], { expected: 1 })
      assertEqual(await recordsOf(store, 'log'), ['a', 'b'], 'the log')
    },
  },
  {
    id: 'store.copies',
    title: 'the array of records is the caller’s again as soon as append returns',
    async run(store) {
      const records = ['a', 'b']
      const appended = store.append('log', records, { expected: 0 })
      records[0] = 'changed'
      records.push('more')
      await appended
      records.length = 0
      assertEqual(await recordsOf(store, 'log'), ['a', 'b'], 'the log')
    },
  },
  {
    id: 'store.signal',
    title: 'a signal that fired before the commit throws its own reason and stores nothing',
    async run(store) {
      const reason = new Error('stop')
      const stopped = store.append('log', ['a'], { expected: 0, signal: AbortSignal.abort(reason) })
      await assertRejectsWith(stopped, reason, 'an append with a fired signal')
      assertEqual(await recordsOf(store, 'log'), [], 'the log')
      await store.append('log', ['a'], { expected: 0, signal: new AbortController().signal })
      assertEqual(await recordsOf(store, 'log'), ['a'], 'the log after an append whose signal did not fire')
    },
  },
  {
    id: 'store.late_signal',
    title: 'a signal that fires during an append leaves the batch whole or absent, as reported',
    async run(store) {
      const stop = new AbortController()
      const reason = new Error('stop')
      const appended = store.append('log', numbered(60), { expected: 0, signal: stop.signal }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      stop.abort(reason)
      const failure = await appended
      if (failure !== undefined) assert(failure.error === reason, 'a stopped append threw something other than the signal’s reason')
      assertEqual((await recordsOf(store, 'log')).length, failure === undefined ? 60 : 0, 'records stored')
    },
  },
]
