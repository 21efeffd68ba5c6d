/** Opens a file that cannot be written, such as a backup on a disk that was mounted for reading. */
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AgentError } from '@seamfold/core/kit'
import { openNodeSqlite, type SqliteDriver } from './driver.ts'
import { isCurrent } from './schema.ts'

/**
 * SQLite keeps what readers and writers tell each other beside the file, so it cannot read where it may not create that. Where
 * the folder cannot be written, the file is read as one that nobody changes. Gives undefined where that is not what is wrong, or
 * where the file needs to be brought up to date.
 */
export function openUnchanging(path: string): SqliteDriver | undefined {
  if (sizeOf(path) === undefined || mayWrite(dirname(path))) return undefined
  if ((sizeOf(`${path}-wal`) ?? 0) > 0) throw unfinished(path)
  const driver = openNodeSqlite(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true })
  try {
    if (isCurrent(driver, path)) return driver
  } catch (error) {
    driver.close()
    throw error
  }
  driver.close()
  return undefined
}

/** What was committed last is in the log of changes, and would be missing without a word. */
function unfinished(path: string): AgentError {
  const log = `${path}-wal`
  return new AgentError(
    'store_unavailable',
    `The SQLite store ${JSON.stringify(path)} cannot be written, and ${JSON.stringify(log)} holds commits that are not in it yet: copy both to a folder that is writable, and open it there`,
    { retryable: false, details: { path, log } },
  )
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true ? found.size : undefined
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
