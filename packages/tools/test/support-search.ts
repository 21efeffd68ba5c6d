/** Both ways to search one directory: with ripgrep, where the machine has it, and without. */
import { spawnSync } from 'node:child_process'
import { grepTool, localWorkspace, type Workspace } from '@seamfold/tools'
import { call, temporaryDirectory, textOf } from './support.ts'

export const hasRipgrep: boolean = spawnSync('rg', ['--version']).status === 0

/** The ways that this machine has, by name. */
export const ways = (root: string): readonly (readonly [string, Workspace])[] => [
  ['without ripgrep', localWorkspace(root, { ripgrep: null })],
  ...(hasRipgrep ? [['with ripgrep', localWorkspace(root)] as const] : []),
]

/** What the model reads when it searches. */
export const grep = (workspace: Workspace, input: Record<string, string | number | boolean>): Promise<string> =>
  call(grepTool(workspace, workspace.search!), input).then(textOf)

/** Runs a check in one directory with these files, once for each way to search it. */
export async function eachWay(
  files: Record<string, string | Uint8Array>,
  check: (workspace: Workspace, root: string) => Promise<void>,
): Promise<void> {
  const root = temporaryDirectory(files)
  for (const [, workspace] of ways(root)) await check(workspace, root)
}
