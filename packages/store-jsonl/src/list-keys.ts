/** Lists the keys of a folder that begin with a prefix, to the letter. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTask } from 'node:timers/promises'
import { AgentError } from '@seamfold/core/kit'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { fileName, plainKey } from './file-name.ts'
import { EXTENSION, readBatches, type Folder } from './log-file.ts'
import { readHead } from './log-head.ts'

/** Names of files that this store may have made; what else a person keeps in the folder is left alone. */
const OURS = /^(?:[a-z0-9_.-]+|.+~[0-9a-f]{32})\.jsonl$/
/** Most first batches fit. */
const FIRST_READ = 16 * 1024
/** So many files are looked at before others get their turn. */
const FILES = 32

export interface KeysRequest {
  readonly prefix: string
  readonly signal: AbortSignal | undefined
  /** Throws when the store is closed. */
  assertOpen(): void
}

export async function* listKeys(folder: Folder, { prefix, signal, assertOpen }: KeysRequest): AsyncGenerator<string> {
  assertOpen()
  signal?.throwIfAborted()
  let seen = 0
  for (const entry of entries(folder.path)) {
    if (++seen % FILES === 0) await nextTask()
    signal?.throwIfAborted()
    assertOpen()
    const name = entry.slice(0, -EXTENSION.length)
    if (plainKey(name)?.startsWith(prefix) === false) continue
    const key = keyOf(folder, name)
    if (key?.startsWith(prefix) === true) yield key
  }
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => OURS.test(name))
  } catch (error) {
    throw explainFileError(error, path)
  }
}

/** The key that a file holds records of, or undefined when it holds none, or none any more. */
function keyOf({ path: folder, disk }: Folder, name: string): string | undefined {
  const path = join(folder, name + EXTENSION)
  let file: number | undefined
  try {
    file = disk.open(path, 'r')
    const head = readHead(disk, file, path)
    if (head === undefined) return undefined
    const first = readBatches(disk, file, { start: head.start, limit: disk.size(file), page: FIRST_READ })
    // A damaged log is a log: reading it tells where.
    if (first.lines.length === 0 && typeof first.rest === 'string') return undefined
    if (fileName(head.key) === name) return head.key
    throw new AgentError(
      'store_corrupt',
      `${JSON.stringify(path)} holds the log ${JSON.stringify(head.key)}, which is not found under that name: rename it to ${fileName(head.key)}${EXTENSION}, or move it elsewhere`,
      { details: { path, key: head.key } },
    )
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw explainFileError(error, path)
  } finally {
    if (file !== undefined) disk.close(file)
  }
}
