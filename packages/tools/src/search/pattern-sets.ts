/** How sets of characters are written for JavaScript and for ripgrep. */

/** One piece in both spellings. `ripgrep` is missing where it cannot say it. */
export type Written = { readonly expression: string; readonly ripgrep: string | undefined }

/** Any bytes that are not ASCII: what JavaScript reads of broken UTF-8 is one character, ripgrep sees the bytes. */
const HIGH_BYTES = '(?-u:[\\x80-\\xFF])+'

/** Any character of a line, by its bytes. */
export const ANY: Written = { expression: '.', ripgrep: '(?:(?-u:[^\\n])+)' }

/** The end of a line; ripgrep sees the carriage return before it. */
export const LINE_END: Written = { expression: '$', ripgrep: '(?:\\r?$)' }

/** Write a class; `isWide` when it takes the character that stands for broken bytes. */
export const writtenSet = (expression: string, ripgrep: string, isWide: boolean): Written => ({
  expression,
  ripgrep: isWide ? `(?:${ripgrep}|${HIGH_BYTES})` : ripgrep,
})

/** A code point as an escape: `u` for JavaScript, `x` for ripgrep. */
export const hex = (point: number, letter: 'u' | 'x'): string => `\\${letter}{${point.toString(16)}}`

const SPACES = '\\t\\x{b}\\x{c}\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}'

/** The sets with a letter: what JavaScript means by them, for a class of ripgrep. */
export const SETS: Readonly<Record<string, { readonly inClass: string; readonly isWide: boolean }>> = {
  d: { inClass: '0-9', isWide: false },
  w: { inClass: 'A-Za-z0-9_', isWide: false },
  s: { inClass: SPACES, isWide: false },
  D: { inClass: '[^0-9]', isWide: true },
  W: { inClass: '[^A-Za-z0-9_]', isWide: true },
  S: { inClass: `[^${SPACES}]`, isWide: true },
}
