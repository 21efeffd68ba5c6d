/** Turns a path from outside into the real path inside a root, or refuses it. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fault, systemCode } from './fault.ts'

/** A root as it was given and as it really is, both absolute. */
export type Root = { readonly given: string; readonly real: string }

const LINK_LIMIT = 40

/** Whether `path` is `outer` or below it; both absolute and normalised. */
const isInside = (outer: string, path: string): boolean => path === outer || path.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`)

/** The path relative to the root, links followed where they exist. Throws a fault when it leads outside. */
export async function containedPath(root: Root, path: string): Promise<string> {
  if (path === '') throw fault('invalid_input', "The path is empty. Give a path relative to the workspace, e.g. 'src/index.ts'")
  if (path.includes('\0')) throw fault('invalid_input', `The path ${JSON.stringify(path)} has a NUL byte: no file has such a name`)
  const absolute = resolve(root.real, path)
  const moved = isInside(root.given, absolute) ? join(root.real, relative(root.given, absolute)) : absolute
  const real = realPath(moved, path, 0)
  if (!isInside(root.real, real)) {
    throw fault('permission_denied', `${path} is outside of the workspace ${root.given}. Use a path inside it, relative to its root`)
  }
  return relative(root.real, real).split(sep).join('/') || '.'
}

/**
 * The real place of what is there, and below it the names that are not there yet. Asked for synchronously: it is done for every path of
 * every call, and takes a fraction of what a thread of its own would.
 */
function realPath(absolute: string, asked: string, links: number): string {
  const missing: string[] = []
  for (let at = absolute; ; at = dirname(at)) {
    const found = known(() => lstatSync(at, { throwIfNoEntry: false }), asked)
    if (found !== undefined) {
      const real = found.isSymbolicLink() ? followed(at, asked, links) : known(() => realpathSync.native(at), asked)
      // Gone since: it is looked for as what is not there.
      if (real !== undefined) {
        const there = missing.length > 0 && found.isSymbolicLink() ? known(() => statSync(real, { throwIfNoEntry: false }), asked) : found
        const isFolder = missing.length === 0 || there?.isDirectory() !== false
        if (!isFolder) throw fault('not_found', `${asked}: a part of this path is a file, not a directory`)
        return join(real, ...missing)
      }
    }
    if (dirname(at) === at) return absolute
    missing.unshift(basename(at))
  }
}

/** Where a link leads, also one to what is not there yet. */
function followed(link: string, asked: string, links: number): string | undefined {
  const real = known(() => realpathSync.native(link), asked)
  if (real !== undefined) return real
  if (links >= LINK_LIMIT) throw fault('permission_denied', `${asked} cannot be resolved: more than ${LINK_LIMIT} links in a row`)
  const target = known(() => readlinkSync(link), asked)
  return target === undefined ? undefined : realPath(resolve(realPath(dirname(link), asked, links), target), asked, links + 1)
}

/** Undefined for what is not there. */
function known<T>(look: () => T, asked: string): T | undefined {
  try {
    return look()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return undefined
    throw fault('permission_denied', `${asked} cannot be resolved (${code ?? String(error)})`, error)
  }
}
