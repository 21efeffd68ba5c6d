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

/** Where a path is, for certain or as it is written; `real` where links outside of the workspace lead to another place. */
export type Place = { readonly at: string; readonly real?: string }

export async function realPlace(places: Places, directory: string, path: string): Promise<Place> {
  const asked = absolute(places.root, directory, path)
  if (asked === undefined || OF_PROCESS.test(posix.normalize(asked))) return { at: ANYWHERE }
  if (!CLIMBS.test(asked.replaceAll(/\/\.(?=\/|$)/g, ''))) return resolved(places, asked)
  let at = '/'
  for (const segment of asked.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') {
      const inside = await places.resolve(at).catch(() => undefined)
      // Above the workspace, or in a place that it does not know: links there are not followed.
      if (inside === undefined) return { at: ANYWHERE }
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

const resolved = (places: Places, path: string): Promise<Place> =>
  places.resolve(path).then(
    (at) => ({ at }),
    async (error: unknown) => {
      const outside = posix.normalize(path)
      const { kind, real } = isAgentError(error) ? error.details : {}
      // Below what is a file now nothing lies, until the same line makes it a folder.
      if (kind === 'not_found' && outside !== '/') {
        const folder = await resolved(places, posix.dirname(outside))
        return { at: posix.join(folder.at, posix.basename(outside)) }
      }
      const at = outsideOf(places, outside)
      return typeof real === 'string' && real !== outside ? { at, real: outsideOf(places, real) } : { at }
    },
  )

/** What holds the workspace itself holds whatever rules over paths are about: it is anywhere. */
const outsideOf = ({ root }: Places, path: string): string => (root.startsWith(path.endsWith('/') ? path : `${path}/`) ? ANYWHERE : path)
