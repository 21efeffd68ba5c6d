/** Lists the files below a directory that no ignore file leaves out, step by step. */
import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type IgnoreLevel, rootLevel } from './ignore-tree.ts'

/** A walk under way: call `step` until it returns `false`, then read `paths`. */
export interface Walk {
  step(): boolean
  readonly paths: string[]
}

type Folder = { readonly path: string; readonly level: (names: ReadonlySet<string>) => IgnoreLevel }

/** `from` is a real directory relative to the root, '' for the root. What leads to it is not judged, only what is below. */
export function walk(root: string, from: string): Walk {
  const paths: string[] = []
  const waiting: Folder[] = [{ path: from, level: (names) => levelAt(root, from, names) }]
  return {
    paths,
    step() {
      const folder = waiting.pop()
      if (folder === undefined) return false
      const entries = entriesOf(join(root, folder.path))
      const level = folder.level(new Set(entries.map(({ name }) => name)))
      for (const entry of entries) {
        const isDirectory = entry.isDirectory()
        if (!isDirectory && !entry.isFile()) continue
        if (level.ignores(entry.name, isDirectory)) continue
        const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
        if (isDirectory) waiting.push({ path, level: (names) => level.below(entry.name, names) })
        else paths.push(path)
      }
      return true
    },
  }
}

/** The level of a directory with everything that the directories above it say. */
export function levelAt(root: string, path: string, names: ReadonlySet<string>): IgnoreLevel {
  if (path === '') return rootLevel(root, names)
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const above = levelAt(root, parent, namesIn(join(root, parent)))
  return above.below(path.slice(parent === '' ? 0 : parent.length + 1), names)
}

/** A directory that cannot be read counts as empty. */
const entriesOf = (absolute: string): readonly Dirent[] => {
  try {
    return readdirSync(absolute, { withFileTypes: true })
  } catch {
    // Gone, or not ours to read.
    return []
  }
}

/** What is in a directory, by name. */
export const namesIn = (absolute: string): ReadonlySet<string> => new Set(entriesOf(absolute).map(({ name }) => name))
