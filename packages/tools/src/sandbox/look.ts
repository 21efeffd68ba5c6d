/** Looks at what is at a path, without being led elsewhere by a link. */
import { lstatSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'

/** Both absolute, without links and dots. */
export const isInside = (outer: string, path: string): boolean => path === outer || path.startsWith(outer === sep ? sep : `${outer}${sep}`)

/** `undefined`: nothing, or nothing that this process may see. */
export function lookAt(path: string): 'folder' | 'link' | 'file' | undefined {
  try {
    const found = lstatSync(path)
    return found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'folder' : 'file'
  } catch {
    // For a sandbox both are the same: it cannot be shown.
    return undefined
  }
}

/** Where a path really leads; the path itself where there is nothing. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    // Nothing there, or nothing that this process may see.
    return path
  }
}

/** Whether something is there, and no link on the way leads elsewhere: what a model may write may be such a link. */
export const isItself = (path: string): boolean => realPath(path) === path && lookAt(path) !== undefined
