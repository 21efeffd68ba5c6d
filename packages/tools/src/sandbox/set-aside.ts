/** Takes away what a command made although it would be run or believed outside of its sandbox. */
import { renameSync } from 'node:fs'
import { relative } from 'node:path'
import { lookAt } from './look.ts'

const ENDING = '.from-sandbox'
const MOST = 100

/** Relative to the root. */
export type MovedAside = { readonly from: string; readonly to: string }

export const movedAside = (root: string, from: string, to: string): MovedAside => ({ from: relative(root, from), to: relative(root, to) })

/** `absent` are paths that were not there before. Gives those that were now there, relative to the root, with their new names. */
export function setAside(root: string, absent: readonly string[]): readonly MovedAside[] {
  return absent.flatMap((path) => {
    if (lookAt(path) === undefined) return []
    const to = freeName(path)
    // A link is moved itself, wherever it leads.
    renameSync(path, to)
    return [movedAside(root, path, to)]
  })
}

export function freeName(path: string): string {
  const names = Array.from({ length: MOST }, (_, index) => `${path}${ENDING}${index === 0 ? '' : `-${index + 1}`}`)
  return names.find((name) => lookAt(name) === undefined) ?? `${path}${ENDING}-${Date.now()}`
}
