/** Opens what a contained path names and makes sure that it is what was opened, whatever was renamed in between. */
import { constants, existsSync } from 'node:fs'
import { lstat, mkdir, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fault, systemCode } from './fault.ts'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
const DIRECTORY = O_RDONLY | O_NOFOLLOW | O_DIRECTORY
const ATTEMPTS = 3

/** Linux shows where an open handle really is, and lets one work relative to it. */
const HANDLES = '/proc/self/fd'
const handlesAreShown = (): boolean => existsSync(HANDLES)

/** A path that means this very directory, even when it is renamed; elsewhere than on Linux its own path. */
export const pinnedPath = (handle: FileHandle, absolute: string): string => (handlesAreShown() ? `${HANDLES}/${handle.fd}` : absolute)

/** Open a regular file for reading. `absolute` is a real path: nothing on it may be a link now. */
export async function openFile(absolute: string, asked: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    const found = await lstat(absolute).catch((error: unknown) => {
      throw missing(error, asked)
    })
    if (found.isDirectory()) throw fault('invalid_input', `${asked} is a directory. List it with ls`)
    if (found.isSymbolicLink()) throw changed(asked)
    if (!found.isFile()) throw fault('unsupported', `${asked} is not a regular file: pipes, sockets and devices are not read`)
    const handle = await open(absolute, READ).catch((error: unknown) => {
      throw missing(error, asked)
    })
    if (await isAt(handle, absolute)) return handle
    await handle.close()
    if (attempt === ATTEMPTS) throw changed(asked)
  }
}

/** Open a directory, making it and those above it when `create` is set. */
export async function openDirectory(absolute: string, asked: string, create = false): Promise<FileHandle> {
  let handle: FileHandle
  try {
    handle = await open(absolute, DIRECTORY)
  } catch (error) {
    if (!create || systemCode(error) !== 'ENOENT' || dirname(absolute) === absolute) throw missing(error, asked)
    handle = await createDirectory(absolute, asked)
  }
  if (await isAt(handle, absolute)) return handle
  await handle.close()
  throw changed(asked)
}

async function createDirectory(absolute: string, asked: string): Promise<FileHandle> {
  const parent = await openDirectory(dirname(absolute), asked, true)
  try {
    const path = join(pinnedPath(parent, dirname(absolute)), basename(absolute))
    await mkdir(path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw missing(error, asked)
    })
    return await open(path, DIRECTORY).catch((error: unknown) => {
      throw missing(error, asked)
    })
  } finally {
    await parent.close()
  }
}

async function isAt(handle: FileHandle, absolute: string): Promise<boolean> {
  if (handlesAreShown()) return (await readlink(`${HANDLES}/${handle.fd}`)) === absolute
  const [opened, there, real] = await Promise.all([
    handle.stat({ bigint: true }),
    stat(absolute, { bigint: true }).catch(() => undefined),
    realpath(absolute).catch(() => undefined),
  ])
  return real === absolute && opened.dev === there?.dev && opened.ino === there.ino
}

const changed = (asked: string): Error =>
  fault('permission_denied', `${asked} was replaced while it was opened. Nothing was read or written; try again`)

function missing(error: unknown, asked: string): unknown {
  switch (systemCode(error)) {
    case 'ENOENT':
      return fault('not_found', `${asked} does not exist. List the directory with ls, or look for the name with glob`, error)
    case 'ENOTDIR':
      return fault('not_found', `${asked}: it, or a part of its path, is not a directory`, error)
    case 'ELOOP':
      return changed(asked)
    case 'EACCES':
    case 'EPERM':
      return fault('permission_denied', `${asked} may not be opened by this user (${systemCode(error)})`, error)
    case 'ENXIO':
      return fault('unsupported', `${asked} is not a regular file: pipes, sockets and devices are not read`, error)
    default:
      return fault('failed', `${asked} could not be opened: ${String(error)}`, error)
  }
}
