/** Takes away what a command put into repositories of git so that git would run it outside of its sandbox. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gitCommands, type GitCommands, readLines } from './git-commands.ts'
import { isInside, lookAt, realPath } from './look.ts'
import { freeName, type MovedAside, movedAside } from './set-aside.ts'
import { walkFolders } from './walk-folders.ts'

/** The repositories below a workspace, by their own folders, and what git would run of each. */
export type Repositories = ReadonlyMap<string, GitCommands>

/** Without those in `frozen`, which no command can change. */
export function repositoriesIn(root: string, frozen: readonly string[]): Repositories {
  const found = new Map<string, GitCommands>()
  const add = (folder: string): void => {
    const real = realPath(folder)
    if (found.has(real) || frozen.includes(real) || !isInside(root, real) || lookAt(real) !== 'folder') return
    // A worktree has its settings from the repository that it belongs to.
    const common = realPath(resolve(real, firstLine(join(real, 'commondir')) ?? '.'))
    found.set(real, gitCommands(real, isInside(root, common)))
    add(common)
  }
  walkFolders(root, ({ name }, path) => {
    if (name !== '.git') return
    const named = lookAt(path) === 'folder' ? path : resolve(dirname(path), firstLine(path)?.replace(/^gitdir: /, '') ?? '.git')
    add(named)
    walkFolders(join(realPath(named), 'modules'), (entry, module) => entry.name === 'HEAD' && add(dirname(module)))
  })
  return found
}

function firstLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').slice(0, 4096).split('\n')[0]
  } catch {
    return undefined // none, or gone
  }
}

/** Looks at them again: what would be run now, and would not have been `before`, gets another name. */
export function setCommandsAside(root: string, before: Repositories, frozen: readonly string[]): readonly MovedAside[] {
  return [...repositoriesIn(root, frozen)].flatMap(([folder, now]) => {
    const known = before.get(folder)
    const files = [...now.hooks, ...now.leading].flatMap(([name, stamp]) =>
      known?.hooks.get(name) === stamp || known?.leading.get(name) === stamp ? [] : name,
    )
    const isRisky = [...now.risky].some((line) => known?.risky.has(line) !== true)
    return [...files.map((name) => aside(root, join(folder, name))), ...(isRisky ? [cleaned({ root, folder, now, known })] : [])]
  })
}

function aside(root: string, path: string): MovedAside {
  const to = freeName(path)
  renameSync(path, to)
  return movedAside(root, path, to)
}

type Changed = { readonly root: string; readonly folder: string; readonly now: GitCommands; readonly known: GitCommands | undefined }

/** The configuration as it was before; of a new one what names no program. */
function cleaned({ root, folder, now, known }: Changed): MovedAside {
  const path = join(folder, 'config')
  const moved = aside(root, path)
  writeFileSync(path, known?.config ?? readLines(now.config ?? '').harmless.join('\n'), { flag: 'wx' })
  return moved
}
