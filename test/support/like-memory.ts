/** Whether a store answers as the store in memory does, whatever is done to it. */
import { memoryStore } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import * as fc from 'fast-check'
import { expect } from 'vitest'

/** Any UTF-16 at all, with pieces that make prefixes, pairs and look-alikes likely. */
const anyText = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'A', '%', '_', '\0', 'é', 'e\u0301', '\ud83d', '\ude00', '\uffff', '\u{10ffff}', '\ud7ff'), {
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
)

const step = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    key: anyText,
    records: fc.array(anyText, { maxLength: 40 }),
    off: fc.constantFrom(0, 0, 0, -1, 1),
  }),
  fc.record({ do: fc.constant('delete' as const), key: anyText }),
  fc.record({ do: fc.constant('keys' as const), prefix: anyText }),
  fc.record({ do: fc.constant('read' as const), key: anyText, from: fc.nat({ max: 50 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const perform = async (store: SessionStore, action: Step, known: ReadonlySet<string>): Promise<unknown> => {
  if (action.do === 'append') {
    const { length } = await collect(store.read(action.key))
    return store.append(action.key, action.records, { expected: length + action.off }).then(
      () => 'stored',
      (error: Error) => error.message,
    )
  }
  if (action.do === 'delete') return store.delete(action.key)
  if (action.do === 'read') return collect(store.read(action.key, { from: action.from }))
  const listed = await collect(store.keys({ prefix: action.prefix }))
  const whole = await Promise.all([...known].map((key) => collect(store.read(key))))
  return [listed.toSorted(), whole]
}

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Any sequence of calls has the same outcome in a fresh store as in memory. */
export async function expectLikeMemory(fresh: () => SessionStore): Promise<void> {
  const sequences = fc.array(step, { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(sequences, async (actions) => {
      const [model, store] = [memoryStore(), fresh()]
      const known = new Set(actions.flatMap((action) => ('key' in action ? [action.key] : [])))
      for (const action of actions) expect(await perform(store, action, known)).toEqual(await perform(model, action, known))
      await store.close?.()
    }),
    { numRuns: 150 },
  )
}
