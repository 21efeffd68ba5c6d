/** Puts records in the place of others: the log is written to another file, which then takes its name. */
import { AgentError, type Replacement } from '@seamfold/core/kit'
import { damagedLine, explainFileError, fileErrorCode } from './file-errors.ts'
import { type Line, toLines, toRecord } from './line.ts'
import { logPath, openLog, readBatches, type Folder, type LogFile } from './log-file.ts'
import { newHead, readHead } from './log-head.ts'

/** What the new file was made from: it takes the name only if nobody has written meanwhile. */
type Written = { readonly file: number; readonly tag: string; readonly size: number }

/** Throws `store_conflict`, having changed nothing, when another record stands where one is to be replaced. */
export async function replaceRecords(folder: Folder, key: string, changes: readonly Replacement[]): Promise<void> {
  if (changes.length === 0) return
  const path = logPath(folder, key)
  const part = `${path}.new`
  try {
    while (!(await replaceOnce(folder, { key, path, part, changes }))) continue
    await folder.disk.syncFolder(folder.path)
  } catch (error) {
    removeIfThere(folder, part)
    throw explainFileError(error, path)
  }
}

type Work = { readonly key: string; readonly path: string; readonly part: string; readonly changes: readonly Replacement[] }

/** The disk is waited for between two holds of the lock, so that nobody else has to. False when somebody wrote in between. */
async function replaceOnce(folder: Folder, work: Work): Promise<boolean> {
  const { disk, lock } = folder
  const written = await lock.run(() => writePart(folder, work))
  try {
    await disk.sync(written.file)
  } finally {
    disk.close(written.file)
  }
  return lock.run(() => takeName(folder, work, written))
}

function writePart(folder: Folder, { key, part, changes }: Work): Written {
  const { disk } = folder
  const log = openLog(folder, key, 'r')
  if (log?.index === undefined) {
    if (log !== undefined) disk.close(log.file)
    throw conflict(key, changes[0]?.offset ?? 0)
  }
  try {
    const batches = changedBatches(folder, key, { log, changes })
    const replaced = readHead(disk, log.file, log.path)?.replaced ?? []
    const { head, bytes } = newHead(key, [...replaced, log.index.tag])
    const parts = [bytes]
    let mark = head.start
    for (const records of batches) {
      const lines = toLines(records, mark)
      parts.push(lines.bytes)
      mark = lines.end
    }
    removeIfThere(folder, part) // what a process that died has left
    const file = disk.open(part, 'wx+')
    disk.write(file, Buffer.concat(parts), 0)
    return { file, tag: log.index.tag, size: log.size }
  } finally {
    disk.close(log.file)
  }
}

/** The records of each batch, the changed ones in their places. */
function changedBatches(
  { disk }: Folder,
  key: string,
  { log, changes }: { readonly log: LogFile; readonly changes: readonly Replacement[] },
): readonly (readonly string[])[] {
  const start = log.index?.before(0)
  if (start === undefined) return []
  const { lines, rest } = readBatches(disk, log.file, { start, limit: log.size, page: log.size })
  if (typeof rest !== 'string') throw damagedLine(log.path, rest.offset + 2, { key, reason: rest.reason })
  const wanted = new Map(changes.map((change) => [change.offset, change]))
  const other = changes.find(({ offset, expected }) => lines[offset] === undefined || toRecord(lines[offset].body) !== expected)
  if (other !== undefined) throw conflict(key, other.offset)
  const batches: string[][] = []
  for (const line of lines) {
    if (line.index === 1) batches.push([])
    batches.at(-1)?.push(wanted.get(line.offset)?.record ?? recordOf(line, log.path, key))
  }
  return batches
}

function recordOf({ body, offset }: Line, path: string, key: string): string {
  const record = toRecord(body)
  if (record === undefined) throw damagedLine(path, offset + 2, { key, reason: 'its record has no shape that this store writes' })
  return record
}

function takeName(folder: Folder, { key, path, part }: Work, { tag, size }: Written): boolean {
  const { disk } = folder
  const log = openLog(folder, key, 'r')
  const same = log?.index?.tag === tag && log.size === size
  if (log !== undefined) disk.close(log.file)
  if (!same) return false
  disk.rename(part, path)
  return true
}

function removeIfThere({ disk }: Folder, path: string): void {
  try {
    disk.remove(path)
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') throw error
  }
}

const conflict = (key: string, offset: number): AgentError =>
  new AgentError('store_conflict', `Log ${JSON.stringify(key)} holds another record at ${offset} than the one that was to be replaced`, {
    details: { key, offset },
  })
