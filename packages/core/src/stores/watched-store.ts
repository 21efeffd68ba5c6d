/** Lets a store be watched by those who share it in this process. */
import { wakeUps } from '../base/wake-ups.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'

/** The store, waking who watches of what is written through it: what other processes write wakes nobody. */
export function watchedStore(store: SessionStore): SessionStore & WatchStore {
  const { wake, watch } = wakeUps()
  return {
    contract: 1,
    async append(key, records, options) {
      try {
        await store.append(key, records, options)
      } finally {
        wake(key) // what failed may have been stored all the same
      }
    },
    read: (key, options) => store.read(key, options),
    keys: (options) => store.keys(options),
    async delete(key) {
      await store.delete(key)
      wake(key)
    },
    ...(store.replace ? { replace: (key, changes) => store.replace?.(key, changes) ?? Promise.resolve() } : {}),
    ...(store.close ? { close: () => store.close?.() ?? Promise.resolve() } : {}),
    watch: (prefix, { signal } = {}) => watch(prefix, signal),
  }
}
