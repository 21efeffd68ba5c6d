/** Writes a file so that a reader sees the old content or the new, never a part, and never outside of the directory that was opened. */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { digest } from '../text/digest.ts'
import { fault, systemCode } from './fault.ts'
import { openDirectory, pinnedPath } from './pinned.ts'
import type { WriteOptions } from './workspace.ts'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
const PERMISSIONS = 0o7777
const WRITABLE = 0o222

type Target = { readonly absolute: string; readonly asked: string }
type Owner = { readonly mode: number; readonly uid: number; readonly gid: number }

/** Replace or create the file at `absolute`, a real path. Its content is on the disk when this resolves. */
export async function replaceFile(target: Target, content: Uint8Array, { replacing }: WriteOptions = {}): Promise<void> {
  const directory = await openDirectory(dirname(target.absolute), target.asked, true)
  try {
    const folder = pinnedPath(directory, dirname(target.absolute))
    const path = join(folder, basename(target.absolute))
    const before = await inspect(path, target.asked)
    const temporary = join(folder, `.seamfold-${randomBytes(6).toString('hex')}.tmp`)
    try {
      await fill(temporary, content, before)
      if (replacing !== undefined) await expectDigest(path, replacing, target.asked)
      await rename(temporary, path)
    } catch (error) {
      await unlink(temporary).catch(() => undefined)
      throw error
    }
    await directory.sync().catch(() => undefined)
  } catch (error) {
    throw systemCode(error) === undefined || isFault(error)
      ? error
      : fault('failed', `${target.asked} could not be written: ${String(error)}`, error)
  } finally {
    await directory.close()
  }
}

const isFault = (error: unknown): boolean => error instanceof Error && 'details' in error

async function inspect(path: string, asked: string): Promise<Owner | undefined> {
  const found = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return undefined
  if (found.isDirectory()) throw fault('invalid_input', `${asked} is a directory: give the path of a file`)
  if (!found.isFile())
    throw fault('unsupported', `${asked} is not a regular file: links that appear, pipes, sockets and devices are not written`)
  if ((found.mode & WRITABLE) === 0)
    throw fault('permission_denied', `${asked} is read-only. Change its permissions first if it is to be written`)
  return found
}

async function fill(path: string, content: Uint8Array, owner: Owner | undefined): Promise<void> {
  const handle = await open(path, NEW_FILE, 0o666)
  try {
    await handle.writeFile(content)
    if (owner !== undefined) await keepOwner(handle, owner)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function keepOwner(handle: FileHandle, owner: Owner): Promise<void> {
  const made = await handle.stat()
  if (made.uid !== owner.uid || made.gid !== owner.gid) await handle.chown(owner.uid, owner.gid).catch(() => undefined)
  await handle.chmod(owner.mode & PERMISSIONS)
}

async function expectDigest(path: string, expected: string | null, asked: string): Promise<void> {
  const current = await readFile(path).then(digest, (error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  })
  if (current !== expected)
    throw fault('version_conflict', `${asked} was changed by someone else in the meantime. Read it again, then repeat the change`)
}
