/** Appends one batch to a log, if the log holds exactly what the writer expects. */
import { AgentError } from '@seamfold/core/kit'
import { damagedLine, explainFileError } from './file-errors.ts'
import { toLines, type Mark } from './line.ts'
import { logPath, openLog, readBatches, type Folder, type LogFile } from './log-file.ts'
import { newHead } from './log-head.ts'
import { LogIndex } from './log-index.ts'
import { getAcquainted } from './read-log.ts'

export interface Batch {
  readonly key: string
  readonly records: readonly string[]
  readonly expected: number
  readonly sync: boolean
}

/** A log that is open for writing, from the check of its length to its sync. */
type OpenLog = { readonly file: number; readonly path: string; readonly index: LogIndex }
const REWRITE_PAGE = 1024 * 1024

/** Throws `store_conflict`, having stored nothing, when the log is shorter or longer than expected. */
export async function appendBatch(folder: Folder, batch: Batch, signal?: AbortSignal): Promise<void> {
  const path = logPath(folder, batch.key)
  try {
    if (folder.indexes.get(path) === undefined) await getAcquainted(folder, batch.key)
    const log = await folder.lock.run(() => commit(folder, batch), signal)
    if (log !== undefined) await finish(folder, log, batch.sync)
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) throw error
    throw explainFileError(error, path)
  }
}

/** Runs while no other process writes. Gives the file, still open, or undefined when there is none and need be none. */
function commit(folder: Folder, { key, records, expected, sync }: Batch): OpenLog | undefined {
  const { disk } = folder
  const found = openLog(folder, key, 'r+')
  try {
    const end = found?.index === undefined ? undefined : findEnd(folder, key, found)
    if ((end?.offset ?? 0) !== expected) throw conflict(key, end?.offset ?? 0, expected)
    if (found?.index !== undefined && end !== undefined) {
      // What follows the last whole batch is what a dead process left of one: nobody else is writing now.
      if (found.size > end.position && records.length > 0) disk.truncate(found.file, end.position)
      const log = { file: found.file, path: found.path, index: found.index }
      if (sync && found.index.doubtful) rewrite(folder, log, end)
      if (records.length > 0) write(folder, log, toLines(records, end))
      return log
    }
  } catch (error) {
    if (found !== undefined) disk.close(found.file)
    throw error
  }
  if (found !== undefined) disk.close(found.file)
  return records.length === 0 ? undefined : create(folder, key, records)
}

/** Reads what was appended since this process last looked. */
function findEnd(folder: Folder, key: string, { file, path, size, index }: LogFile): Mark | undefined {
  for (;;) {
    const start = index?.end
    if (index === undefined || start === undefined || start.position === size) return start
    const { end, rest } = readBatches(folder.disk, file, { start, limit: size })
    if (typeof rest !== 'string') {
      folder.indexes.delete(path)
      throw damagedLine(path, rest.offset + 2, { key, reason: rest.reason })
    }
    if (end.position === start.position) return end
    index.note(end)
  }
}

/** The head and the first batch are one write, so a log either holds a batch or is no log yet. */
function create(folder: Folder, key: string, records: readonly string[]): OpenLog {
  const { disk, indexes } = folder
  const path = logPath(folder, key)
  const { head, bytes } = newHead(key)
  const lines = toLines(records, head.start)
  // What is there was left by a process that died while it created the log.
  removeIfThere(folder, path)
  const log = { file: disk.open(path, 'wx+'), path, index: new LogIndex(head.tag, head.start) }
  try {
    write(folder, log, { bytes: Buffer.concat([bytes, lines.bytes]), end: lines.end })
  } catch (error) {
    disk.close(log.file)
    removeIfThere(folder, path)
    throw error
  }
  indexes.set(path, log.index)
  return log
}

/** Writes at the end, or leaves the end where it was. */
function write({ disk }: Folder, { file, index }: OpenLog, { bytes, end }: { readonly bytes: Buffer; readonly end: Mark }): void {
  const position = end.position - bytes.length
  try {
    disk.write(file, bytes, position)
  } catch (error) {
    try {
      disk.truncate(file, position)
    } catch {
      // Then the next append cuts it off; no reader takes part of a batch for a batch.
    }
    throw error
  }
  index.note(end)
}

/** Makes the disk hold what the log holds, if that was asked for, and closes the file. Others may append meanwhile. */
async function finish({ path: folder, disk }: Folder, { file, index }: OpenLog, sync: boolean): Promise<void> {
  try {
    if (!sync) return
    await disk.sync(file)
    if (index.named) return
    await disk.syncFolder(folder)
    index.named = true
  } catch (error) {
    index.doubtful = true
    throw error
  } finally {
    disk.close(file)
  }
}

/** After a refused sync the system may take its pages for written, so a later sync would cover nothing unless they are written again. */
function rewrite({ disk }: Folder, { file, index }: OpenLog, end: Mark): void {
  for (let position = 0; position < end.position; position += REWRITE_PAGE) {
    disk.write(file, disk.read(file, position, Math.min(REWRITE_PAGE, end.position - position)), position)
  }
  index.doubtful = false
}

function removeIfThere({ disk }: Folder, path: string): void {
  try {
    disk.remove(path)
  } catch {
    // It was not there, or creating the file says what is wrong.
  }
}

function conflict(key: string, length: number, expected: number): AgentError {
  return new AgentError(
    'store_conflict',
    `Log ${JSON.stringify(key)} holds ${length} records, not ${expected}: read it again and append at its end`,
    { details: { key, length, expected } },
  )
}
