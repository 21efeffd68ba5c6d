/** The ways in which a good store can be wrapped into a broken one. */
import type { SessionStore, StoredRecord } from '../ports/session-store.ts'

export type Append = SessionStore['append']
export type BrokenAppend = (append: Append, store: SessionStore) => Append
export type BreakStore = (store: SessionStore) => SessionStore
type Replace = Required<SessionStore>['replace']
type BreakRead = (store: SessionStore, key: string, from: number) => AsyncIterable<StoredRecord>

/** The store with some of its methods replaced. */
export function broken(store: SessionStore, parts: Partial<SessionStore>): SessionStore {
  return {
    contract: 1,
    append: (key, records, options) => store.append(key, records, options),
    read: (key, options) => store.read(key, options),
    keys: (options) => store.keys(options),
    delete: (key) => store.delete(key),
    ...(store.replace ? { replace: (key, changes) => store.replace?.(key, changes) ?? Promise.resolve() } : {}),
    close: async () => store.close?.(),
    ...parts,
  }
}

export function onAppend(change: BrokenAppend): BreakStore {
  return (store) => broken(store, { append: change((key, records, options) => store.append(key, records, options), store) })
}

export function onRecords(change: (records: readonly string[]) => readonly string[]): BreakStore {
  return onAppend((append) => (key, records, options) => append(key, change(records), options))
}

export function onKey(change: (key: string) => string): BreakStore {
  return (store) =>
    broken(store, {
      append: (key, records, options) => store.append(change(key), records, options),
      read: (key, options) => store.read(change(key), options),
      delete: (key) => store.delete(change(key)),
    })
}

export function onRead(change: BreakRead): BreakStore {
  return (store) => broken(store, { read: (key, { from = 0 } = {}) => change(store, key, from) })
}

export function onEntries(change: (entry: StoredRecord) => StoredRecord): BreakStore {
  return (store) =>
    broken(store, {
      async *read(key, options) {
        for await (const entry of store.read(key, options)) yield change(entry)
      },
    })
}

export function onReplace(change: (replace: Replace, store: SessionStore) => Replace): BreakStore {
  return (store) => broken(store, { replace: change(async (key, changes) => store.replace?.(key, changes), store) })
}
