/** What commands in a sandbox may change: the workspace without what is run or believed outside of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { hiddenPlaces } from './hidden-places.ts'
import { isInside, isItself, lookAt, realPath } from './look.ts'
import type { SandboxPlan } from './sandbox-options.ts'
import { emptied, readOnly } from './system-mounts.ts'

/** What git runs commands from, below its folder. */
const GIT_FROZEN = ['config', 'hooks', 'config.worktree', 'commondir'] as const

/** Configurations of the command line: they are run at the next start. */
const CONFIGURATION = ['ts', 'mts', 'js', 'mjs', 'json'].map((end) => `seamfold.config.${end}`)

/** Words for bubblewrap, and what was not there, so that it could not be frozen. */
export type WorkspaceMounts = {
  readonly words: readonly string[]
  readonly absent: readonly string[]
  /** Folders of git in which what git runs is frozen. */
  readonly repositories: readonly string[]
  /** What is shown as it was looked at: a link that takes its place meanwhile must not be followed. */
  readonly places: readonly string[]
}

export function workspaceMounts({ root, writable, frozen, hidden }: SandboxPlan): WorkspaceMounts {
  const places = [root, ...writable]
  const git = gitFolder(root)
  const own = git === join(root, '.git') ? [git, ...modulesOf(git)] : []
  const kept = [
    ...own.flatMap((folder) => GIT_FROZEN.map((name) => join(folder, name))),
    ...CONFIGURATION.map((name) => join(root, name)),
    // What is not writable needs no freezing, and would be shown by it.
    ...frozen.filter((path) => places.some((place) => isInside(place, path))),
  ]
  // What a link leads to is hidden, and not the link.
  const empty = outermost([join(root, '.seamfold'), ...hiddenPlaces(root, hidden)].map(realPath))
  // A folder that is mounted cannot be moved away with what is frozen in it.
  const pinned = new Set([...own, ...[...kept, ...hidden].flatMap((path) => places.flatMap((place) => foldersBetween(place, path)))])
  const folders = [...pinned].toSorted().filter((path) => isItself(path) && isRealFolder(path))
  const files = kept.filter(isItself)
  return {
    repositories: own,
    // What is hidden is not there to be compared.
    places: [root, ...folders, ...files].filter((path) => !empty.some((place) => isInside(place, path))),
    words: [
      ...(git === undefined || isInside(root, git) ? [] : readOnly(git)),
      ...writable.filter((path) => (isInside(root, path) ? isItself(path) : existsSync(path))).flatMap(bound),
      ...bound(root),
      ...folders.flatMap(bound),
      ...files.flatMap(readOnly),
      ...empty.flatMap(emptied),
    ],
    absent: [...kept, join(root, '.seamfold')].filter((path) => isMissingFrom(root, path)),
  }
}

/** Without those that lie in another one. */
const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && isInside(other, path)))

/** Whether it could be made there: its folder is in the workspace, and nothing of that name. */
const isMissingFrom = (root: string, path: string): boolean =>
  isInside(root, path) && isRealFolder(dirname(path)) && lookAt(path) === undefined

const bound = (path: string): readonly string[] => ['--bind', path, path]

const isRealFolder = (path: string): boolean => lookAt(path) === 'folder'

function foldersBetween(root: string, path: string): readonly string[] {
  if (!isInside(root, path)) return []
  const names = relative(root, dirname(path)).split(sep)
  return names[0] === '' ? [] : names.map((_, index) => join(root, ...names.slice(0, index + 1)))
}

/** The repository that the workspace lies in; `undefined` without one. */
function gitFolder(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = lookAt(join(folder, '.git'))
    if (found === 'folder') return join(folder, '.git')
    if (found === 'file') return repositoryOf(join(folder, '.git'))
    if (dirname(folder) === folder) return undefined
  }
}

/**
 * A worktree has a file that names its folder in the repository. The file may be the model's, so that folder must name the file as
 * well; or, for a submodule, be in the repository around it.
 */
function repositoryOf(file: string): string | undefined {
  const named = /^gitdir: (.+)$/m.exec(firstOf(file))?.[1]
  if (named === undefined) return undefined
  const folder = resolve(dirname(file), named)
  const [, repository, kind] = /^(.*\/\.git)\/(worktrees|modules)\/[^/]+$/.exec(folder) ?? []
  if (repository === undefined) return undefined
  const isIts = kind === 'modules' ? isInside(dirname(repository), file) : firstOf(join(folder, 'gitdir')).trim() === file
  return isIts && isRealFolder(repository) ? repository : undefined
}

function firstOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, 4096)
  } catch {
    // No such file is no such name.
    return ''
  }
}

/** Submodules have repositories of their own in that of the whole. */
function modulesOf(git: string): readonly string[] {
  const modules = join(git, 'modules')
  if (!isRealFolder(modules)) return []
  return [modules, ...readdirSync(modules).map((name) => join(modules, name))].filter(isRealFolder)
}
