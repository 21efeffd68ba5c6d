/** Rewinding: the same session goes on from an earlier fact, and what came after it no longer counts. */
import { isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { BranchingStore } from '../journal/branching-store.ts'
import { Journal } from '../journal/journal.ts'
import { openRunKey, rewoundKey } from '../journal/keys.ts'
import { encodeNote, type Rewinding } from '../journal/rewindings.ts'
import { openRun } from '../model/session-state.ts'
import { markOpen } from './claiming.ts'
import { branchingFacts } from './closing.ts'
import { journalAt } from './fork.ts'

export type RewindRequest = {
  readonly store: BranchingStore
  readonly host: Host
  readonly sessionId: string
  /** The last fact that still counts. */
  readonly to: string
  readonly keepRun: boolean
}

const MAY_HAVE_HAPPENED = 'the session was rewound to the middle of it; it may have happened'

/**
 * One append, at the length that was read: whoever writes the session meanwhile has lost it. Nothing is removed: the records that
 * no longer count stay for audits. Throws `session_lost` when another writer was first.
 */
export async function writeRewinding({ store, host, sessionId, to, keepRun }: RewindRequest): Promise<void> {
  const journal = await Journal.open({ store, sessionId, host })
  const left = openRun(journal.state)
  const { state, chain } = await journalAt({ store, host, sessionId, at: to })
  const { fence, inboxNext, length } = journal.state
  const note: Rewinding = { to: state.length - 1, at: length, id: host.id('rewinding') }
  const run = openRun(state)
  if (run !== undefined && keepRun) await markOpen(store, sessionId, run.id)
  await announce(store, sessionId, note)
  await journal.append(
    [
      { type: 'session_rewound', to: { offset: note.to, chain }, id: note.id, fence, inboxNext },
      ...(run === undefined ? [] : branchingFacts(run, MAY_HAVE_HAPPENED, { keepRun })),
    ],
    run?.id ?? '',
    { sync: true },
  )
  if (left !== undefined && !(keepRun && left.id === run?.id)) await store.delete(openRunKey(sessionId, left.id))
}

/** Two who rewind at once both leave their note; one of them gets to the journal first. */
async function announce(store: BranchingStore, sessionId: string, note: Rewinding): Promise<void> {
  const key = rewoundKey(sessionId)
  for (;;) {
    let expected = 0
    for await (const { offset } of store.read(key)) expected = offset + 1
    try {
      return await store.append(key, [encodeNote(note)], { expected, sync: true })
    } catch (error) {
      if (!isAgentError(error, 'store_conflict')) throw error
    }
  }
}
