/** Forks: a new session that shares another one's journal up to a fact, and goes its own way from there. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import type { BranchingStore } from '../journal/branching-store.ts'
import { fromCursor, isAt, notThere } from '../journal/cursor.ts'
import { Journal, type JournalOptions } from '../journal/journal.ts'
import { deletedKey, forkKey, journalKey } from '../journal/keys.ts'
import { chainOf } from '../journal/record.ts'
import type { Fact, FactOf } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import { openRun } from '../model/session-state.ts'
import { hasRecords, mark, markOpen } from './claiming.ts'
import { type Branching, branchingFacts } from './closing.ts'
import { checkedMetadata, checkSessionId } from './session-checks.ts'

export type ForkRequest = Branching & {
  readonly store: BranchingStore
  /** The origin's journal, standing at the last fact that both share. */
  readonly origin: Journal
  readonly forkId: string
  readonly metadata: JsonObject
}

const MAY_HAVE_HAPPENED = 'the session was forked in the middle of it; it may have happened in its origin'

/**
 * Writes the fork, and gives its journal. It inherits no claim, no approval, no reservation and no idempotency key; calls that were
 * open are closed. Nothing of the past is read or copied.
 */
export async function writeFork({ store, origin, forkId, metadata: asked, ...branching }: ForkRequest): Promise<Journal> {
  checkSessionId(forkId)
  const metadata = checkedMetadata(asked)
  const journal = origin.branch(forkId) // at once: the origin may go on
  const { state, chain } = journal
  const { sessionId } = origin
  if (state.length === 0) throw new AgentError('session_not_found', `There is no session '${sessionId}' to fork`)
  const offset = state.length - 1
  if (await store.begun(journal.key)) throw taken(forkId)
  await announce(store, { sessionId, offset, chain }, forkId)
  store.plant(journal.key, { origin: sessionId, base: offset + 1 })
  const run = openRun(state)
  if (run !== undefined && branching.keepRun) await markOpen(store, forkId, run.id)
  const forked: Fact = {
    type: 'session_forked',
    origin: { sessionId, offset, chain },
    metadata: { ...state.metadata, ...metadata },
    branch: journal.branchId(),
  }
  try {
    await journal.append([forked, ...(run === undefined ? [] : branchingFacts(run, MAY_HAVE_HAPPENED, branching))], run?.id ?? '', {
      sync: true,
    })
  } catch (error) {
    throw isAgentError(error, 'session_lost') ? taken(forkId) : error
  }
  return journal
}

const taken = (forkId: string): AgentError =>
  new AgentError('invalid_argument', `There is a session '${forkId}' already: fork under another id`)

/** A session's journal as it was right after a fact. Throws `cursor_invalid`, `cursor_diverged`, `session_not_found`. */
export async function journalAt({ at, ...options }: JournalOptions & { readonly at: string }): Promise<Journal> {
  const { store, sessionId } = options
  const place = fromCursor(at)
  const journal = await Journal.open({ ...options, until: place.offset })
  const { length } = journal.state
  if (length === place.offset + 1 && isAt(place, journal.chain)) return journal
  if (length === 0) throw new AgentError('session_not_found', `There is no session '${sessionId}'`)
  throw notThere(at, sessionId, await hasRecords(store, journal.key, place.offset))
}

/**
 * The fork leaves its mark before it looks whether its origin is being deleted, and whoever deletes leaves theirs before they look
 * for forks: at least one of them sees the other. A deletion that is over has left no mark, and no past to share.
 */
async function announce(store: BranchingStore, origin: ForkOrigin, forkId: string): Promise<void> {
  const key = forkKey(origin.sessionId, forkId)
  await mark(store, key) // one that is there was left by somebody who was cut off: there is no such fork
  if (!(await hasRecords(store, deletedKey(origin.sessionId))) && (await isThere(store, origin))) return
  await store.delete(key)
  throw new AgentError('session_not_found', `Session '${origin.sessionId}' was deleted: it can no longer be forked`)
}

type ForkOrigin = FactOf<'session_forked'>['origin']

/** The fact that the fork begins behind is still that of the origin. */
async function isThere(store: BranchingStore, { sessionId, offset, chain }: ForkOrigin): Promise<boolean> {
  const key = journalKey(sessionId)
  if (!(await store.begun(key))) return false
  for await (const stored of store.read(key, { from: offset }))
    return stored.offset === offset && chainOf(stored.record, systemHost()) === chain
  return false
}
