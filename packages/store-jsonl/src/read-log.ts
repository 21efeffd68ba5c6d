/** Reads a log in pages, so that no file stays open while the reader is busy elsewhere. */
import { setImmediate as nextTask } from 'node:timers/promises'
import { isAgentError, type StoredRecord } from '@seamfold/core/kit'
import { damagedLine } from './file-errors.ts'
import { toRecord, type Line, type Mark } from './line.ts'
import { logPath, PAGE, readBatches, withLog, type Folder } from './log-file.ts'
import { readHead } from './log-head.ts'
import type { Batches } from './parse-batches.ts'

export interface ReadRequest {
  readonly key: string
  readonly from: number
  readonly signal: AbortSignal | undefined
  /** Throws when the store is closed. */
  assertOpen(): void
}

/** Bytes of the first page: some only look at how a log begins. */
const FIRST_PAGE = 16 * 1024

/** Where a read is: in which log, and how much of it the log held when the read began. */
type Position = { readonly tag: string; readonly start: Mark; readonly limit: number }

/** Yields what the log held when the first record was asked for. */
export async function* readLog(folder: Folder, request: ReadRequest): AsyncGenerator<StoredRecord> {
  const { key, from, signal } = request
  for await (const line of readLines(folder, request)) {
    signal?.throwIfAborted()
    if (line.offset < from) continue
    const record = toRecord(line.body)
    if (record === undefined)
      throw damagedLine(logPath(folder, key), line.offset + 2, { key, reason: 'its record has no shape that this store writes' })
    yield { offset: line.offset, record }
  }
}

/** Looks at a log that this process has not seen yet from its first line to its last, without keeping anybody waiting. */
export async function getAcquainted(folder: Folder, key: string): Promise<void> {
  for await (const _ of readLines(folder, { key, from: 0, signal: undefined, assertOpen: () => undefined })) continue
}

/** The lines of whole batches, from the batch that holds `from` or one before it. */
async function* readLines(folder: Folder, request: ReadRequest): AsyncGenerator<Line> {
  const { key, from, signal, assertOpen } = request
  assertOpen()
  signal?.throwIfAborted()
  let at = withLog(folder, key, (log) => {
    if (log?.index === undefined) return undefined
    return { tag: log.index.tag, start: log.index.before(from), limit: log.size }
  })
  let next = 0
  let page = FIRST_PAGE
  while (at !== undefined && at.start.position < at.limit) {
    const batches = await readPage(folder, key, { ...at, page })
    page = PAGE
    if (batches === undefined) {
      at = successorOf(folder, key, { tag: at.tag, next })
      continue
    }
    for (const line of batches.lines) {
      if (line.offset < next) continue
      next = line.offset + 1
      yield line
    }
    if (typeof batches.rest !== 'string') {
      folder.indexes.delete(logPath(folder, key))
      throw damagedLine(logPath(folder, key), batches.rest.offset + 2, { key, reason: batches.rest.reason })
    }
    // What is left is not a whole batch, or was not when the read began.
    if (batches.end.position === at.start.position) return
    at = { ...at, start: batches.end }
    await nextTask()
    assertOpen()
  }
}

/** Where to go on when the file has changed: nowhere in a log that was deleted, at the same record in one that was replaced. */
function successorOf(folder: Folder, key: string, { tag, next }: { readonly tag: string; readonly next: number }): Position | undefined {
  return withLog(folder, key, (log) => {
    if (log?.index === undefined || readHead(folder.disk, log.file, log.path)?.replaced.includes(tag) !== true) return undefined
    return { tag: log.index.tag, start: log.index.before(next), limit: log.size }
  })
}

async function readPage(folder: Folder, key: string, at: Position & { readonly page: number }): Promise<Batches | undefined> {
  const look = (): Batches | undefined =>
    withLog(folder, key, (log) => {
      if (log?.index?.tag !== at.tag) return undefined
      const batches = readBatches(folder.disk, log.file, at)
      log.index.note(batches.end)
      return batches
    })
  const batches = look()
  if (batches === undefined || typeof batches.rest === 'string') return batches
  // It may only look damaged, because a writer was replacing what a dead one had left: look again while nobody writes.
  try {
    return await folder.lock.run(look)
  } catch (error) {
    // A folder that this user cannot write has no writers of this user to wait for.
    if (isAgentError(error) && !error.retryable) return batches
    throw error
  }
}
