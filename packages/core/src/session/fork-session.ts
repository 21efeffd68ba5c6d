/** `forkSession`: fork a session of a store, without an agent. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { Journal } from '../journal/journal.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { journalAt, writeFork } from './fork.ts'
import type { ForkOptions } from './types.ts'

/**
 * As `session.fork`: a new session that shares the past of another one up to and including a fact. The other one is not written, so
 * it may run meanwhile. Resolves with the fork's id. Throws `session_not_found`, `invalid_argument` when the id is taken,
 * `cursor_invalid`, `cursor_diverged`.
 */
export async function forkSession(store: SessionStore, id: string, options: ForkOptions = {}): Promise<string> {
  const host = systemHost()
  const { at, id: forkId = host.id('session'), metadata = {}, keepRun = false } = options
  if (forkId === '') throw new AgentError('invalid_argument', 'A session id must not be empty: leave it out to get a new one')
  const place = { store: branchingStore(store), sessionId: id, host }
  const origin = at === undefined ? await Journal.open(place) : await journalAt({ ...place, at })
  await writeFork({ store: place.store, origin, forkId, metadata, keepRun })
  return forkId
}
