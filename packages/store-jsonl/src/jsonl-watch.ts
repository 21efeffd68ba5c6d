/** Wakes who waits for a log in a folder, whichever process writes it. */
import { readdirSync, statSync, watch as watchFolder } from 'node:fs'
import { join } from 'node:path'
import { wakeUps, type WakeUps, type WatchStore } from '@seamfold/core/kit'
import { nodeDisk } from './disk.ts'
import { explainFileError } from './file-errors.ts'
import { plainKey } from './file-name.ts'
import { openFolder } from './jsonl-store.ts'
import { EXTENSION } from './log-file.ts'

/** Tells the names of files that change, null where the system does not say, until it is closed. Throws where it cannot. */
export type WatchFolder = (
  path: string,
  told: { changed(name: string | null): void; failed(error: unknown): void },
) => { readonly close: () => void }

/** Milliseconds between looks where the system does not tell. */
const LOOK_MS = 250
/** Where so many changes are told at once, the system may have dropped some. */
const FLOOD = 1_000

/**
 * For the directory of a store. The system tells what changes, also what other processes write; where it does not (a network drive,
 * too many watches), the folder is looked at four times a second. Nobody watches: nothing is asked of the system.
 */
export function jsonlWatch(directory: string): WatchStore {
  return watchOn(bySystem, directory)
}

/** The same with a system of choice. */
export function watchOn(system: WatchFolder, directory: string, everyMs: number = LOOK_MS): WatchStore {
  const { path } = openFolder(nodeDisk, directory, {})
  const all: WakeUps = wakeUps(() => {
    let stop: (() => void) | undefined
    const lookInstead = (): void => {
      stop?.()
      stop = looking(path, all, everyMs)
    }
    try {
      const watcher = system(path, { changed: gathered(all), failed: lookInstead })
      stop = () => watcher.close()
    } catch {
      lookInstead() // what keeps us from looking as well is said by the first look
    }
    return () => stop?.()
  })
  return { contract: 1, watch: (prefix, { signal } = {}) => all.watch(prefix, signal) }
}

const bySystem: WatchFolder = (path, { changed, failed }) => {
  const watcher = watchFolder(path, { persistent: false }, (_, name) => changed(name))
  watcher.on('error', failed)
  return watcher
}

/** One write is told in several ways: what comes in one turn of the event loop is one wake-up. */
function gathered({ wake }: WakeUps): (name: string | null) => void {
  let names: Set<string | null> | undefined
  let told = 0
  const flush = (): void => {
    const keys = [...(names ?? [])].map((name) => (name === null ? undefined : plainKey(name.slice(0, -EXTENSION.length))))
    if (told >= FLOOD || keys.includes(undefined)) wake()
    else for (const key of keys) wake(key)
    names = undefined
    told = 0
  }
  return (name) => {
    told += 1
    if (name !== null && !name.endsWith(EXTENSION)) return
    if (names === undefined) setImmediate(flush)
    names ??= new Set()
    names.add(name)
  }
}

function looking(path: string, { wake, fail }: WakeUps, everyMs: number): () => void {
  let seen: string | undefined // so that the first look wakes: what was there before is not known
  const look = (): void => {
    try {
      const now = sizesIn(path)
      if (now !== seen) wake()
      seen = now
    } catch (error) {
      fail(explainFileError(error, path))
    }
  }
  const timer = setInterval(look, everyMs).unref()
  return () => clearInterval(timer)
}

/** Changes with every append and deletion: a file that is deleted and written anew is another file. */
function sizesIn(path: string): string {
  const sizes = readdirSync(path)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => {
      const found = statSync(join(path, name), { throwIfNoEntry: false })
      return found === undefined ? name : `${name} ${found.ino} ${found.size} ${found.mtimeMs}`
    })
  return sizes.join('\n')
}
