/** Watches the statements of a SQLite file: places to be killed at between them, and what the file holds that was synced. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { CrashWorld } from '@seamfold/core/testing/node'
import type { SqliteDriver, SqliteStatement } from '@seamfold/store-sqlite'

const NAME = 'watched.db'
/** The index of the write-ahead log is rebuilt from it. */
const FILES = [NAME, `${NAME}-wal`]

/**
 * SQLite waits for the disk at a commit under `synchronous = FULL`, and in WAL mode at no other. What the files hold after such a
 * commit is what loss of power leaves.
 */
export function watchedDriver(world: CrashWorld): SqliteDriver {
  const database = new DatabaseSync(join(world.directory, NAME))
  let waits = false
  return {
    exec(sql) {
      const level = /^PRAGMA synchronous = (\w+)$/.exec(sql)?.[1]
      if (level !== undefined) waits = level === 'FULL'
      database.exec(sql)
    },
    prepare(sql) {
      const statement = database.prepare(sql)
      if (sql === 'COMMIT') return watchedCommit(statement, world, () => waits)
      return sql.trimStart().startsWith('INSERT') ? watchedRun(statement, world) : statement
    },
    close: () => database.close(),
  }
}

/** Puts back what was on the disk. Nothing but the files may be open. */
export function loseUnsynced({ directory }: CrashWorld): void {
  for (const file of [...FILES, `${NAME}-shm`]) rmSync(join(directory, file), { force: true })
  copyFiles(join(directory, 'disk'), directory)
}

function watchedCommit(statement: SqliteStatement, { directory, point }: CrashWorld, waits: () => boolean): SqliteStatement {
  return withRun(statement, (...values) => {
    point('before a commit')
    const result = statement.run(...values)
    point('after a commit')
    if (waits()) keepAsSynced(directory)
    return result
  })
}

const watchedRun = (statement: SqliteStatement, { point }: CrashWorld): SqliteStatement =>
  withRun(statement, (...values) => {
    const result = statement.run(...values)
    point('after an insert')
    return result
  })

const withRun = (statement: SqliteStatement, run: SqliteStatement['run']): SqliteStatement => ({
  run,
  get: (...values) => statement.get(...values),
  all: (...values) => statement.all(...values),
  iterate: (...values) => statement.iterate(...values),
})

function keepAsSynced(directory: string): void {
  mkdirSync(join(directory, 'disk'), { recursive: true })
  copyFiles(directory, join(directory, 'disk'))
}

function copyFiles(from: string, to: string): void {
  for (const file of FILES) if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file))
}
