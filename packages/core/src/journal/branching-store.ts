/** Shows each session's journal as it counts: behind a fork's shared past, and without what a rewinding left behind. */
import { AgentError } from '../base/errors.ts'
import { isJsonObject } from '../model/json.ts'
import type { SessionStore, StoredRecord } from '../ports/session-store.ts'
import { JOURNAL_PREFIX, journalKey } from './keys.ts'
import { livePieces, rewindings } from './rewindings.ts'

/** Where a fork leaves its origin: the origin's records before `base` are the fork's as well. */
export type Lineage = { readonly origin: string; readonly base: number }

export interface BranchingStore extends SessionStore {
  /** Every record there is, also those that a rewinding left behind. */
  readAll: SessionStore['read']
  /** Whether a journal has a record of its own. What was known of one that has none is forgotten: it was deleted. */
  begun(key: string): Promise<boolean>
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
  const reads = branchedReads(store, lineageOf)
  const append: SessionStore['append'] = async (key, records, options) => {
    const lineage = known.has(key) || options.expected > 0 ? await lineageOf(key) : undefined
    await store.append(key, records, lineage === undefined ? options : { ...options, expected: options.expected - lineage.base })
    if (lineage === undefined && options.expected === 0 && records[0] !== undefined) learn(key, records[0])
  }
  return {
    contract: 1,
    async begun(key) {
      for await (const _ of store.read(key)) return true
      known.delete(key)
      return false
    },
    plant: (key, lineage) => void known.set(key, lineage),
    ...reads,
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

type Read = (key: string, options?: ReadOptions, before?: number) => AsyncGenerator<StoredRecord>

function branchedReads(
  store: SessionStore,
  lineageOf: (key: string) => Promise<Lineage | undefined>,
): Pick<BranchingStore, 'read' | 'readAll'> {
  /** A fork's journal whole: its origin's up to where it left, then its own. */
  const joined = (readOrigin: Read): Read =>
    async function* join(key, options = {}) {
      const { from = 0 } = options
      const lineage = await lineageOf(key)
      if (lineage === undefined) return yield* store.read(key, options)
      const { origin, base } = lineage
      if (from < base) {
        let last: number | undefined
        for await (const stored of readOrigin(journalKey(origin), options, base)) {
          if (stored.offset >= base) break
          last = stored.offset
          yield stored
        }
        if (last !== base - 1) throw pastLost(key, lineage)
      }
      for await (const { offset, record } of store.read(key, { ...options, from: Math.max(0, from - base) }))
        yield { offset: offset + base, record }
    }
  const all: Read = (key, options) => joined(all)(key, options)
  const found = rewindings(store, all)
  /** A fork sees its origin as it was when it left: a later rewinding of the origin is none of its business. */
  const live: Read = async function* read(key, options = {}, before = Infinity) {
    if (!key.startsWith(JOURNAL_PREFIX)) return yield* store.read(key, options)
    const { from = 0 } = options
    for (const piece of livePieces(await found(key), { from, before })) {
      for await (const stored of joined(live)(key, { ...options, from: piece.from })) {
        if (stored.offset >= piece.end) break
        yield stored
      }
    }
  }
  return { read: (key, options) => live(key, options), readAll: all }
}

const pastLost = (key: string, { origin, base }: Lineage): AgentError =>
  new AgentError(
    'store_corrupt',
    `${key} shares the first ${base} records of session '${origin}', and they are not all there: restore a backup`,
    {
      details: { key, origin },
    },
  )

/** The origin that a fork's first record names; undefined for the first record of any other session. */
export function parseLineage(record: string): Lineage | undefined {
  if (!record.startsWith('{"t":"session_forked"')) return undefined
  const fact: unknown = JSON.parse(record.slice(record.indexOf('\n') + 1))
  if (!isJsonObject(fact) || !isJsonObject(fact.origin)) return undefined
  const { sessionId, offset } = fact.origin
  return typeof sessionId === 'string' && typeof offset === 'number' ? { origin: sessionId, base: offset + 1 } : undefined
}
