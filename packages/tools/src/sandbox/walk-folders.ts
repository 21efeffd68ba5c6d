/** Goes through the folders of a workspace, the upper ones first and never too many: it is done before and after each command, and for secrets. */
import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'

const MOST_FOLDERS = 2_000
/** Folders of what is installed are many, and what is in them belongs to no one who works there. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules'])

/** Calls `see` for everything but what lies in `.git`, in `node_modules`, and behind the first 2,000 folders. Follows no links. */
export function walkFolders(root: string, see: (entry: Dirent, path: string) => void): void {
  const folders = [root]
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      see(entry, path)
      if (entry.isDirectory() && !LEFT_OUT.has(entry.name) && folders.length < MOST_FOLDERS) folders.push(path)
    }
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return [] // gone meanwhile, or not ours to read
  }
}
