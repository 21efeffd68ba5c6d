/** Reads, listings and deletions that break one promise each. */
import { AgentError } from '../base/errors.ts'
import type { SessionStore, StoredRecord } from '../ports/session-store.ts'
import { collectAll } from './assert.ts'
import { broken } from './store-mutation.ts'

type Entries = AsyncIterable<StoredRecord>

export async function* sorted(store: SessionStore, key: string): Entries {
  const entries = await collectAll(store.read(key))
  const texts = entries.map(({ record }) => record).toSorted()
  yield* texts.map((record, offset) => ({ offset, record }))
}

export function eager(store: SessionStore, key: string, from: number): Entries {
  const entries = collectAll(store.read(key, { from }))
  return (async function* () {
    yield* await entries
  })()
}

export async function* following(store: SessionStore, key: string, from: number): Entries {
  for (let next = from, grown = true; grown;) {
    grown = false
    for await (const entry of store.read(key, { from: next })) {
      next = entry.offset + 1
      grown = true
      yield entry
    }
  }
}

export function sharedPosition(): (store: SessionStore, key: string, from: number) => Entries {
  const open = new Map<string, { readers: number; next: number }>()
  return async function* (store, key, from) {
    const position = open.get(key) ?? { readers: 0, next: from }
    open.set(key, position)
    position.readers += 1
    try {
      for (const entries = await collectAll(store.read(key)); position.next < entries.length;) {
        const entry = entries[position.next++]
        if (entry !== undefined) yield entry
      }
    } finally {
      position.readers -= 1
      if (position.readers === 0) open.delete(key)
    }
  }
}

export async function* firstPage(store: SessionStore, key: string, from: number): Entries {
  for await (const entry of store.read(key, { from })) {
    if (entry.offset >= from + 1_000) return
    yield entry
  }
}

export function reencoded(record: string): string {
  try {
    return JSON.stringify(JSON.parse(record))
  } catch {
    return record
  }
}

export function throughUtf8(record: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(record))
}

export function staleReads(store: SessionStore): SessionStore {
  const copies = new Map<string, StoredRecord[]>()
  return broken(store, {
    async *read(key, { from = 0 } = {}) {
      const copy = copies.get(key) ?? (await collectAll(store.read(key)))
      copies.set(key, copy)
      yield* copy.slice(from)
    },
  })
}

export function lockedByReaders(store: SessionStore): SessionStore {
  let readers = 0
  return broken(store, {
    append: async (key, records, options) => {
      if (readers > 0) throw new AgentError('store_unavailable', 'The table is locked by a reader')
      await store.append(key, records, options)
    },
    async *read(key, options) {
      readers += 1
      for await (const entry of store.read(key, options)) yield entry
      readers -= 1
    },
  })
}

export function listsEmptyKeys(store: SessionStore): SessionStore {
  const touched = new Set<string>()
  return broken(store, {
    append: async (key, records, options) => {
      await store.append(key, records, options)
      if (records.length === 0) touched.add(key)
    },
    keys: (options) => listed(store, touched, options),
  })
}

export function keysFromReading(store: SessionStore): SessionStore {
  const touched = new Set<string>()
  return broken(store, {
    read: (key, options) => {
      touched.add(key)
      return store.read(key, options)
    },
    keys: (options) => listed(store, touched, options),
  })
}

async function* listed(
  store: SessionStore,
  more: ReadonlySet<string>,
  options?: Parameters<SessionStore['keys']>[0],
): AsyncIterable<string> {
  yield* new Set([...(await collectAll(store.keys(options))), ...more])
}

export function keysPerRecord(store: SessionStore): SessionStore {
  return broken(store, {
    async *keys(options) {
      for await (const key of store.keys(options)) for await (const _ of store.read(key)) yield key
    },
  })
}

/** Reads a log anew only when its length is another one than before. */
export function copiesByLength(): (store: SessionStore, key: string, from: number) => Entries {
  const copies = new Map<string, readonly StoredRecord[]>()
  return async function* (store, key, from) {
    const entries = await collectAll(store.read(key))
    const name = `${entries.length} ${key}`
    if (!copies.has(name)) copies.set(name, entries)
    yield* (copies.get(name) ?? entries).slice(from)
  }
}

export function firstPageOfKeys(store: SessionStore): SessionStore {
  return broken(store, {
    async *keys(options) {
      yield* (await collectAll(store.keys(options))).slice(0, 1_000)
    },
  })
}

export function prefixByPattern(store: SessionStore): SessionStore {
  return broken(store, {
    async *keys({ prefix = '' } = {}) {
      const special = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
      const pattern = new RegExp(`^${special.replaceAll('%', '[^]*').replaceAll('_', '[^]')}`)
      for await (const key of store.keys()) if (pattern.test(key)) yield key
    },
  })
}

export function deletesByPrefix(store: SessionStore): SessionStore {
  return broken(store, {
    delete: async (key) => {
      for (const each of await collectAll(store.keys({ prefix: key }))) await store.delete(each)
    },
  })
}

export function deleteKeepsLength(store: SessionStore): SessionStore {
  const hidden = new Set<string>()
  return broken(store, {
    async *read(key, options) {
      if (!hidden.has(key)) yield* store.read(key, options)
    },
    async *keys(options) {
      for await (const key of store.keys(options)) if (!hidden.has(key)) yield key
    },
    delete: async (key) => void hidden.add(key),
  })
}

export function outlivesClose(store: SessionStore): SessionStore {
  return broken(store, { close: async () => {} })
}
