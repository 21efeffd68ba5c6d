/** `redactFacts`: replace what facts say, for good, and leave the journal whole. */
import { AgentError } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import { branchingStore, parseLineage } from '../journal/branching-store.ts'
import { fromCursor, isAt, notThere, type Place } from '../journal/cursor.ts'
import { Journal } from '../journal/journal.ts'
import { inboxKey, journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import { redactRecord } from '../journal/redaction.ts'
import { canScrub, scrubbedEntry } from '../journal/scrub.ts'
import type { Fact, FactType } from '../model/event.ts'
import { isJsonObject, type JsonObject } from '../model/json.ts'
import { LETTER_PREFIX } from '../model/lane.ts'
import { openRun } from '../model/session-state.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { Replacement, SessionStore } from '../ports/session-store.ts'
import { hold } from './holding.ts'
import { assertSession } from './view.ts'

export interface RedactOptions {
  /** Cursors of the facts. */
  readonly at: readonly string[]
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
type Found = {
  readonly owner: string
  readonly index: number
  readonly record: string
  readonly fact: Fact
  readonly cursor: string
  readonly offset: number
}

type StoreThatReplaces = SessionStore & Required<Pick<SessionStore, 'replace'>>

const DEFAULT_REPLACEMENT = '[redacted]'

/**
 * Replaces every text of some facts in the store, and of the inbox entries that they copied; dead letters of their calls are discarded. Their shape, identities and digests stay,
 * so the session folds and goes on as before, and the chain holds. What other facts say of the same thing stays: name them too. A
 * process that has read the session already still has it in memory.
 *
 * Throws, having changed nothing: `session_not_found`, `cursor_invalid`, `cursor_diverged`, `invalid_argument` for a fact that says
 * nothing, `session_busy` for one that a run still works from, `session_held`, and `unsupported` by a store that replaces nothing.
 */
export async function redactFacts(
  store: SessionStore,
  id: string,
  { at, replacement = DEFAULT_REPLACEMENT, leases }: RedactOptions,
): Promise<readonly RedactedFact[]> {
  if (!canReplace(store))
    throw new AgentError(
      'unsupported',
      'This store cannot replace a record, so nothing was redacted: take one that has replace(…), or export and delete the session',
    )
  const host = systemHost()
  await assertSession(store, id)
  const all: Found[] = []
  for (const cursor of new Set(at)) all.push(await find(store, id, { place: fromCursor(cursor), cursor, host }))
  const owners = new Set(all.map(({ owner }) => owner))
  for (const each of new Set([id, ...owners])) await assertSettled(store, each, { facts: all, host })
  for (const owner of owners) {
    const found = all.filter((each) => each.owner === owner)
    const holding = await hold({ leases, sessionId: owner, host, onLost: () => {} }) // the records decide, not the lease
    try {
      await redactLog(store, owner, { found, replacement, host })
    } finally {
      await holding.release(false) // whoever claimed the journal is not asked
    }
  }
  return all.map(({ fact, cursor, owner }) => ({ type: fact.type, cursor, sessionId: owner, artifacts: artifactsOf(fact) }))
}

type Task = { readonly found: readonly Found[]; readonly replacement: string; readonly host: Host }

/** Letters of calls and the inbox first: once the journal says that it was redacted, nothing is left of it. */
async function redactLog(store: StoreThatReplaces, owner: string, { found, replacement, host }: Task): Promise<void> {
  const entries: Replacement[] = []
  for (const { fact } of found) entries.push(...(await entryOf(store, owner, { fact, replacement })))
  await discardLetters(store, owner, found)
  if (entries.length > 0) await store.replace(inboxKey(owner), entries)
  await store.replace(
    journalKey(owner),
    found.map(({ index, record }) => ({ offset: index, expected: record, record: redactRecord(record, replacement, host) })),
  )
}

/** A letter says again what a call was asked and what came of it. Without that nobody could drive it. */
async function discardLetters(store: SessionStore, owner: string, found: readonly Found[]): Promise<void> {
  const calls = found.flatMap(callIn)
  if (calls.length === 0) return
  for await (const key of store.keys({ prefix: LETTER_PREFIX }))
    for await (const { record } of store.read(key)) {
      const { sessionId, callId } = parseEntry(record) ?? {}
      if (sessionId === owner && typeof callId === 'string' && calls.some((call) => `${callId}/`.startsWith(call))) await store.delete(key)
    }
}

/** What the identities of its calls begin with, those that they made included. */
function callIn({ fact, offset }: Found): readonly string[] {
  if (fact.type === 'turn_end') return [`${offset}.`]
  return 'callId' in fact ? [`${fact.callId}/`] : []
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
    if (isAt(place, decoded.chain)) return { owner, index, record, cursor, offset: place.offset, fact: sayingFact(decoded.fact, cursor) }
    throw notThere(cursor, id, true)
  }
  throw notThere(cursor, id, false)
}

function sayingFact(fact: Fact | undefined, cursor: string): Fact {
  if (fact !== undefined && canScrub(fact.type)) return fact
  throw new AgentError(
    'invalid_argument',
    `The fact at ${cursor} holds no text of yours${fact ? ` (${fact.type})` : ''}: there is nothing to redact`,
  )
}

async function lineageOf(store: SessionStore, id: string): Promise<ReturnType<typeof parseLineage>> {
  for await (const { record } of store.read(journalKey(id))) return parseLineage(record)
  return undefined
}

/** Calls that are open would run with what was put in the place of their arguments. */
async function assertSettled(
  store: SessionStore,
  sessionId: string,
  { facts, host }: { readonly facts: readonly Found[]; readonly host: Host },
): Promise<void> {
  const { state } = await Journal.open({ store: branchingStore(store), sessionId, host })
  const run = openRun(state)
  const batch = run?.phase === 'acting' ? run.batch : undefined
  const needed = batch && facts.find(({ offset }) => offset >= batch.offset)
  if (run === undefined || needed === undefined) return
  throw new AgentError(
    'session_busy',
    `Run ${run.id} of session ${sessionId} still works from the fact at ${needed.cursor}: let it go on or cancel it, and redact the fact then`,
  )
}

/** The inbox still says what the fact was copied from. An entry that says something else is not its source. */
async function entryOf(
  store: SessionStore,
  owner: string,
  { fact, replacement }: { readonly fact: Fact; readonly replacement: string },
): Promise<readonly Replacement[]> {
  if (!('inboxOffset' in fact) || fact.inboxOffset === undefined) return []
  for await (const { offset, record } of store.read(inboxKey(owner), { from: fact.inboxOffset })) {
    const entry = parseEntry(record)
    if (entry === undefined || !isSource(entry, fact)) return []
    return [{ offset, expected: record, record: JSON.stringify(scrubbedEntry(entry, replacement)) }]
  }
  return []
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
