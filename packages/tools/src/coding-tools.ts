/** All coding tools for one workspace, in one call. */
import type { Tool } from '@seamfold/core/kit'
import { bashTool } from './tools/bash.ts'
import { editTool } from './tools/edit.ts'
import { globTool } from './tools/glob.ts'
import { grepTool } from './tools/grep.ts'
import { lsTool } from './tools/ls.ts'
import { readTool } from './tools/read.ts'
import { writeTool } from './tools/write.ts'
import { localWorkspace } from './workspace/local-workspace.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What coding tools are told. */
export interface CodingToolsOptions {
  /** A directory of this machine, or any workspace. */
  readonly workspace: string | Workspace
}

/**
 * The tools that an agent needs to work on code. What a workspace cannot do has no tool: without a shell no `bash` and no `git`,
 * without a search no `glob` and no `grep`. Throws `invalid_argument` when the directory does not exist.
 */
export function codingTools({ workspace: given }: CodingToolsOptions): readonly Tool[] {
  const workspace = typeof given === 'string' ? localWorkspace(given) : given
  const { search, shell } = workspace
  return [
    readTool(workspace),
    writeTool(workspace),
    editTool(workspace),
    lsTool(workspace),
    ...(search === undefined ? [] : [globTool(workspace, search), grepTool(workspace, search)]),
    ...(shell === undefined ? [] : [bashTool(shell)]),
  ]
}
