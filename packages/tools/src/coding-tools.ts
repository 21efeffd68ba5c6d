/** All coding tools for one workspace, in one call. */
import type { Tool } from '@seamfold/core/kit'
import { bashTool } from './tools/bash.ts'
import { batchTool } from './tools/batch.ts'
import { editTool } from './tools/edit.ts'
import { gitTool } from './tools/git.ts'
import { globTool } from './tools/glob.ts'
import { grepTool } from './tools/grep.ts'
import { lsTool } from './tools/ls.ts'
import { patchTool } from './tools/patch.ts'
import { readTool } from './tools/read.ts'
import { updatePlanTool } from './tools/update-plan.ts'
import { type WebFetchOptions, webFetchTool } from './tools/web-fetch.ts'
import { writeTool } from './tools/write.ts'
import { localWorkspace } from './workspace/local-workspace.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What coding tools are told. */
export interface CodingToolsOptions extends WebFetchOptions {
  /** A directory of this machine, or any workspace. */
  readonly workspace: string | Workspace
}

/**
 * The tools that an agent needs to work on code. What a workspace cannot do has no tool: without a shell no `bash` and no `git`,
 * without a search no `glob` and no `grep`. Throws `invalid_argument` when the directory does not exist.
 */
export function codingTools({ workspace: given, ...web }: CodingToolsOptions): readonly Tool[] {
  const workspace = typeof given === 'string' ? localWorkspace(given) : given
  const { search, shell } = workspace
  const tools = [
    readTool(workspace),
    writeTool(workspace),
    editTool(workspace),
    patchTool(workspace),
    lsTool(workspace),
    ...(search === undefined ? [] : [globTool(workspace, search), grepTool(workspace, search)]),
    ...(shell === undefined ? [] : [bashTool(shell, workspace), gitTool(workspace, shell)]),
    webFetchTool(web),
    updatePlanTool(),
  ]
  return [...tools, batchTool(tools)]
}
