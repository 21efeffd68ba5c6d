/** Wakes who waits for a log in a SQLite file, whichever process writes it. */
import { AgentError, wakeUps, type WatchStore } from '@seamfold/core/kit'
import type { SqliteDatabase } from './database.ts'
import { explainSqliteError, isBusy } from './sqlite-errors.ts'

export interface SqliteWatchOptions {
  /** Milliseconds between looks at whether another connection has written; five times as many after a while in which none has. Default: 20. */
  readonly everyMs?: number
}

/** So many looks that found nothing make a quiet time, and looks in a quiet time are so many times as rare. */
const QUIET_LOOKS = 250
const QUIET_FACTOR = 5

/**
 * Shares the connection of a store: `sqliteWatch(database)`. What is written through it wakes at once; what others write is seen by
 * one look for all watchers, at a number that SQLite keeps in shared memory, a few microseconds each. Nobody watches: nobody looks.
 */
export function sqliteWatch(database: SqliteDatabase, { everyMs = 20 }: SqliteWatchOptions = {}): WatchStore {
  if (!Number.isFinite(everyMs) || everyMs < 1)
    throw new AgentError('invalid_argument', `everyMs is ${everyMs}: use a number of milliseconds, 1 or more`)
  const { wake, fail, watch } = wakeUps(() => {
    let seen = versionOf(database)
    /** Looks in a row that found nothing. */
    let quiet = 0
    const look = (): void => {
      try {
        const now = versionOf(database)
        if (now !== seen) wake() // written by others, and SQLite does not say what
        quiet = now === seen ? quiet + 1 : 0
        seen = now
        timer = setTimeout(look, quiet < QUIET_LOOKS ? everyMs : QUIET_FACTOR * everyMs).unref()
      } catch (error) {
        fail(error)
      }
    }
    let timer = setTimeout(look, everyMs).unref()
    const stopListening = database.onCommit((writers) => {
      quiet = 0
      for (const writer of new Set(writers)) wake(writer)
    })
    return () => {
      clearTimeout(timer)
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
