/** The suite for session stores that several processes may open at once, and that outlive them. */
import { isAgentError } from '../base/errors.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assert, assertEqual, assertRejects, collectAll } from './assert.ts'
import type { Case, Suite } from './conformance.ts'
import { numbered, recordsOf } from './session-store-append-cases.ts'

/** One storage, empty at first, that can be opened any number of times. */
export interface SharedStore {
  /** Another handle on the same storage, as another process would open it. The suite closes what it opens. */
  open(): SessionStore | Promise<SessionStore>
}

/** Give it a fresh storage for each case. */
export const sharedStoreSuite: Suite<SharedStore> = {
  seam: 'SessionStore shared between processes',
  cases: [
    withTwo('shared.visible', 'what one handle stored is there for another', async (one, other) => {
      assertEqual(await recordsOf(other, 'log'), [], 'the log before')
      for (let length = 0; length < 5; length++) {
        const [writer, reader] = length % 2 === 0 ? [one, other] : [other, one]
        await writer.append('log', [`record ${length}`], { expected: length })
        assertEqual(await recordsOf(reader, 'log'), numbered(length + 1), 'the log at the other handle')
      }
      assertEqual(await collectAll(other.keys()), ['log'], 'keys at the other handle')
    }),
    withTwo('shared.conflict', 'an append that another handle overtook is refused and stores nothing', async (one, other) => {
      await one.append('log', ['a'], { expected: 0 })
      await assertRejects(other.append('log', ['x', 'y'], { expected: 0 }), 'store_conflict', 'the overtaken append')
      await other.append('log', ['b'], { expected: 1 })
      await assertRejects(one.append('log', ['x'], { expected: 1 }), 'store_conflict', 'the overtaken append')
      assertEqual(await recordsOf(one, 'log'), ['a', 'b'], 'the log')
    }),
    withTwo('shared.race', 'of appends through two handles that expect the same length exactly one wins', async (one, other) => {
      for (let length = 0; length < 20; length++) {
        const settled = await Promise.allSettled(
          [one, other].map((store) => store.append('log', [`record ${length}`], { expected: length })),
        )
        assertEqual(settled.filter(({ status }) => status === 'fulfilled').length, 1, `winners at offset ${length}`)
        const lost = settled.find((each) => each.status === 'rejected')
        assert(isAgentError(lost?.reason, 'store_conflict'), 'the loser was refused with something other than store_conflict')
      }
      assertEqual(await recordsOf(one, 'log'), numbered(20), 'the log')
    }),
    withTwo('shared.delete', 'a deletion through one handle is one for every handle', async (one, other) => {
      await one.append('log', numbered(3), { expected: 0 })
      assertEqual(await recordsOf(other, 'log'), numbered(3), 'the log')
      await other.delete('log')
      await assertRejects(one.append('log', ['x'], { expected: 3 }), 'store_conflict', 'an append at the deleted length')
      await one.append('log', ['new'], { expected: 0 })
      assertEqual(await recordsOf(other, 'log'), ['new'], 'the log written anew')
      await other.append('log', ['newer'], { expected: 1 })
      assertEqual(await recordsOf(one, 'log'), ['new', 'newer'], 'the log')
    }),
    {
      id: 'shared.reopen',
      title: 'what was stored is there after every handle was closed',
      async run(shared) {
        const records = numbered(50)
        await withStore(shared, (store) => store.append('log', records, { expected: 0 }))
        await withStore(shared, async (store) => {
          assertEqual(await recordsOf(store, 'log'), records, 'the log opened again')
          await store.append('log', ['more'], { expected: 50 })
        })
        await withStore(shared, async (store) =>
          assertEqual(await recordsOf(store, 'log'), [...records, 'more'], 'the log opened a third time'),
        )
      },
    },
  ],
}

function withTwo(id: string, title: string, body: (one: SessionStore, other: SessionStore) => Promise<void>): Case<SharedStore> {
  return { id, title, run: (shared) => withStore(shared, (one) => withStore(shared, (other) => body(one, other))) }
}

async function withStore(shared: SharedStore, body: (store: SessionStore) => Promise<void>): Promise<void> {
  const store = await shared.open()
  try {
    await body(store)
  } finally {
    await store.close?.()
  }
}
