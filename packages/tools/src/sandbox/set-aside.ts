/** Takes away what a command made although it would be run or believed outside of its sandbox. */
import { renameSync } from 'node:fs'
import { relative } from 'node:path'
import { lookAt } from './look.ts'

const ENDING = '.from-sandbox'
const MOST = 100

/** `absent` are paths that were not there before. Gives those that were now there, relative to the root, with their new names. */
export function setAside(root: string, absent: readonly string[]): readonly { readonly from: string; readonly to: string }[] {
  return absent.flatMap((path) => {
    if (lookAt(path) === undefined) return []
    const to = freeName(path)
    // A link is moved itself, wherever it leads.
    renameSync(path, to)
    return [{ from: relative(root, path), to: relative(root, to) }]
  })
}

function freeName(path: string): string {
  const names = Array.from({ length: MOST }, (_, index) => `${path}${ENDING}${index === 0 ? '' : `-${index + 1}`}`)
  return names.find((name) => lookAt(name) === undefined) ?? `${path}${ENDING}-${Date.now()}`
}
