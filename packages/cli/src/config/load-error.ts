/** Says where a configuration that is a script cannot be loaded. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toMessage } from '@seamfold/core/kit'

/** A file and a line as engines write them at the head of an error, or in its trace. */
const PLACES = /(?:^|\(|at )((?:file:\/\/|[A-Za-z]:[\\/]|\/)[^\n()]*?):(\d+)(?::\d+)?\)?$/gm
const OURS = dirname(fileURLToPath(import.meta.url))

/** `file:line cannot be loaded: why`, the line as far as anything tells it. */
export async function loadErrorText(file: string, error: unknown): Promise<string> {
  const place =
    placeOf(file, error) ?? (await placeOfMissing(file, error)) ?? (error instanceof SyntaxError ? await checkedPlace(file) : undefined)
  const words = toMessage(error)
  if (place === undefined) return `${file} cannot be loaded: ${words}`
  // What is wrong may be in a file that it imports.
  return place.file === file
    ? `${file}:${place.line} cannot be loaded: ${words}`
    : `${file} cannot be loaded: ${words} (${place.file}:${place.line})`
}

type Place = { readonly file: string; readonly line: number }

const placeOf = (file: string, error: unknown): Place | undefined => readPlace(file, error instanceof Error ? (error.stack ?? '') : '')

/** The file's own line, where it is among them; else the first that is not ours. */
function readPlace(file: string, text: string): Place | undefined {
  const places = [...text.matchAll(PLACES)].map(([, path = '', line]) => ({
    file: path.startsWith('file:') ? fileURLToPath(path) : path,
    line: Number(line),
  }))
  return places.find((place) => place.file === file) ?? places.find((place) => !place.file.startsWith(OURS))
}

/** The line that names what is not there. */
async function placeOfMissing(file: string, error: unknown): Promise<Place | undefined> {
  const [, missing] = /^Cannot find (?:module|package) '([^']+)'/.exec(toMessage(error)) ?? []
  if (missing === undefined) return undefined
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const at = lines.findIndex((line) => line.includes(basename(missing)))
  return at === -1 ? undefined : { file, line: at + 1 }
}

/** Some syntax errors do not tell their line to whoever imports the file: asked by itself, Node.js prints it. */
function checkedPlace(file: string): Promise<Place | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: 10_000 }, (_, __, complaint) => resolve(readPlace(file, complaint)))
  })
}
