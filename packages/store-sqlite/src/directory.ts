/** Creates the folder of a file so that it survives loss of power. */
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Creates what is missing above `path`. */
export function createParent(path: string): void {
  createFolder(dirname(path))
}

/** One folder after the other: where none can be made, as in `/proc`, the `recursive` of Node tries for ever. */
function createFolder(folder: string): void {
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) createFolder(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw error
  }
  // A new folder's name is kept by the folder above it.
  syncFolder(above)
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Waits until a file's bytes, or the names in a folder, are on the disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export function syncFolder(folder: string): void {
  try {
    syncPath(folder)
  } catch {
    // Windows cannot sync a folder and does not need to; elsewhere opening the database reports what is wrong.
  }
}
