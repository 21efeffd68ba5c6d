/** Temporary folders that say which process they are of: what one that was killed left behind is removed by the next. */
import { lstat, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isGone, thisProcess } from '../setup/holder.ts'

/** Beside what is kept in the folder: the process that it is of. A folder without it is nobody's to remove. */
const mark = '.process'

/** A new folder, this process's until it is kept or removed. What gone ones left of the same kind is removed. Returns its path. */
export async function makeOwnFolder(prefix: string): Promise<string> {
  await removeLeft(prefix)
  const folder = await realpath(await mkdtemp(join(tmpdir(), prefix)))
  await writeFile(join(folder, mark), thisProcess(), { mode: 0o600 })
  return folder
}

/** From here on it is the person's: no process removes it. */
export const keepFolder = (folder: string): Promise<void> => rm(join(folder, mark), { force: true })

/** Whoever works in what a process left behind keeps it. */
export async function keepIfLeft(folder: string, prefix: string): Promise<void> {
  if (basename(folder).startsWith(prefix) && (await isLeft(folder))) await keepFolder(folder)
}

async function removeLeft(prefix: string): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix))
  for (const name of names) {
    const folder = join(tmpdir(), name)
    if (await isLeft(folder)) await remove(folder).catch(() => undefined) // another one may be at it
  }
}

/** The mark goes last: one who is stopped in between leaves what the next can remove. */
async function remove(folder: string): Promise<void> {
  const held = (await readdir(folder)).filter((name) => name !== mark)
  await Promise.all(held.map((name) => rm(join(folder, name), { recursive: true, force: true })))
  await rm(folder, { recursive: true, force: true })
}

/** A real folder of this user whose process is proven gone. */
async function isLeft(folder: string): Promise<boolean> {
  try {
    const found = await lstat(folder)
    const ours = found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())
    return ours && isGone(await readFile(join(folder, mark), 'utf8'))
  } catch {
    // It has no mark, or is gone by now.
    return false
  }
}
