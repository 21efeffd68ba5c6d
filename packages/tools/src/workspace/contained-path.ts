/** Turns a path from outside into the real path inside a root, or refuses it. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { AgentError } from '@seamfold/core/kit'
import { fault, systemCode } from './fault.ts'

/** A root as it was given and as it really is, both absolute. */
export type Root = { readonly given: string; readonly real: string }

const LINK_LIMIT = 40
/** Other systems also say how a name is really written. */
const ON_LINUX = process.platform === 'linux'

/** Whether `path` is `outer` or below it; both absolute and normalised. */
const isInside = (outer: string, path: string): boolean => path === outer || path.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`)

/** Where folders really are, of which some are not there yet: true only while nothing else runs in this process. */
export type KnownFolders = Map<string, { readonly real: string; readonly isThere: boolean }>

/**
 * The path relative to the root, links followed where they exist. `known` folders are not looked up again. Throws a fault when it leads
 * outside.
 */
export async function containedPath(root: Root, path: string, known: KnownFolders = new Map()): Promise<string> {
  if (path === '') throw fault('invalid_input', "The path is empty. Give a path relative to the workspace, e.g. 'src/index.ts'")
  if (path.includes('\0')) throw fault('invalid_input', `The path ${JSON.stringify(path)} has a NUL byte: no file has such a name`)
  const absolute = resolve(root.real, path)
  const moved = isInside(root.given, absolute) ? join(root.real, relative(root.given, absolute)) : absolute
  const real = placeOf(moved, { asked: path, known, links: 0 }).real
  if (!isInside(root.real, real)) {
    const words = `${path} is outside of the workspace ${root.given}. Use a path inside it, relative to its root`
    throw new AgentError('invalid_argument', words, { details: { kind: 'permission_denied', real } })
  }
  return relative(root.real, real).split(sep).join('/') || '.'
}

type Search = { readonly asked: string; readonly known: KnownFolders; readonly links: number }
type Place = { readonly real: string; readonly kind: 'folder' | 'file' | 'missing' }

/**
 * The real place of what is there, and below it the names that are not there yet. Asked for synchronously: it is done for every path of
 * every call, and takes a fraction of what a thread of its own would.
 */
function placeOf(absolute: string, search: Search): Place {
  const { asked } = search
  const folder = dirname(absolute)
  const known = search.known.get(folder)
  // Below what is not there nothing is.
  if (known?.isThere === false) return { real: join(known.real, basename(absolute)), kind: 'missing' }
  const found = looked(() => lstatSync(absolute, { throwIfNoEntry: false }), asked)
  if (found === undefined) return folder === absolute ? { real: absolute, kind: 'missing' } : missing(absolute, search)
  if (found.isSymbolicLink()) return followed(absolute, search)
  const real = known !== undefined && ON_LINUX ? join(known.real, basename(absolute)) : looked(() => realpathSync.native(absolute), asked)
  // Gone since: it is looked for as what is not there.
  if (real === undefined) return missing(absolute, search)
  if (folder !== absolute && ON_LINUX) search.known.set(folder, { real: dirname(real), isThere: true })
  return { real, kind: found.isDirectory() ? 'folder' : 'file' }
}

function missing(absolute: string, search: Search): Place {
  const folder = folderOf(dirname(absolute), search)
  return { real: join(folder.real, basename(absolute)), kind: 'missing' }
}

/** A folder that a path goes through. */
function folderOf(absolute: string, search: Search): { readonly real: string; readonly isThere: boolean } {
  const known = search.known.get(absolute)
  if (known !== undefined) return known
  const { real, kind } = placeOf(absolute, search)
  if (kind === 'file') throw fault('not_found', `${search.asked}: a part of this path is a file, not a directory`)
  const folder = { real, isThere: kind === 'folder' }
  search.known.set(absolute, folder)
  return folder
}

/** Where a link leads, also one to what is not there yet. */
function followed(link: string, { asked, known, links }: Search): Place {
  const real = looked(() => realpathSync.native(link), asked)
  if (real !== undefined) {
    const there = looked(() => statSync(real, { throwIfNoEntry: false }), asked)
    return { real, kind: there === undefined ? 'missing' : there.isDirectory() ? 'folder' : 'file' }
  }
  if (links >= LINK_LIMIT) throw fault('permission_denied', `${asked} cannot be resolved: more than ${LINK_LIMIT} links in a row`)
  const target = looked(() => readlinkSync(link), asked)
  const search = { asked, known, links: links + 1 }
  return target === undefined ? missing(link, search) : placeOf(resolve(folderOf(dirname(link), search).real, target), search)
}

/** Undefined for what is not there. */
function looked<T>(look: () => T, asked: string): T | undefined {
  try {
    return look()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return undefined
    throw fault('permission_denied', `${asked} cannot be resolved (${code ?? String(error)})`, error)
  }
}
