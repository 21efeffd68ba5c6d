/** What is hidden of a workspace: places by their path, and by globs whatever they match when the command starts. */
import { relative } from 'node:path'
import { globMatcher } from '@seamfold/core/kit'
import { isInside, lookAt } from './look.ts'
import { walkFolders } from './walk-folders.ts'

/** Each is a mount. */
const MOST_PLACES = 200

/** `hidden` are absolute. A glob stands for what it matches in the workspace; a folder that ends in `/**` for the folder. */
export function hiddenPlaces(root: string, hidden: readonly string[]): readonly string[] {
  const places = hidden.map((path) => (isGlob(path) && path.endsWith('/**') && !isGlob(path.slice(0, -3)) ? path.slice(0, -3) : path))
  const globs = places.filter(isGlob).filter((path) => isInside(root, path))
  return [...places.filter((path) => !isGlob(path)), ...(globs.length === 0 ? [] : matching(root, globs))]
}

/** What has such a name is meant itself. */
const isGlob = (path: string): boolean => /[*?{]/.test(path) && lookAt(path) === undefined

function matching(root: string, globs: readonly string[]): readonly string[] {
  const tests = globs.map((glob) => globMatcher(relative(root, glob)))
  const found: string[] = []
  walkFolders(root, (_, path) => {
    const inside = relative(root, path)
    if (found.length < MOST_PLACES && !found.some((folder) => isInside(folder, path)) && tests.some((matches) => matches(inside)))
      found.push(path)
  })
  return found
}
