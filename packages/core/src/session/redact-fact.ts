/** `redactFact`: replace what one fact says, for good, and leave the journal whole. */
import { AgentError } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import { branchingStore, parseLineage } from '../journal/branching-store.ts'
import { fromCursor, isAt, type Place } from '../journal/cursor.ts'
import { Journal } from '../journal/journal.ts'
import { inboxKey, journalKey } from '../journal/keys.ts'
import { type DecodedRecord, decodeRecord } from '../journal/record.ts'
import { redactRecord } from '../journal/redaction.ts'
import { canScrub, scrubbedEntry } from '../journal/scrub.ts'
import type { Fact, FactType } from '../model/event.ts'
import { isJsonObject, type JsonObject } from '../model/json.ts'
import { openRun } from '../model/session-state.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { hold } from './holding.ts'
import { assertSession } from './view.ts'

export interface RedactOptions {
  /** The cursor of the fact. */
  readonly at: string
  /** What stands in the place of each text. Default: `[redacted]`. */
  readonly replacement?: string
  /** Where the agents of this store say that they live: a session that somebody runs is refused. */
  readonly leases?: LeaseStore
}

export type RedactedFact = {
  readonly type: FactType
  /** The same as before. */
  readonly cursor: string
  /** The session in whose log the fact stands: for what a fork shares, its origin. Every session that shares it is redacted. */
  readonly sessionId: string
  /** Digests of whole outputs that the fact named: they are kept elsewhere, and no longer by this fact. */
  readonly artifacts: readonly string[]
}

/** A fact where it is stored: at `index` of the log of `owner`. */
type Found = { readonly owner: string; readonly index: number; readonly record: string; readonly decoded: DecodedRecord }

type StoreThatReplaces = SessionStore & Required<Pick<SessionStore, 'replace'>>

const DEFAULT_REPLACEMENT = '[redacted]'

/**
 * Replaces every text of one fact in the store, and of the inbox entry that it copied. Its shape, identities and digest stay, so the
 * session folds and goes on as before, and the chain holds. What other facts say of the same thing stays: redact them too. A process
 * that has read the session already still has it in memory.
 *
 * Throws `session_not_found`, `cursor_invalid`, `cursor_diverged`, `invalid_argument` for a fact that says nothing, `session_busy` for
 * one that a run still works from, `session_held`, and `unsupported` by a store that replaces nothing.
 */
export async function redactFact(
  store: SessionStore,
  id: string,
  { at: cursor, replacement = DEFAULT_REPLACEMENT, leases }: RedactOptions,
): Promise<RedactedFact> {
  if (!canReplace(store))
    throw new AgentError(
      'unsupported',
      'This store cannot replace a record, so nothing was redacted: take one that has replace(…), or export and delete the session',
    )
  const host = systemHost()
  await assertSession(store, id)
  const found = await find(store, id, { place: fromCursor(cursor), cursor, host })
  const { fact, offset } = found.decoded
  if (fact === undefined || !canScrub(fact.type))
    throw new AgentError(
      'invalid_argument',
      `The fact at ${cursor} holds no text of yours${fact ? ` (${fact.type})` : ''}: there is nothing to redact`,
    )
  for (const each of new Set([id, found.owner])) await assertSettled(store, each, { offset, host })
  const holding = await hold({ leases, sessionId: found.owner, host, onLost: () => {} }) // the record decides, not the lease
  try {
    await redactEntry(store, found.owner, { fact, replacement })
    await store.replace(journalKey(found.owner), found.index, {
      expected: found.record,
      record: redactRecord(found.record, replacement, host),
    })
  } finally {
    await holding.release().catch(() => {}) // it runs out by itself
  }
  return { type: fact.type, cursor, sessionId: found.owner, artifacts: artifactsOf(fact) }
}

const canReplace = (store: SessionStore): store is StoreThatReplaces => store.replace !== undefined

type Wanted = { readonly place: Place; readonly cursor: string; readonly host: Host }

/** What a fork shares stands in the log of its origin, or further up. What a rewinding left behind is found too. */
async function find(store: SessionStore, id: string, { place, cursor, host }: Wanted): Promise<Found> {
  let owner = id
  let base = 0
  for (;;) {
    const lineage = await lineageOf(store, owner)
    if (lineage !== undefined && place.offset < lineage.base) owner = lineage.origin
    else {
      base = lineage?.base ?? 0
      break
    }
  }
  const index = place.offset - base
  for await (const { record } of store.read(journalKey(owner), { from: index })) {
    const decoded = decodeRecord(record, place.offset, { host, key: journalKey(owner) })
    if (isAt(place, decoded.chain)) return { owner, index, record, decoded }
    throw new AgentError('cursor_diverged', `The cursor ${cursor} belongs to another branch of session ${id}`)
  }
  throw new AgentError('cursor_invalid', `The cursor ${cursor} is beyond the end of session ${id}`)
}

async function lineageOf(store: SessionStore, id: string): Promise<ReturnType<typeof parseLineage>> {
  for await (const { record } of store.read(journalKey(id))) return parseLineage(record)
  return undefined
}

/** Calls that are open would run with what was put in the place of their arguments. */
async function assertSettled(
  store: SessionStore,
  sessionId: string,
  { offset, host }: { readonly offset: number; readonly host: Host },
): Promise<void> {
  const { state } = await Journal.open({ store: branchingStore(store), sessionId, host })
  const run = openRun(state)
  if (run === undefined || run.phase !== 'acting' || run.batch === undefined || offset < run.batch.offset) return
  throw new AgentError(
    'session_busy',
    `Run ${run.id} of session ${sessionId} still works from this fact: let it go on or cancel it, and redact the fact then`,
  )
}

/** The inbox still says what the fact was copied from. An entry that says something else is not its source. */
async function redactEntry(
  store: StoreThatReplaces,
  owner: string,
  { fact, replacement }: { readonly fact: Fact; readonly replacement: string },
): Promise<void> {
  if (!('inboxOffset' in fact) || fact.inboxOffset === undefined) return
  for await (const { offset, record } of store.read(inboxKey(owner), { from: fact.inboxOffset })) {
    const entry = parseEntry(record)
    if (offset !== fact.inboxOffset || entry === undefined || !isSource(entry, fact)) return
    return store.replace(inboxKey(owner), offset, { expected: record, record: JSON.stringify(scrubbedEntry(entry, replacement)) })
  }
}

function isSource(entry: JsonObject, fact: Fact): boolean {
  if (fact.type === 'message_injected') return JSON.stringify(entry.message) === JSON.stringify(fact.message)
  if (fact.type === 'confirmation_received') return entry.requestId === fact.requestId
  return fact.type === 'cancel_requested' && entry.reason === fact.reason
}

function parseEntry(record: string): JsonObject | undefined {
  try {
    const entry: unknown = JSON.parse(record)
    return isJsonObject(entry) ? entry : undefined
  } catch {
    return undefined // the fact that skipped it says so
  }
}

function artifactsOf(fact: Fact): readonly string[] {
  const artifact = fact.type === 'tool_end' ? fact.metadata?.artifact : undefined
  return isJsonObject(artifact) && typeof artifact.digest === 'string' ? [artifact.digest] : []
}
