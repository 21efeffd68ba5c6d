/** Shows each session's journal whole: a fork's own records behind the prefix that it shares with its origin. */
import { isJsonObject } from '../model/json.ts'
import type { SessionStore, StoredRecord } from '../ports/session-store.ts'
import { JOURNAL_PREFIX, journalKey } from './keys.ts'

/** Where a fork leaves its origin: the origin's records before `base` are the fork's as well. */
export type Lineage = { readonly origin: string; readonly base: number }

export interface BranchingStore extends SessionStore {
  /** Say where a fork that has no record yet will leave its origin. */
  plant(key: string, lineage: Lineage): void
}

type ReadOptions = Parameters<SessionStore['read']>[1]

/** Offsets are those of the whole journal: a fork goes on counting where its origin was left, so cursors and call ids keep their sense. */
export function branchingStore(store: SessionStore): BranchingStore {
  const known = new Map<string, Lineage | 'root'>()

  /** A journal that holds no record yet may still become either: that is not kept. */
  const lineageOf = async (key: string): Promise<Lineage | undefined> => {
    if (!key.startsWith(JOURNAL_PREFIX)) return undefined
    const found = known.get(key)
    if (found !== undefined) return found === 'root' ? undefined : found
    for await (const { record } of store.read(key)) return learn(key, record)
    return undefined
  }
  const learn = (key: string, first: string): Lineage | undefined => {
    const lineage = parseLineage(first)
    known.set(key, lineage ?? 'root')
    return lineage
  }
  const read = branchedRead(store, lineageOf)
  const append: SessionStore['append'] = async (key, records, options) => {
    const lineage = known.has(key) || options.expected > 0 ? await lineageOf(key) : undefined
    await store.append(key, records, lineage === undefined ? options : { ...options, expected: options.expected - lineage.base })
    if (lineage === undefined && options.expected === 0 && records[0] !== undefined) learn(key, records[0])
  }
  return {
    contract: 1,
    plant: (key, lineage) => void known.set(key, lineage),
    read,
    append(key, records, options) {
      // Most journals are nobody's fork: nothing is looked up for them.
      return known.get(key) === 'root' || !key.startsWith(JOURNAL_PREFIX)
        ? store.append(key, records, options)
        : append(key, records, options)
    },
    keys: (options) => store.keys(options),
    async delete(key) {
      known.delete(key)
      await store.delete(key)
    },
    ...(store.close ? { close: () => store.close?.() ?? Promise.resolve() } : {}),
  }
}

/** Reads a fork's journal whole: its origin's up to where it left, then its own. */
function branchedRead(store: SessionStore, lineageOf: (key: string) => Promise<Lineage | undefined>): SessionStore['read'] {
  return async function* read(key: string, options: ReadOptions = {}): AsyncGenerator<StoredRecord> {
    const { from = 0 } = options
    const lineage = await lineageOf(key)
    if (lineage === undefined) return yield* store.read(key, options)
    if (from < lineage.base) {
      for await (const stored of read(journalKey(lineage.origin), options)) {
        if (stored.offset >= lineage.base) break
        yield stored
      }
    }
    for await (const { offset, record } of store.read(key, { ...options, from: Math.max(0, from - lineage.base) }))
      yield { offset: offset + lineage.base, record }
  }
}

/** The origin that a fork's first record names; undefined for the first record of any other session. */
export function parseLineage(record: string): Lineage | undefined {
  if (!record.startsWith('{"t":"session_forked"')) return undefined
  const fact: unknown = JSON.parse(record.slice(record.indexOf('\n') + 1))
  if (!isJsonObject(fact) || !isJsonObject(fact.origin)) return undefined
  const { sessionId, offset } = fact.origin
  return typeof sessionId === 'string' && typeof offset === 'number' ? { origin: sessionId, base: offset + 1 } : undefined
}
