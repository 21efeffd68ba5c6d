/** Leaves out of a list the files that ignore files above the searched directory name. */
import { join } from 'node:path'
import type { IgnoreLevel } from './ignore-tree.ts'
import { inSlices, type SliceLimits } from '../base/in-slices.ts'
import { levelAt, namesIn } from './walk.ts'

/** `paths` are below `from`, both relative to `root`. */
export type Listed = { readonly root: string; readonly from: string; readonly paths: readonly string[] }

/** The kept paths, and whether all were judged in time. */
export async function keptFrom({ root, from, paths }: Listed, limits: SliceLimits): Promise<readonly [readonly string[], boolean]> {
  const kept: string[] = []
  /** Directories by path; `undefined`: left out itself. */
  const levels = new Map<string, IgnoreLevel | undefined>([[from, levelAt(root, from, namesIn(join(root, from)))]])
  const levelOf = (directory: string): IgnoreLevel | undefined => {
    if (levels.has(directory)) return levels.get(directory)
    const cut = directory.lastIndexOf('/')
    const name = directory.slice(cut + 1)
    const parent = levelOf(directory.slice(0, cut))
    const level = parent === undefined || parent.ignores(name, true) ? undefined : parent.below(name, namesIn(join(root, directory)))
    levels.set(directory, level)
    return level
  }
  let at = 0
  const ended = await inSlices(() => {
    const path = paths[at++]
    if (path === undefined) return false
    const cut = path.lastIndexOf('/')
    if (levelOf(path.slice(0, cut))?.ignores(path.slice(cut + 1), false) === false) kept.push(path)
    return true
  }, limits)
  return [kept, ended === 'done']
}
