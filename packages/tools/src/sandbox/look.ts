/** Looks at what is at a path, without following a link there. */
import { lstatSync } from 'node:fs'

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
