/** Forks: a new session that shares another one's journal up to a fact, and goes its own way from there. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { BranchingStore } from '../journal/branching-store.ts'
import { fromCursor, isAt } from '../journal/cursor.ts'
import { Journal } from '../journal/journal.ts'
import { deletedKey, forkKey, journalKey } from '../journal/keys.ts'
import { decodeRecord } from '../journal/record.ts'
import type { Fact } from '../model/event.ts'
import { foldFact } from '../model/fold-session.ts'
import type { JsonObject } from '../model/json.ts'
import { emptySession, openRun, type RunState, type SessionState } from '../model/session-state.ts'
import { markOpen } from './claiming.ts'
import { closeOpenCalls, endingFacts } from './closing.ts'

export type ForkRequest = {
  readonly store: BranchingStore
  readonly host: Host
  readonly originId: string
  readonly forkId: string
  /** The last fact that both share. Default: the last one there is. */
  readonly at: string | undefined
  readonly metadata: JsonObject
  /** Leave a run that is under way at that point to be resumed, instead of ending it. */
  readonly keepRun: boolean
}

const MAY_HAVE_HAPPENED = 'the session was forked in the middle of it; it may have happened in the session that this one was forked from'

/** Writes the fork. It inherits no claim, no approval, no reservation and no idempotency key; calls that were open are closed. */
export async function writeFork(request: ForkRequest): Promise<void> {
  const { store, host, originId, forkId, metadata, keepRun } = request
  const { state, chain } = await prefixOf(request)
  const offset = state.length - 1
  await announce(store, originId, forkId)
  store.plant(journalKey(forkId), { origin: originId, base: offset + 1 })
  const journal = await Journal.open({ store, sessionId: forkId, host })
  if (journal.state.length > offset + 1)
    throw new AgentError('invalid_argument', `There is a session '${forkId}' already: fork under another id`)
  const run = openRun(state)
  if (run !== undefined && keepRun) await markOpen(store, forkId, run.id)
  const origin = { sessionId: originId, offset, chain }
  const forked: Fact = { type: 'session_forked', origin, metadata: { ...state.metadata, ...metadata } }
  await journal.append([forked, ...closersOf(run, { keepRun, why: MAY_HAVE_HAPPENED })], run?.id ?? '', { sync: true })
}

/** What a branch that begins in the middle of a run says of it: its open calls are closed, and unless it is kept, so is the run. */
export function closersOf(
  run: RunState | undefined,
  { keepRun, why }: { readonly keepRun: boolean; readonly why: string },
): readonly Fact[] {
  if (run === undefined) return []
  return keepRun ? closeOpenCalls(run, why) : endingFacts(run, { type: 'cancelled', reason: why }, '')
}

/** The state at a fact, and that fact's digest. */
export async function prefixOf({
  store,
  host,
  originId,
  at,
}: Pick<ForkRequest, 'store' | 'host' | 'originId' | 'at'>): Promise<{ readonly state: SessionState; readonly chain: string }> {
  const key = journalKey(originId)
  const place = at === undefined ? undefined : fromCursor(at)
  let state = emptySession
  let chain = ''
  for await (const { offset, record } of store.read(key)) {
    const decoded = decodeRecord(record, offset, { host, key })
    chain = decoded.chain
    const { fact } = decoded
    state = fact === undefined ? { ...state, length: offset + 1 } : foldFact(state, { ...decoded, fact }, originId)
    if (place === undefined || offset < place.offset) continue
    if (offset === place.offset && isAt(place, chain)) return { state, chain }
    throw new AgentError('cursor_diverged', `The cursor ${at} belongs to another branch of session ${originId}`)
  }
  if (state.length === 0) throw new AgentError('session_not_found', `There is no session '${originId}' to fork`)
  if (place !== undefined) throw new AgentError('cursor_invalid', `The cursor ${at} is beyond the end of session ${originId}`)
  return { state, chain }
}

/**
 * The fork leaves its mark before it looks whether its origin is being deleted, and whoever deletes leaves theirs before they look
 * for forks: at least one of them sees the other.
 */
async function announce(store: BranchingStore, originId: string, forkId: string): Promise<void> {
  const mark = forkKey(originId, forkId)
  await store.append(mark, ['fork'], { expected: 0, sync: true })
  for await (const _ of store.read(deletedKey(originId))) {
    await store.delete(mark)
    throw new AgentError('session_not_found', `Session '${originId}' is being deleted: it can no longer be forked`)
  }
}
