/** Reads a file that is to be changed: all of it, as text that can be written back byte for byte. */
import { fault } from '../workspace/fault.ts'
import type { Workspace } from '../workspace/workspace.ts'

const LIMIT_BYTES = 16 * 1024 * 1024

/** All bytes of a file. Throws a fault when there are more than `limit`. */
export async function wholeFile(workspace: Workspace, path: string, limit: number = LIMIT_BYTES): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of workspace.readFile(path)) {
    size += piece.length
    if (size > limit)
      throw fault('unsupported', `${path} has more than ${limit} bytes: too many to be held at once. Work on it with a command`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** The text of a file. Throws a fault when it is not UTF-8, or has more than `limit` bytes. */
export async function wholeText(workspace: Workspace, path: string, limit?: number): Promise<string> {
  const bytes = await wholeFile(workspace, path, limit)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw fault('unsupported', `${path} is not UTF-8 text: changing it as text would damage it. Use a command made for its format`, error)
  }
}
