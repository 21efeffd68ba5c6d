/** Remembers the text files of a folder, and tells what has changed in it since. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Change } from '../render/diff.ts'

/** Texts by path, relative and with `/`. */
export type Snapshot = ReadonlyMap<string, string>

const SKIPPED: ReadonlySet<string> = new Set(['.git', '.seamfold', 'node_modules'])

export async function takeSnapshot(folder: string): Promise<Snapshot> {
  const texts = new Map<string, string>()
  for (const file of await filesOf(folder)) texts.set(relative(folder, file).split(sep).join('/'), await readFile(file, 'utf8'))
  return texts
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter(({ name }) => !SKIPPED.has(name))
      .map((entry) =>
        entry.isDirectory() ? filesOf(join(folder, entry.name)) : Promise.resolve(entry.isFile() ? [join(folder, entry.name)] : []),
      ),
  )
  return found.flat()
}

/** The files that differ, by path. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
}
