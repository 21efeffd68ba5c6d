/** Text for a terminal: made harmless, measured in columns, cut and indented. */
import { stripVTControlCharacters } from 'node:util'

const CONTROLS = /(?!\n)\p{Cc}/gu
const BIDI = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const ZERO = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point})$/u
const PLAIN = /^[\u0020-\u007e]*$/

/**
 * Text from a model, a tool or a file without anything that could steer the terminal: escape sequences, control
 * characters and direction overrides are taken out, tabs become two spaces, every line end is `\n`.
 */
export const harmless = (text: string): string =>
  stripVTControlCharacters(text).replace(/\r\n?/g, '\n').replaceAll('\t', '  ').replace(CONTROLS, '').replace(BIDI, '')

/** A whole emoji, or what a terminal does not show as it is: controls, invisible characters, blanks that are no space, turns of direction. */
const UNSEEN = new RegExp(
  String.raw`(\p{RGI_Emoji})|[[\p{Cc}--[\n\t]]\p{Cs}\p{Zl}\p{Zp}[\p{Zs}--[\u0020]]\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]`,
  'gv',
)
const NAMED: Readonly<Record<string, string>> = { '\r': String.raw`\r`, '\u001b': String.raw`\x1b` }

/**
 * Text that somebody is asked to judge: nothing is taken out. What a terminal would not show, or would obey, is written as
 * `\x1b`, `\r` or `\u202e`; tabs become two spaces, and only `\n` ends a line.
 */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (part, emoji?: string) => emoji ?? escaped(part)).replaceAll('\t', '  ')

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const digits = code.toString(16)
  if (code <= 0xff) return NAMED[char] ?? `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`
}

/** The same, on one line: line ends and rows of blanks become one space. */
export const visibleLine = (text: string): string => visible(text).replace(/\s+/g, ' ').trim()

/** Harmless text on one line. */
export const oneLine = (text: string): string => harmless(text).replace(/\s+/g, ' ').trim()

/** Columns that a text without line ends fills; colours count nothing. */
export function columnsOf(text: string): number {
  const bare = stripVTControlCharacters(text)
  if (PLAIN.test(bare)) return bare.length
  let columns = 0
  for (const char of bare) if (!ZERO.test(char)) columns += WIDE.test(char) ? 2 : 1
  return columns
}

/** Cut an uncoloured text to so many columns; what was cut is marked. */
export function cut(text: string, columns: number, mark = '…'): string {
  if (columnsOf(text) <= columns) return text
  const room = Math.max(0, columns - columnsOf(mark))
  let kept = ''
  let filled = 0
  for (const char of text) {
    filled += columnsOf(char)
    if (filled > room) break
    kept += char
  }
  return kept.trimEnd() + mark
}

/** Cut a path from its front, where it says least. */
export function cutStart(text: string, columns: number, mark = '…'): string {
  const chars = [...text]
  if (columnsOf(text) <= columns) return text
  while (chars.length > 0 && columnsOf(chars.join('')) + columnsOf(mark) > columns) chars.shift()
  return mark + chars.join('')
}

export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - columnsOf(text)))

export const padStart = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - columnsOf(text))) + text

/** The lines of a text, without the empty one after a final line end. */
export const linesOf = (text: string): readonly string[] => {
  const lines = harmless(text).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The lines of a visible text, without the empty one after a final line end. */
export const visibleLines = (text: string): readonly string[] => {
  const lines = visible(text).split('\n')
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines
}

/** A line in pieces of so many columns, wherever that cuts it: nothing is left out. */
export function chop(line: string, columns: number): readonly string[] {
  if (columnsOf(line) <= columns) return [line]
  const pieces: string[] = []
  let piece = ''
  let filled = 0
  for (const char of line) {
    const next = columnsOf(char)
    if (filled + next > columns && piece !== '') {
      pieces.push(piece)
      piece = ''
      filled = 0
    }
    piece += char
    filled += next
  }
  return [...pieces, piece]
}

/** `1 file`, `2 files`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string => `${groupDigits(count)} ${count === 1 ? one : many}`

/** `12,345`. */
export const groupDigits = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
