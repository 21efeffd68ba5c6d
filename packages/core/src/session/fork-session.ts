/** `forkSession`: fork a session of a store, without an agent. */
import { AgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import { journalKey } from '../journal/keys.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { writeFork } from './fork.ts'
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
  // Before the fork leaves its mark, which would keep the records of its origin for ever.
  for await (const _ of store.read(journalKey(forkId)))
    throw new AgentError('invalid_argument', `There is a session '${forkId}' already: fork under another id`)
  await writeFork({ store: branchingStore(store), host, originId: id, forkId, at, metadata, keepRun })
  return forkId
}
