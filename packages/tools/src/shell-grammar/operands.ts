/** The operands of a command, and the places that they name. */
import { pathOf, type ShellWord } from './shell-word.ts'

/** `below`: a folder whose files are meant, without their names. `perhaps`: it is not known whether it is a file, nor what becomes of it. */
export type NamedPath = {
  readonly kind: 'read' | 'write'
  readonly word: string | undefined
  readonly below?: boolean
  readonly perhaps?: boolean
  /** Through how many folders what is meant may lie apart from this one, links followed. */
  readonly levels?: number
  /** Where it is a folder, whatever lies in it is meant. */
  readonly folder?: boolean
  /** Names and sizes are read, no content. */
  readonly names?: boolean
  /** There may be links in what comes to be there: those of what is copied, or any. */
  readonly makes?: 'copies' | 'anything'
  /** Also relative to the workspace, wherever the command runs. */
  readonly top?: boolean
}

/** A word of which only running it tells which files of a folder it means. */
const isPattern = (word: ShellWord): boolean => pathOf(word) === undefined

/** The words that are neither options nor their values. */
export function operandsOf(words: readonly ShellWord[], values: string): readonly ShellWord[] {
  const found: ShellWord[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    if (word.value === '--') return [...found, ...words.slice(at + 1)]
    if (!word.prefix.startsWith('-') || word.value === '-') found.push(word)
    else if (/^-[A-Za-z]+$/.test(word.value ?? '') && values.includes(word.value?.at(-1) ?? '')) at++
  }
  return found
}

/** A dash alone is what comes in or goes out; a substituted one is what other commands say or hear. */
export const isFile = ({ value, text }: ShellWord): boolean => value !== '-' && !/^[<>]\(…\)$/.test(text)

/** What is only known when it runs may still be known to lie below a folder; else it may be anywhere. */
export function placeOf(word: ShellWord): string | undefined {
  const path = pathOf(word)
  if (path !== undefined) return path
  // A variable may hold anything, a list in braces too; a pattern stays in its folder.
  const folder = word.prefix.slice(0, word.prefix.lastIndexOf('/') + 1)
  if (/[$"`(<{]|\.\.|(?:^|\/)\.[*?[]/.test(word.text)) return undefined
  return folder === '' ? '.' : folder
}

export const named = (kind: 'read' | 'write', word: string | undefined): NamedPath => ({ kind, word })

const slashes = (text: string): number => text.split('/').length

/** What a pattern may match lies in its folder, or where links in it lead. */
export const within = (word: ShellWord): { readonly below?: true; readonly levels?: number } =>
  isPattern(word) ? { below: true, levels: slashes(word.text) - slashes(placeOf(word)?.replace(/^\.$/, '') ?? '') + 1 } : {}
export const reading = (word: ShellWord): NamedPath => ({ ...named('read', placeOf(word)), ...within(word) })
export const writing = (word: ShellWord): NamedPath => ({ ...named('write', placeOf(word)), ...within(word) })

/** What may stand before and behind a path within a word: `--out=a`, `@a`, `host:a`, `a,b`, `open('a')`. */
const JOINTS = /[\s=:,;@<>()[\]{}"'`|&]+/
const MOST_PARTS = 12
/** `https://host/a`, `user@host:a`. */
const ELSEWHERE = /^(?:(?!file:)[a-z][\w+.-]*:\/\/|[\w.-]+@[\w.-]+:)[^\s,;]*$/

/** The paths that a word may be, or hold, for a program of which nothing is known. */
export function maybePaths(word: ShellWord): readonly NamedPath[] {
  if (word.value === '-') return []
  if (isPattern(word)) return [{ ...writing(word), perhaps: true }]
  const whole = pathOf(word) ?? ''
  if (ELSEWHERE.test(whole)) return []
  const parts = new Set([whole, ...whole.split(JOINTS)].filter((part) => !/^[\d.]*$/.test(part) || part === '.' || part === '..'))
  if (parts.size > MOST_PARTS) return [{ kind: 'write', word: undefined, perhaps: true }]
  const folder = patternFolder(whole)
  const own: readonly NamedPath[] = folder === undefined ? [] : [{ kind: 'write', word: folder, below: true, perhaps: true }]
  return [...[...parts].map((part): NamedPath => ({ kind: 'write', word: part, perhaps: true })), ...own]
}

/** Where a pattern that the program itself reads begins to match; undefined for one that stays in the folder where it runs. */
export function patternFolder(text: string): string | undefined {
  const at = text.search(/[*?[{]/)
  if (at < 0 || !text.includes('/')) return undefined
  return text.slice(0, text.lastIndexOf('/', at) + 1) || '.'
}
