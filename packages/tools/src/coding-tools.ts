/** All coding tools for one workspace, in one call. */
import { AgentError, type Tool } from '@seamfold/core/kit'
import type { SandboxMode, SandboxOptions } from './sandbox/sandbox-options.ts'
import { bashTool, outsideTool } from './tools/bash.ts'
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
  /** Whether commands run in a sandbox. Default: `off`. For a directory only: a workspace is made with its own. */
  readonly sandbox?: SandboxMode | SandboxOptions
}

/**
 * The tools that an agent needs to work on code. What a workspace cannot do has no tool: without a shell no `bash` and no `git`,
 * without a search no `glob` and no `grep`. Throws `invalid_argument` when the directory does not exist, `unsupported` when a sandbox is
 * required and there is none.
 */
export function codingTools({ workspace: given, sandbox = 'off', ...web }: CodingToolsOptions): readonly Tool[] {
  if (typeof given !== 'string' && sandbox !== 'off') {
    throw new AgentError('invalid_argument', 'The workspace is already made: give the sandbox to localWorkspace(…), which makes its shell')
  }
  const workspace = typeof given === 'string' ? localWorkspace(given, { sandbox }) : given
  const { search, shell } = workspace
  const tools = [
    readTool(workspace),
    writeTool(workspace),
    editTool(workspace),
    patchTool(workspace),
    lsTool(workspace),
    ...(search === undefined ? [] : [globTool(workspace, search), grepTool(workspace, search)]),
    ...(shell === undefined ? [] : [bashTool(shell, workspace), gitTool(workspace, shell)]),
    ...(shell?.outside === undefined ? [] : [outsideTool(shell.outside, workspace)]),
    webFetchTool(web),
    updatePlanTool(),
  ]
  return [...tools, batchTool(tools)]
}
