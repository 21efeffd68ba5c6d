/** `sessionTree`, `sessionLink` and `forksOf`: which session was forked from which, told by first records and marks alone. */
import { isAgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { toCursor } from '../journal/cursor.ts'
import { forkPrefix, JOURNAL_PREFIX, journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import type { JsonObject } from '../model/json.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { isDeleted } from './view.ts'

export type SessionLink = {
  readonly id: string
  /** Where it was forked: the last fact that both share. Undefined for a session that is nobody's fork. */
  readonly parent?: { readonly id: string; readonly cursor: string }
  /** What it was begun with; empty where its first record cannot be read. */
  readonly metadata: JsonObject
  /** It was deleted, and its records are kept for its forks. */
  readonly deleted: boolean
}

/** Every session of a store with its parent, in the store's order. Of each journal only the first record is read. */
export async function* sessionTree(store: SessionStore): AsyncGenerator<SessionLink, void, undefined> {
  for await (const key of store.keys({ prefix: JOURNAL_PREFIX })) {
    const link = await sessionLink(store, key.slice(JOURNAL_PREFIX.length))
    if (link !== undefined) yield link
  }
}

/** The sessions that were forked from one, found by their marks: no other session is looked at. */
export async function* forksOf(store: SessionStore, id: string): AsyncGenerator<SessionLink, void, undefined> {
  for await (const key of store.keys({ prefix: forkPrefix(id) })) {
    const link = await sessionLink(store, decodeURIComponent(key.slice(forkPrefix(id).length)))
    // A fork leaves its mark before its first record: one that died in between is none.
    if (link?.parent?.id === id) yield link
  }
}

/** One session with its parent, told by its first record; undefined where there is none. */
export async function sessionLink(store: Pick<SessionStore, 'read'>, id: string): Promise<SessionLink | undefined> {
  for await (const { record } of store.read(journalKey(id)))
    return { id, ...beginningOf(record, journalKey(id)), deleted: await isDeleted(store, id) }
  return undefined
}

/** A first record that cannot be read hides neither its session nor the others. */
function beginningOf(record: string, key: string): Pick<SessionLink, 'parent' | 'metadata'> {
  try {
    const { fact } = decodeRecord(record, 0, { host: systemHost(), key })
    if (fact?.type === 'session_created') return { metadata: fact.metadata }
    if (fact?.type !== 'session_forked') return { metadata: {} }
    const { sessionId, offset, chain } = fact.origin
    return { parent: { id: sessionId, cursor: toCursor(offset, chain) }, metadata: fact.metadata }
  } catch (error) {
    if (isAgentError(error)) return { metadata: {} }
    throw error
  }
}
