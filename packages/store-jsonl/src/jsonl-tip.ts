/** Tells when a log was written last, without opening it. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName } from './file-name.ts'
import { EXTENSION } from './log-file.ts'

/**
 * When the file of a log was written, in milliseconds since the epoch, and a stamp that is another one after every append; undefined
 * where there is none. A folder that was copied tells when it was copied.
 */
export async function jsonlTip(directory: string, key: string): Promise<{ readonly at: number; readonly stamp: string } | undefined> {
  const path = join(resolve(directory), fileName(key) + EXTENSION)
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return { at: Math.trunc(mtimeMs), stamp: `${ino} ${size} ${mtimeMs}` }
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw explainFileError(error, path)
  }
}
