/** Turns a path from outside into the real path inside a root, or refuses it. */
import { readlink, realpath } from 'node:fs/promises'
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
  const real = await realPath(moved, path, 0)
  if (!isInside(root.real, real)) {
    throw fault('permission_denied', `${path} is outside of the workspace ${root.given}. Use a path inside it, relative to its root`)
  }
  return relative(root.real, real).split(sep).join('/') || '.'
}

async function realPath(absolute: string, asked: string, links: number): Promise<string> {
  try {
    return await realpath(absolute)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOTDIR') throw fault('not_found', `${asked}: a part of this path is a file, not a directory`, error)
    if (code !== 'ENOENT') throw fault('permission_denied', `${asked} cannot be resolved (${code ?? String(error)})`, error)
  }
  if (links >= LINK_LIMIT) throw fault('permission_denied', `${asked} cannot be resolved: more than ${LINK_LIMIT} links in a row`)
  const parent = dirname(absolute)
  if (parent === absolute) return absolute
  const realParent = await realPath(parent, asked, links)
  const target = await readlink(join(realParent, basename(absolute))).catch(() => undefined)
  if (target === undefined) return join(realParent, basename(absolute))
  return realPath(resolve(realParent, target), asked, links + 1)
}
