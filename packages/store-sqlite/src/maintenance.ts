/** What the owner of a file does now and then: copy it while it is in use, and look for damage. */
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AgentError, toMessage } from '@seamfold/core/kit'
import { createParent, syncFolder, syncPath } from './directory.ts'
import type { SqliteDriver } from './driver.ts'
import { fromStoredText, type StoredText } from './stored-text.ts'

export interface CheckOptions {
  /** Compare every index with its table too, which takes several times as long. Default: false. */
  readonly thorough?: boolean
}

export type SqliteCheck = {
  readonly ok: boolean
  /** What is wrong, a sentence each. A file that is badly damaged may have more problems than are listed. */
  readonly problems: readonly string[]
}

/** Runs a query, waiting while another connection locks the file. */
type Read = <T>(work: () => T) => Promise<T>

/** The copy gets its name when all of it is on the disk, so what has the name is whole. */
export async function backUp(driver: SqliteDriver, target: string, read: Read): Promise<void> {
  const path = resolve(target)
  if (existsSync(path)) throw new AgentError('invalid_argument', `A backup is not written over ${JSON.stringify(path)}: choose a free name`)
  const draft = `${path}.${randomUUID()}.draft`
  try {
    await read(() => {
      createParent(path)
      driver.prepare('VACUUM INTO ?').run(draft)
      syncPath(draft)
      renameSync(draft, path)
      syncFolder(dirname(path))
    })
  } finally {
    if (existsSync(draft)) rmSync(draft)
  }
}

/** The file's own check, and whether every log is whole. */
export async function findDamage(driver: SqliteDriver, { thorough = false }: CheckOptions = {}, read: Read): Promise<SqliteCheck> {
  const problems: string[] = []
  for (const look of [() => fileProblems(driver, thorough), () => logProblems(driver)]) {
    try {
      problems.push(...(await read(look)))
    } catch (error) {
      problems.push(`The check could not go on: ${toMessage(error)}`)
    }
  }
  return { ok: problems.length === 0, problems }
}

function fileProblems(driver: SqliteDriver, thorough: boolean): string[] {
  const rows = driver.prepare(thorough ? 'PRAGMA integrity_check' : 'PRAGMA quick_check').all() as Record<string, unknown>[]
  return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok')
}

/** Offsets count from zero without a gap, and every record belongs to a log. */
function logProblems(driver: SqliteDriver): string[] {
  const gaps = driver
    .prepare(
      `SELECT key, count(*) AS held, max(offset) + 1 AS length FROM seamfold_record LEFT JOIN seamfold_log ON log = id
       GROUP BY log HAVING key IS NULL OR held <> length`,
    )
    .all() as { key: StoredText | null; held: number | bigint; length: number | bigint }[]
  return gaps.map(({ key, held, length }) =>
    key === null
      ? `${held} records belong to no log`
      : `Log ${JSON.stringify(fromStoredText(key))} should hold ${length} records and holds ${held}`,
  )
}
