/** An append that knows whether it happened: after an unclear failure it reads back, and tries again within bounds. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { SessionStore } from '../ports/session-store.ts'

export interface SafeAppend {
  readonly store: SessionStore
  readonly host: Host
  readonly key: string
  /** Records that nobody else would write: each names its writer and batch. */
  readonly records: readonly string[]
  readonly expected: number
  readonly sync: boolean
}

/** How often a store that says that it may work later is tried again, and the first pause in milliseconds, which doubles. */
const RETRIES = 5
const FIRST_PAUSE_MS = 50

type Fate = 'stored' | 'absent' | 'other'

/**
 * Resolves when the records are stored. Throws `store_conflict` when another writer was first, and what the store threw when they are
 * certainly not stored or nobody can tell. What is no `AgentError` says nothing about whether trying again can help: it is tried, and
 * becomes `store_unavailable`.
 */
export async function appendSafely(options: SafeAppend): Promise<void> {
  const { store, host, key, records, expected, sync } = options
  for (let attempt = 0; ; attempt++) {
    try {
      return await store.append(key, records, { expected, sync })
    } catch (error) {
      const fate = await fateOf(options, error)
      if (fate === 'stored') return
      if (fate === 'other') throw isAgentError(error, 'store_conflict') ? error : conflict(options, error)
      if (attempt >= RETRIES || (isAgentError(error) && !error.retryable)) throw inWords(key, error)
      await host.clock.sleep(FIRST_PAUSE_MS * 2 ** attempt)
    }
  }
}

/** What stands where the records should be. A conflict may be our own append, whose answer was lost. */
async function fateOf({ store, key, records, expected }: SafeAppend, cause: unknown): Promise<Fate> {
  try {
    const found: string[] = []
    for await (const { record } of store.read(key, { from: expected })) {
      found.push(record)
      if (found.length === records.length) break
    }
    if (found.length === 0) return isAgentError(cause, 'store_conflict') ? 'other' : 'absent'
    return found.length === records.length && found.every((record, index) => record === records[index]) ? 'stored' : 'other'
  } catch (error) {
    if (isAgentError(cause, 'store_conflict')) return 'other'
    throw new AgentError(
      isAgentError(cause, 'store_corrupt') ? 'store_corrupt' : 'store_unavailable',
      `An append to ${key} failed (${toMessage(cause)}), and so did reading it (${toMessage(error)})`,
      { cause },
    )
  }
}

const inWords = (key: string, error: unknown): AgentError =>
  isAgentError(error)
    ? error
    : new AgentError('store_unavailable', `The store could not append to ${key}: ${toMessage(error)}`, { cause: error })

const conflict = ({ key, expected }: SafeAppend, cause: unknown): AgentError =>
  new AgentError('store_conflict', `Somebody else appended to ${key} at ${expected}`, { cause })
