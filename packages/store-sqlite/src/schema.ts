/** The tables, and the steps that bring an older file up to them. */
import { AgentError } from '@seamfold/core/kit'
import type { SqliteDriver } from './driver.ts'

/**
 * Migration n brings a file from version n to n + 1; a published one never changes.
 *
 * Records sit in an ordinary table with an index rather than WITHOUT ROWID: records of a kilobyte and more fit a leaf page,
 * and the commits of many sessions fill the same pages. Log ids are never reused, so a slow reader of a deleted log never
 * sees its successor. Names are prefixed because the file may be the user's own.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE seamfold_log (id INTEGER PRIMARY KEY AUTOINCREMENT, key ANY NOT NULL UNIQUE) STRICT;
   CREATE TABLE seamfold_record (
     log INTEGER NOT NULL,
     offset INTEGER NOT NULL,
     record ANY NOT NULL,
     PRIMARY KEY (log, offset)
   ) STRICT;
   CREATE TABLE seamfold_lease (key ANY PRIMARY KEY NOT NULL, holder ANY NOT NULL, expires_at INTEGER NOT NULL) STRICT;
   CREATE TABLE seamfold_blob (digest ANY PRIMARY KEY NOT NULL, text ANY NOT NULL) STRICT;
   CREATE VIEW seamfold_journal AS
     SELECT key, offset, record FROM seamfold_log JOIN seamfold_record ON log = id ORDER BY key, offset;`,
  'ALTER TABLE seamfold_blob ADD COLUMN put_at INTEGER NOT NULL DEFAULT 0',
]

/** The version that this package writes. */
const SCHEMA_VERSION: number = MIGRATIONS.length

/** Creates or upgrades the tables. Throws `store_newer` for a file of a later version and leaves it untouched. */
export function migrate(driver: SqliteDriver, path: string): void {
  if (isCurrent(driver, path)) return
  driver.exec('BEGIN IMMEDIATE')
  try {
    driver.exec('CREATE TABLE IF NOT EXISTS seamfold_meta (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT')
    for (let version = currentVersion(driver, path); version < SCHEMA_VERSION; version++) driver.exec(MIGRATIONS[version] ?? '')
    driver.prepare("INSERT OR REPLACE INTO seamfold_meta (name, value) VALUES ('version', ?), ('barrier', 0)").run(SCHEMA_VERSION)
    driver.exec('COMMIT')
  } catch (error) {
    rollBack(driver)
    throw error
  }
}

/** Whether the tables are those of this version. Throws `store_newer` for a file of a later one. */
export function isCurrent(driver: SqliteDriver, path: string): boolean {
  return currentVersion(driver, path) === SCHEMA_VERSION
}

/** Ends a transaction that failed; SQLite may have ended it itself. */
export function rollBack(driver: SqliteDriver): void {
  try {
    driver.exec('ROLLBACK')
  } catch {
    // No transaction is open any more: the failure that brought us here is the one to report.
  }
}

function currentVersion(driver: SqliteDriver, path: string): number {
  const table = driver.prepare("SELECT 1 AS present FROM sqlite_schema WHERE type = 'table' AND name = 'seamfold_meta'").get()
  if (table === undefined || table === null) return 0
  const row = driver.prepare("SELECT value FROM seamfold_meta WHERE name = 'version'").get() as { value?: unknown } | undefined
  const version = Number(row?.value ?? 0)
  if (version <= SCHEMA_VERSION) return version
  throw new AgentError(
    'store_newer',
    `The SQLite store ${JSON.stringify(path)} has schema version ${version}, this package knows ${SCHEMA_VERSION}: upgrade @seamfold/store-sqlite`,
    { details: { path, version, known: SCHEMA_VERSION } },
  )
}
