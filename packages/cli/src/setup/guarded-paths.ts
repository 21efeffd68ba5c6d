/** Paths that are not written like others, whatever the mode and the rules: what the command and git keep for themselves. */
import { realpathSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import type { Access, Rule } from '@seamfold/core'

/** `own`: the journals' folder. `git`: a repository's own folder, whose hooks and settings name commands. `configuration`: it is run at the next start. */
export type Guard = 'own' | 'git' | 'configuration'

const CONFIGURATION = /^seamfold\.config\.[^.]+$/

/** What a disk may take for one and the same: letters of either case, variants of a letter, and characters without a width. */
const fold = (path: string): string =>
  path
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()

/** Some disks leave out dots and spaces at the end of a name, and take what follows a colon for a part of the file. */
const names = (path: string): readonly string[] => path.split(/[/\\]/).map((name) => name.replace(/(?<=.)(?::.*|[. ]+)$/, ''))

/** Why a write is guarded; undefined for what is not. `configuration` is the path of the file that is in use, as accesses have it. */
export function guardOf(access: Access, configuration?: string): Guard | undefined {
  if (access.kind !== 'write') return undefined
  const path = fold(access.path)
  const segments = names(path)
  if (segments.includes('.seamfold')) return 'own'
  if (segments.includes('.git')) return 'git'
  const isConfiguration = CONFIGURATION.test(segments.at(-1) ?? '') || (configuration !== undefined && path === fold(configuration))
  return isConfiguration ? 'configuration' : undefined
}

/** The path of one file as a glob: what stands for more than itself there matches one letter. */
const asGlob = (path: string): string => path.replaceAll(/[*?{}]/g, '?')

/** The guards as rules, for whoever judges without this file: names as they are usually written, and files that are run or believed. */
export const guardRules = (files: readonly string[]): readonly Rule[] => [
  { deny: { access: 'write', path: '{**/,}.seamfold{/**,}' } },
  ...['{**/,}.git{/**,}', '{**/,}seamfold.config.*', ...[...new Set(files)].map(asGlob)].map((path): Rule => ({
    ask: { access: 'write', path },
  })),
]

/** A file as accesses have it: relative to the workspace, or absolute outside of it, with links followed. */
export function accessPath(workspace: string, file: string): string {
  const path = realpathSync(file)
  const inside = relative(realpathSync(workspace), path).replaceAll('\\', '/')
  return inside.startsWith('../') || isAbsolute(inside) ? path : inside
}
