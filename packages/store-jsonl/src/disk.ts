/** The few things that are asked of the file system, in one place so that their order can be observed. */
import {
  closeSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { AgentError } from '@seamfold/core/kit'
import { fileErrorCode } from './file-errors.ts'

/** Errors are Node's, with their `code`. */
export interface Disk {
  /** `r` to read, `r+` to write too, `wx+` to create what must not be there. */
  open(path: string, flag: 'r' | 'r+' | 'wx+'): number
  size(file: number): number
  /** Reads up to `length` bytes; fewer only where the file ends. */
  read(file: number, position: number, length: number): Buffer
  /** Writes all of the bytes, or throws with some of them written. */
  write(file: number, bytes: Uint8Array, position: number): void
  truncate(file: number, length: number): void
  close(file: number): void
  remove(path: string): void
  rename(from: string, to: string): void
  /** Waits until everything written to the file so far is on the disk. */
  sync(file: number): Promise<void>
  /** Waits until the names in a folder are on the disk. */
  syncFolder(folder: string): Promise<void>
}

const syncFile = promisify(fsync)

export const nodeDisk: Disk = {
  open: (path, flag) => openSync(path, flag),
  size: (file) => fstatSync(file).size,
  read(file, position, length) {
    const bytes = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const count = readSync(file, bytes, filled, length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  },
  write(file, bytes, position) {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file, bytes, written, bytes.length - written, position + written)
    }
  },
  truncate: (file, length) => ftruncateSync(file, length),
  close: (file) => closeSync(file),
  remove: (path) => unlinkSync(path),
  rename: (from, to) => renameSync(from, to),
  sync: (file) => syncFile(file),
  async syncFolder(folder) {
    // Windows opens no folders and keeps their names without being asked.
    if (process.platform === 'win32') return
    const file = openSync(folder, 'r')
    try {
      await syncFile(file)
    } finally {
      closeSync(file)
    }
  },
}

/**
 * Creates a folder, with what is missing above it, so that it survives loss of power. One after the other: where none can be made, as in
 * `/proc`, the `recursive` of Node tries for ever.
 */
export function createFolder(folder: string): void {
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) createFolder(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (isFolder(folder)) return
    if (fileErrorCode(error) !== 'ENOENT') throw error
    const message = `The folder ${JSON.stringify(folder)} cannot be made: nothing can be made in ${above}. Choose another folder`
    throw new AgentError('store_unavailable', message, { cause: error, details: { path: folder, errno: 'ENOENT' } })
  }
  // A new folder's name is kept by the one above it.
  syncNames(above)
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

function syncNames(folder: string): void {
  // Windows opens no folders and keeps their names without being asked.
  if (process.platform === 'win32') return
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
