/** `rewindSession`: rewind a session of a store, without an agent. */
import { AgentError, isAgentError } from '../base/errors.ts'
import { systemHost } from '../base/host.ts'
import { branchingStore } from '../journal/branching-store.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { hold } from './holding.ts'
import { writeRewinding } from './rewind.ts'
import type { RewindOptions } from './types.ts'
import { assertSession } from './view.ts'

export interface RewindSessionOptions extends RewindOptions {
  /** Where the agents of this store say that they live. Without them, whoever runs the session now loses it. */
  readonly leases?: LeaseStore
}

/**
 * As `session.rewind`: the session goes on from an earlier fact, and what came after it no longer counts. Throws `session_held` while
 * somebody holds the session, `session_not_found`, `cursor_invalid`, `cursor_diverged`.
 */
export async function rewindSession(store: SessionStore, id: string, { to, keepRun = false, leases }: RewindSessionOptions): Promise<void> {
  const host = systemHost()
  await assertSession(store, id)
  const holding = await hold({ leases, sessionId: id, host, onLost: () => {} }) // who is first at the journal decides, not the lease
  try {
    await writeRewinding({ store: branchingStore(store), host, sessionId: id, to, keepRun })
  } catch (error) {
    if (!isAgentError(error, 'session_lost')) throw error
    throw new AgentError('session_held', `Somebody else wrote session ${id} just now, and it was not rewound: look at it and try again`, {
      cause: error,
      retryable: true,
    })
  } finally {
    await holding.release(false) // it may not have been rewound
  }
}
