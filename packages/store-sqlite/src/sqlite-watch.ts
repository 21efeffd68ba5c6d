/** Wakes who waits for a log in a SQLite file, whichever process writes it. */
import { AgentError, wakeUps, type WatchStore } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { explainSqliteError, isBusy } from './sqlite-errors.ts'

export interface SqliteWatchOptions {
  /** Milliseconds between looks at whether another connection has written. Default: 20. */
  readonly everyMs?: number
}

/**
 * Shares the connection of a store: `sqliteWatch(database)`. What is written through it wakes at once; what others write is seen by
 * one look for all watchers, at a number that SQLite keeps in shared memory, a few microseconds each. Nobody watches: nobody looks.
 */
export function sqliteWatch(database: SqliteDatabase, { everyMs = 20 }: SqliteWatchOptions = {}): WatchStore {
  if (!Number.isFinite(everyMs) || everyMs < 1)
    throw new AgentError('invalid_argument', `everyMs is ${everyMs}: use a number of milliseconds, 1 or more`)
  const { wake, fail, watch } = wakeUps(() => {
    let seen = versionOf(database)
    const look = (): void => {
      try {
        const now = versionOf(database)
        if (now !== seen) wake() // written by others, and SQLite does not say what
        seen = now
      } catch (error) {
        fail(error)
      }
    }
    const looking = setInterval(look, everyMs).unref()
    const stopListening = database.onCommit((writers) => new Set(writers).forEach((writer) => wake(writer)))
    return () => {
      clearInterval(looking)
      stopListening()
    }
  })
  return { contract: 1, watch: (prefix, { signal } = {}) => watch(prefix, signal) }
}

/** Changes when another connection has committed; 0 where a lock keeps us from knowing, so that whoever watches looks. */
function versionOf(database: SqliteDatabase): number {
  try {
    return Number((database.prepare('PRAGMA data_version').get() as { data_version: number | bigint }).data_version)
  } catch (error) {
    if (isBusy(error)) return 0
    throw explainSqliteError(error, database.path)
  }
}
