/** The `ls` tool: what is in a directory. */
import { succeeded, tool, type Tool } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { reporting } from '../workspace/fault.ts'
import type { DirectoryEntry, Workspace } from '../workspace/workspace.ts'
import { pathAccess } from './paths.ts'
import { shownPath } from './shown-path.ts'

const MOST = 1_000

const input = toolInput({ path: z.string().default('.').describe('Path of the directory. Default: the root of the workspace') })

/** Lists names, hidden ones too; directories end with `/`, links show their target. At most 1,000. */
export const lsTool = (workspace: Workspace): Tool =>
  tool({
    name: 'ls',
    description:
      'List what is in a directory: directories end with /, files come with their size in bytes. To find files by name use glob.',
    input,
    access: ({ path }) => pathAccess(workspace, 'read', path),
    effect: 'none',
    execute: reporting(async ({ path }: z.infer<typeof input>) => {
      const entries = await workspace.list(path)
      if (entries.length === 0) return succeeded(`[${path} is empty]`)
      const note = entries.length > MOST ? `\n[the first ${MOST} of ${entries.length}; use glob with a pattern for the rest]` : ''
      return succeeded(entries.slice(0, MOST).map(describe).join('\n') + note, { entries: entries.length })
    }),
  })

function describe({ name: given, kind, size, target }: DirectoryEntry): string {
  const name = shownPath(given)
  switch (kind) {
    case 'directory':
      return `${name}/`
    case 'file':
      return size === undefined ? name : `${name}  ${size}`
    case 'link':
      return `${name} -> ${target === undefined ? '?' : shownPath(target)}`
    case 'special':
      return `${name}  [pipe, socket or device]`
  }
}
