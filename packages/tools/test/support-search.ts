/** Both ways to search one directory: with ripgrep, where the machine has it, and without. */
import { spawnSync } from 'node:child_process'
import { localWorkspace, type Workspace } from '@seamfold/tools'

export const hasRipgrep: boolean = spawnSync('rg', ['--version']).status === 0

/** The ways that this machine has, by name. */
export const ways = (root: string): readonly (readonly [string, Workspace])[] => [
  ['without ripgrep', localWorkspace(root, { ripgrep: null })],
  ...(hasRipgrep ? [['with ripgrep', localWorkspace(root)] as const] : []),
]
