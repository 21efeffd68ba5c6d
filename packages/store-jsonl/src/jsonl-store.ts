/** A session store in plain files. */
import { resolve } from 'node:path'
import { AgentError, type SessionStore } from '@seamfold/core/kit'
import { appendBatch } from './append-batch.ts'
import { createFolder, nodeDisk, type Disk } from './disk.ts'
import { explainFileError, fileErrorCode } from './file-errors.ts'
import { FolderLock } from './folder-lock.ts'
import { KeyOrder } from './key-order.ts'
import { listKeys } from './list-keys.ts'
import { logPath, type Folder } from './log-file.ts'
import { LogIndexes } from './log-index.ts'
import { readLog } from './read-log.ts'
import { replaceRecords } from './replace-records.ts'

export interface JsonlOptions {
  /** Milliseconds that a write waits while another process writes, before `store_unavailable`. Default: 5,000. */
  readonly busyTimeoutMs?: number
}

/**
 * Keeps sessions in a folder, one file a log and one line a record, that any number of processes on this machine may share.
 * The folder is created at once. Throws `store_unavailable` with the path and the way out.
 */
export function jsonlStore(directory: string, options: JsonlOptions = {}): SessionStore {
  return storeOn(nodeDisk, directory, options)
}

/** The same on a disk of choice. */
export function storeOn(disk: Disk, directory: string, options: JsonlOptions): SessionStore {
  const folder = openFolder(disk, directory, options)
  const order = new KeyOrder()
  let closed: Promise<void> | undefined
  const assertOpen = (): void => {
    if (closed === undefined) return
    throw new AgentError('store_unavailable', `The JSONL store ${JSON.stringify(folder.path)} was closed: make a new one`, {
      retryable: false,
    })
  }
  const finish = async (): Promise<void> => {
    await order.settled()
    folder.lock.close()
  }
  return {
    contract: 1,
    async append(key, records, { expected, sync = false, signal }) {
      assertOpen()
      signal?.throwIfAborted()
      const batch = { key, records: checked(records), expected, sync }
      await order.run(key, () => appendBatch(folder, batch, signal))
    },
    read: (key, { from = 0, signal } = {}) => readLog(folder, { key, from: Math.max(0, from), signal, assertOpen }),
    keys: ({ prefix = '', signal } = {}) => listKeys(folder, { prefix, signal, assertOpen }),
    async delete(key) {
      assertOpen()
      await order.run(key, () => deleteLog(folder, key))
    },
    async replace(key, changes) {
      assertOpen()
      const wanted = [...changes]
      await order.run(key, () => replaceRecords(folder, key, wanted))
    },
    close: () => (closed ??= finish()),
  }
}

/** Creates what is missing and checks the options. */
export function openFolder(disk: Disk, directory: string, { busyTimeoutMs = 5_000 }: JsonlOptions): Folder {
  if (directory === '')
    throw new AgentError('invalid_argument', "The directory of a JSONL store is empty: name one, such as '.seamfold/log'")
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new AgentError('invalid_argument', `busyTimeoutMs is ${busyTimeoutMs}: use a number of milliseconds, 0 or more`)
  }
  const path = resolve(directory)
  try {
    createFolder(path)
  } catch (error) {
    throw explainFileError(error, path)
  }
  return { path, disk, lock: new FolderLock(path, { busyTimeoutMs }), indexes: new LogIndexes() }
}

/** Removing a name is one step: a crash leaves the whole log or none of it. */
async function deleteLog(folder: Folder, key: string): Promise<void> {
  const { disk, lock, indexes } = folder
  const path = logPath(folder, key)
  try {
    await lock.run(() => disk.remove(path))
    indexes.delete(path)
    await disk.syncFolder(folder.path)
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') throw explainFileError(error, path)
  }
}

/** A copy, because the batch is written later than it is given when another is under way. */
function checked(records: readonly string[]): readonly string[] {
  const wrong = records.findIndex((record) => typeof record !== 'string')
  if (wrong === -1) return [...records]
  throw new AgentError('invalid_argument', `Record ${wrong} of the batch is a ${typeof records[wrong]}, not a string: serialise it first`)
}
