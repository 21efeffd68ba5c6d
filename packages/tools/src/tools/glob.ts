/** The `glob` tool: files by their name. */
import { succeeded, tool, type Tool } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'
import { globMatcher } from '../search/glob-matcher.ts'
import { matchingPaths } from '../search/matching-paths.ts'
import type { WorkspaceSearch } from '../search/workspace-search.ts'
import { reporting } from '../workspace/fault.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { pathAccess } from './paths.ts'
import { shownPath } from './shown-path.ts'

const MOST = 1_000

const input = toolInput({
  pattern: z.string().min(1).describe("A glob, e.g. '**/*.test.ts' or 'src/**'. One without / matches names at any depth"),
  path: z.string().default('.').describe('Directory to look in; the pattern counts from there. Default: the root of the workspace'),
})

/** Ignored files are left out, hidden ones are not. Sorted by path, at most 1,000. */
export const globTool = (workspace: Workspace, search: WorkspaceSearch): Tool =>
  tool({
    name: 'glob',
    description: 'Find files by a pattern of their path. What .gitignore or .ignore name is left out. Sorted by path.',
    input,
    access: ({ path }) => pathAccess(workspace, 'read', path),
    effect: 'none',
    execute: reporting(async ({ pattern, path }: z.infer<typeof input>, { signal }: { signal: AbortSignal }) => {
      const from = await workspace.resolve(path)
      const matches = globMatcher(pattern, from)
      const { paths, partial } = await search.files({ path: from, signal })
      const found = await matchingPaths(paths, matches, signal)
      const notes = [
        ...(found.length > MOST ? [`[the first ${MOST} of ${found.length}; narrow the pattern]`] : []),
        ...(partial === undefined ? [] : [`[${partial}]`]),
      ]
      if (found.length === 0) return succeeded([`No files match ${pattern}`, ...notes].join('\n'), { files: 0 })
      return succeeded([...found.slice(0, MOST).map(shownPath), ...notes].join('\n'), { files: found.length })
    }),
  })
