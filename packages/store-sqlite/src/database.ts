/** Opens one SQLite file, brings it up to date and shares its connection among the ports kept in it. */
import { resolve } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { CommitQueue, type WriteTask } from './commit-queue.ts'
import { createParent } from './directory.ts'
import { backUp, findDamage, type CheckOptions, type SqliteCheck } from './maintenance.ts'
import { fileGuard } from './file-guard.ts'
import { openNodeSqlite, type SqliteDriver, type SqliteStatement } from './driver.ts'
import { openUnchanging } from './read-only.ts'
import { isCurrent, migrate } from './schema.ts'
import { explainSqliteError, isBusy, isReadOnly, isUnopened } from './sqlite-errors.ts'

export interface SqliteOptions {
  /**
   * What `sync: true` promises. `full`: it is on the disk and survives loss of power. `normal`: it survives the death of the
   * process only, as everything else does, and costs no wait for the disk. Default: `full`.
   */
  readonly durability?: 'full' | 'normal'
  /** Milliseconds that a write waits while another process writes, before `store_unavailable`. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

/** One open file; `sqliteStore`, `sqliteLeases` and `sqliteBlobs` take it to share the connection. */
export interface SqliteDatabase {
  /** The absolute path, `:memory:`, or `(driver)` for a connection passed in. */
  readonly path: string
  /** A prepared statement, kept for the next time. Throws `store_unavailable` after `close`. */
  prepare(sql: string): SqliteStatement
  /** Runs a query, waiting while another connection locks the file, and explains its errors. */
  read<T>(work: () => T): Promise<T>
  /** Commits a write, together with others that arrive at the same time. */
  write<T>(task: WriteTask<T>): Promise<T>
  /** Calls back after each commit of this connection, with the writers of what it holds. Gives the way to stop it. */
  onCommit(listener: CommitListener): () => void
  /**
   * Copies the file as it is now to a path that is still free, in one piece: nothing half-written, whoever writes meanwhile. Blocks
   * this process for as long as reading the file takes. Throws `invalid_argument` where something has that name.
   */
  backup(path: string): Promise<void>
  /** Gives the room of deleted logs back to the disk. Needs as much free space as the file holds, and keeps other writers waiting. */
  vacuum(): Promise<void>
  /** Looks for damage. Never throws for what it finds. */
  check(options?: CheckOptions): Promise<SqliteCheck>
  /** Commits what was asked for, then closes the file, unless the connection was passed in. Closing twice is fine. */
  close(): Promise<void>
}

type CommitListener = (writers: readonly string[]) => void

/** A path, `:memory:`, or an open connection of another library, which stays yours to close. */
export type SqliteSource = string | SqliteDriver

/** SQLite waits this long by itself, blocking the process; beyond it, reads and writes wait without blocking. */
const BLOCKING_WAIT_MS = 20
const RETRY_MS = 10

/**
 * Opens the file at once, with its folder. Throws `store_unavailable`, `store_corrupt` or `store_newer` with the path and the way out.
 *
 * A file that cannot be written is opened for reading, if it needs not be brought up to date; writes then throw `store_unavailable`.
 * In a folder that cannot be written it is read as one that nobody changes: open it anew to see what others wrote elsewhere.
 */
export function sqliteDatabase(source: SqliteSource, options: SqliteOptions = {}): SqliteDatabase {
  const { durability = 'full', busyTimeoutMs = 5_000 } = options
  checkOptions(source, { durability, busyTimeoutMs })
  const path = typeof source === 'string' ? toPath(source) : '(driver)'
  const driver = open(source, path, busyTimeoutMs)
  return share(driver, { path, owned: typeof source === 'string', busyTimeoutMs, fullSync: durability === 'full' })
}

type Shared = { readonly path: string; readonly owned: boolean; readonly busyTimeoutMs: number; readonly fullSync: boolean }

function share(driver: SqliteDriver, shared: Shared): SqliteDatabase {
  const { path, owned } = shared
  const listeners = new Set<CommitListener>()
  const committed: CommitListener = (writers) => {
    for (const listener of listeners) listener(writers)
  }
  const assertFile = owned && path !== ':memory:' ? fileGuard(path) : () => {}
  const queue = new CommitQueue(driver, { ...shared, assertFile, committed })
  const statements = new Map<string, SqliteStatement>()
  let closed: Promise<void> | undefined

  const assertOpen = (): void => {
    if (closed === undefined) return
    throw new AgentError('store_unavailable', `The SQLite database ${JSON.stringify(path)} was closed: open it again`, { retryable: false })
  }
  const read = <T>(work: () => T): Promise<T> => waiting(work, { ...shared, assertOpen })
  const finish = async (): Promise<void> => {
    await queue.drain()
    statements.clear()
    if (owned) driver.close()
  }

  return {
    path,
    read,
    prepare(sql) {
      const known = statements.get(sql)
      if (known !== undefined) return known
      const statement = driver.prepare(sql)
      statements.set(sql, statement)
      return statement
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    backup: (target) => backUp(driver, target, read),
    async vacuum() {
      await read(() => driver.exec('VACUUM'))
      // The log of changes holds the whole file now: what is in it is put into the file, which gets smaller only then.
      await read(() => driver.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all())
    },
    check: (options) => findDamage(driver, options, read),
    async write(task) {
      assertOpen()
      return queue.write(task)
    },
    close: () => (closed ??= finish()),
  }
}

/** Runs a query, again while another connection locks the file. */
async function waiting<T>(work: () => T, { path, busyTimeoutMs, assertOpen }: Shared & { readonly assertOpen: () => void }): Promise<T> {
  const deadline = performance.now() + busyTimeoutMs
  for (;;) {
    assertOpen()
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw explainSqliteError(error, path)
    }
    await new Promise((wake) => setTimeout(wake, RETRY_MS))
  }
}

function open(source: SqliteSource, path: string, busyTimeoutMs: number): SqliteDriver {
  const owned = typeof source === 'string'
  let driver: SqliteDriver | undefined
  try {
    if (owned && path !== ':memory:') createParent(path)
    driver = owned ? openNodeSqlite(path) : source
    prepareFile(driver, path, busyTimeoutMs)
    return driver
  } catch (error) {
    if (owned) driver?.close()
    const unchanging = owned ? orExplain(path, () => (isUnopened(error) ? openUnchanging(path) : undefined)) : undefined
    if (unchanging !== undefined) return unchanging
    throw explainSqliteError(error, path)
  }
}

function prepareFile(driver: SqliteDriver, path: string, busyTimeoutMs: number): void {
  driver.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`)
  retryWhileBusy(busyTimeoutMs, () => {
    try {
      driver.exec('PRAGMA journal_mode = WAL')
    } catch (error) {
      // What can only be read needs no log of changes, unless it has to be brought up to date first.
      if (!isReadOnly(error) || !isCurrent(driver, path)) throw error
    }
    driver.exec('PRAGMA synchronous = NORMAL')
    driver.exec('PRAGMA fullfsync = ON')
    migrate(driver, path)
  })
}

function orExplain<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explainSqliteError(error, path)
  }
}

/** Opening is synchronous, so this wait is too; it only happens while another process creates or upgrades the same file. */
function retryWhileBusy(limitMs: number, work: () => void): void {
  const started = performance.now()
  for (;;) {
    try {
      work()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() - started > limitMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
    }
  }
}

function toPath(source: string): string {
  return source === ':memory:' ? source : resolve(source)
}

function checkOptions(source: SqliteSource, { durability, busyTimeoutMs }: Required<SqliteOptions>): void {
  if (source === '') throw refusal("The path of a SQLite store is empty: give a file, or ':memory:' for one that dies with the process")
  if (durability !== 'full' && durability !== 'normal') {
    throw refusal(
      `durability is ${JSON.stringify(durability)}: use 'full' (sync survives loss of power) or 'normal' (it survives the process)`,
    )
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw refusal(`busyTimeoutMs is ${busyTimeoutMs}: use a number of milliseconds, 0 or more`)
  }
}

function refusal(message: string): AgentError {
  return new AgentError('invalid_argument', message)
}
