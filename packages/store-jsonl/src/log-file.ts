/** Opens the file of a log and reads whole batches from it. */
import { join } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import type { Disk } from './disk.ts'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName } from './file-name.ts'
import type { FolderLock } from './folder-lock.ts'
import type { Mark } from './line.ts'
import { readHead, TAG_LENGTH } from './log-head.ts'
import { LogIndex, type LogIndexes } from './log-index.ts'
import { parseBatches, type Batches } from './parse-batches.ts'

/** A folder of logs. */
export type Folder = {
  readonly path: string
  readonly disk: Disk
  readonly lock: FolderLock
  readonly indexes: LogIndexes
}

export type LogFile = {
  readonly file: number
  readonly path: string
  readonly size: number
  /** Undefined when not even the first line is whole: nothing was ever stored. */
  readonly index: LogIndex | undefined
}

export const EXTENSION = '.jsonl'
/** How many bytes are read at once, where batches are not larger. */
export const PAGE: number = 256 * 1024

export function logPath(folder: Folder, key: string): string {
  return join(folder.path, fileName(key) + EXTENSION)
}

/** Opens the file of a key, or gives undefined where there is none. Who calls closes it. */
export function openLog(folder: Folder, key: string, flag: 'r' | 'r+'): LogFile | undefined {
  const { disk } = folder
  const path = logPath(folder, key)
  const file = openIfThere(disk, path, flag)
  if (file === undefined) return undefined
  try {
    const size = disk.size(file)
    return { file, path, size, index: indexOf(folder, { file, path, size, key }) }
  } catch (error) {
    disk.close(file)
    throw explainFileError(error, path)
  }
}

/** Opens a file for one piece of work. */
export function withLog<T>(folder: Folder, key: string, work: (log: LogFile | undefined) => T): T {
  const log = openLog(folder, key, 'r')
  try {
    return work(log)
  } catch (error) {
    throw explainFileError(error, logPath(folder, key))
  } finally {
    if (log !== undefined) folder.disk.close(log.file)
  }
}

/** Reads the batches that begin at `start`: at least one, unless none is whole before `limit`. */
export function readBatches(
  disk: Disk,
  file: number,
  range: { readonly start: Mark; readonly limit: number; readonly page?: number },
): Batches {
  const { start, limit, page = PAGE } = range
  const available = Math.max(0, limit - start.position)
  for (let length = page; ; length *= 4) {
    const bytes = disk.read(file, start.position, Math.min(length, available))
    const batches = parseBatches(bytes, start)
    if (batches.lines.length > 0 || batches.rest !== 'beginning' || length >= available) return batches
  }
}

/** What is remembered of this log, if it is still the same one; else it is remembered anew. */
function indexOf(folder: Folder, { file, path, size, key }: Omit<LogFile, 'index'> & { readonly key: string }): LogIndex | undefined {
  const { disk, indexes } = folder
  const known = indexes.get(path)
  // A file that got shorter was cut by hand: what is remembered may not be there any more.
  if (known !== undefined && size >= known.end.position && disk.read(file, 0, TAG_LENGTH).toString('latin1') === known.tag) return known
  const head = readHead(disk, file, path)
  if (head === undefined) return undefined
  if (head.key !== key) {
    throw new AgentError(
      'store_corrupt',
      `${JSON.stringify(path)} holds the log ${JSON.stringify(head.key)} under the name of ${JSON.stringify(key)}: rename it to ${fileName(head.key)}${EXTENSION}`,
      { details: { path, key, holds: head.key } },
    )
  }
  const index = new LogIndex(head.tag, head.start)
  indexes.set(path, index)
  return index
}

function openIfThere(disk: Disk, path: string, flag: 'r' | 'r+'): number | undefined {
  try {
    return disk.open(path, flag)
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw explainFileError(error, path)
  }
}
