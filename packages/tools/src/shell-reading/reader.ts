/** Judges the words of a command against what is known of its options. */
import type { ShellWord } from '../shell-grammar/shell-word.ts'

/** Whether a command with these words, its name first, only reads. */
export type Reader = (words: readonly ShellWord[]) => boolean

/** It only reads whatever its words are. */
export const anything: Reader = () => true

/** All words are certain. */
export const certain = (words: readonly ShellWord[]): readonly string[] | undefined => {
  const values = words.flatMap(({ value }) => value ?? [])
  return values.length === words.length ? values : undefined
}

/** Whether what is only known when it runs may turn out to be an option, or several words. */
export function mayBeOption({ value, prefix, splits, text }: ShellWord): boolean {
  if (value !== undefined) return false
  if (prefix === '' || prefix.startsWith('-')) return true
  // A pattern or a list in braces keeps its beginning; what a variable holds may have spaces.
  return splits && /[$`]/.test(text.replaceAll(/'[^']*'|"[^"]*"/g, ''))
}

/** What an option may not be, by letter and by long name; and how many operands there may be. */
export type Forbidden = {
  readonly short?: string
  readonly long?: readonly string[]
  readonly most?: number
  /** Letters whose value is a word of its own, for counting operands. */
  readonly values?: string
  /** Behind the first operand some look for no options any more. */
  readonly stops?: true
}

/** It only reads but for these options. Long names count as given when they are shortened, too. */
export function without({ short = '', long = [], most = Infinity, values = '', stops }: Forbidden): Reader {
  return ([, ...words]) => {
    let operands = 0
    let ended = false
    for (let at = 0; at < words.length; at++) {
      const word = words[at]
      if (word === undefined) break
      if (word.value === undefined ? !ended && mayBeOption(word) : isForbidden(word.value, short, long)) return false
      if (stops && operands > 0) ended = true
      // Behind an option `--` may be its value.
      if (!ended && word.value === '--' && words[at - 1]?.prefix.startsWith('-') !== true) ended = true
      // A dash alone is an operand: standard input or output.
      else if (ended || !word.prefix.startsWith('-') || word.value === '-') operands += word.splits ? Infinity : 1
      else if (/^-[A-Za-z]$/.test(word.value ?? '') && values.includes(word.prefix[1] ?? ' ') && words[at + 1]?.splits === false) at++
    }
    return operands <= most
  }
}

function isForbidden(value: string, short: string, long: readonly string[]): boolean {
  if (value.startsWith('--')) {
    // Some take a name with more dashes for the same.
    const [name = ''] = value.replace(/^-+/, '').split('=', 1)
    return name !== '' && long.some((one) => one.startsWith(name))
  }
  return value.startsWith('-') && Array.from(value.slice(1)).some((letter) => short.includes(letter))
}

/** It only reads with these options and whatever else; every word that begins with a dash must match. */
export const options =
  (allowed: RegExp, most: number = Infinity): Reader =>
  ([, ...words]) =>
    words.every((word) => !mayBeOption(word) && (!word.prefix.startsWith('-') || (word.value !== undefined && allowed.test(word.value)))) &&
    words.filter((word) => !word.prefix.startsWith('-')).length <= most

/** Its first word says what it does. */
export const subcommands =
  (table: Readonly<Record<string, Reader>>): Reader =>
  ([, ...words]) => {
    const name = words[0]?.value
    return name !== undefined && Object.hasOwn(table, name) && table[name]?.(words) === true
  }

/** Only these very words. */
export const exactly =
  (...allowed: readonly string[]): Reader =>
  ([, ...words]) =>
    allowed.includes(certain(words)?.join(' ') ?? '\0')
