/** Creates the folder of a file so that it survives loss of power. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Creates what is missing above `path`. */
export function createParent(path: string): void {
  const folder = dirname(path)
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  // A new folder's name is kept by the folder above it, so each one from the first new one down is synced.
  for (let above = dirname(folder); above.length >= dirname(first).length; above = dirname(above)) {
    syncFolder(above)
    if (above === dirname(above)) return
  }
}

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
