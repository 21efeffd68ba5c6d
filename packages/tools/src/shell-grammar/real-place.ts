/** Where a path of a command really leads: relative to the workspace, or absolute outside of it. */
import { homedir } from 'node:os'
import { posix } from 'node:path'
import { isAgentError } from '@seamfold/core/kit'
import type { Workspace } from '../workspace/workspace.ts'

/** What is needed of a workspace to find a place in it. */
export type Places = Pick<Workspace, 'root' | 'resolve' | 'list' | 'names'>

/** Stands for a folder of which nothing is known. */
const SOMEWHERE = '/.workspace-somewhere'

/** Without a workspace: follows no links, and takes paths as they are written. */
export const AS_WRITTEN: Places = {
  root: SOMEWHERE,
  async resolve(path) {
    const inside = posix.relative(SOMEWHERE, path)
    if (inside === '..' || inside.startsWith('../')) throw new Error(`${path} lies outside`)
    return inside === '' ? '.' : inside
  },
  list: () => Promise.resolve([]),
}

/** Anywhere. */
const ANYWHERE = '/'

/** What a process has open, and where it works: another process sees others there. */
const OF_PROCESS = /^\/proc\/[^/]+\/(?:cwd|root|fd|task|map_files)(?:\/|$)/

/** The kernel follows a link before it goes up from it, so `link/..` is not where it seems. */
const CLIMBS = /[^/]\/+\.\.(?:\/|$)/

export async function realPlace(places: Places, directory: string, path: string): Promise<string> {
  const asked = absolute(places.root, directory, path)
  if (asked === undefined || OF_PROCESS.test(posix.normalize(asked))) return ANYWHERE
  if (!CLIMBS.test(asked.replaceAll(/\/\.(?=\/|$)/g, ''))) return resolved(places, asked)
  let at = '/'
  for (const segment of asked.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') {
      const inside = await places.resolve(at).catch(() => undefined)
      // Above the workspace, or in a place that it does not know: links there are not followed.
      if (inside === undefined) return ANYWHERE
      at = posix.dirname(posix.join(places.root, inside))
    } else at = posix.join(at, segment)
  }
  return resolved(places, at)
}

function absolute(root: string, directory: string, path: string): string | undefined {
  const full = path.startsWith('/') || path.startsWith('~') ? path : `${directory}/${path}`
  if (full === '~' || full.startsWith('~/')) return `${homedir()}${full.slice(1)}`
  if (full.startsWith('~')) return undefined
  return full.startsWith('/') ? full : `${root}/${full}`
}

/** What holds the workspace itself holds whatever rules over paths are about: it is anywhere. */
const resolved = (places: Places, path: string): Promise<string> =>
  places.resolve(path).catch(async (error: unknown) => {
    const outside = posix.normalize(path)
    // Below what is a file now nothing lies, until the same line makes it a folder.
    if (isAgentError(error) && error.details['kind'] === 'not_found' && outside !== '/')
      return posix.join(await resolved(places, posix.dirname(outside)), posix.basename(outside))
    return places.root.startsWith(outside.endsWith('/') ? outside : `${outside}/`) ? ANYWHERE : outside
  })
