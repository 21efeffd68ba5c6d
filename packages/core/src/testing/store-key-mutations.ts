/** Keys and listings that break one promise each. */
import type { SessionStore } from '../ports/session-store.ts'
import { collectAll } from './assert.ts'
import { broken, onKey, type BreakStore } from './store-mutation.ts'

/** A plain object has `constructor` and `__proto__` before anybody put them there. */
export const keysInObject: BreakStore = (store) => {
  const known: Record<string, unknown> = {}
  return onKey((key) => {
    const found = (known[key] ??= key)
    return typeof found === 'string' ? found : typeof found
  })(store)
}

export function listingEndsAtDeletion(store: SessionStore): SessionStore {
  let deletions = 0
  return broken(store, {
    delete: async (key) => {
      deletions += 1
      await store.delete(key)
    },
    async *keys(options) {
      const before = deletions
      for await (const key of store.keys(options)) {
        if (deletions !== before) return
        yield key
      }
    },
  })
}

/** What is deleted moves what comes after it to an earlier page. */
export function pagesByPosition(store: SessionStore): SessionStore {
  return broken(store, {
    async *keys(options) {
      for (let start = 0; ; start += 100) {
        const page = (await collectAll(store.keys(options))).slice(start, start + 100)
        yield* page
        if (page.length < 100) return
      }
    },
  })
}
