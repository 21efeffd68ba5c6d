/** Replaces one text by another, literally. */
import { lineEndingOf, withLineEnding } from './line-ending.ts'

/** What to replace, and whether everywhere. */
export type Replacement = { readonly old: string; readonly new: string; readonly all: boolean }

/** Either the new text and how many places changed, or the reason in words. */
export type Replaced = { readonly text: string; readonly count: number } | { readonly problem: string }

/**
 * Exact, from left to right, without overlaps. In a file whose lines end in CRLF a text with plain newlines is looked for, and put,
 * with CRLF.
 */
export function replaceText(text: string, replacement: Replacement): Replaced {
  if (replacement.old === '') return { problem: 'old_string is empty: give the text to replace, or use write to make a file' }
  if (replacement.old === replacement.new) return { problem: 'old_string and new_string are the same: there is nothing to change' }
  const { old, new: put } = text.includes(replacement.old) ? replacement : adapted(text, replacement)
  const pieces = text.split(old)
  const count = pieces.length - 1
  if (count === 0)
    return {
      problem: 'old_string does not occur in it. Read it again and copy the text exactly, with its indentation and without line numbers',
    }
  if (count > 1 && !replacement.all) {
    return { problem: `old_string occurs ${count} times in it. Add lines around it until it is unique, or set replace_all` }
  }
  return { text: pieces.join(put), count }
}

const adapted = (text: string, { old, new: put, all }: Replacement): Replacement =>
  lineEndingOf(text) === '\r\n' ? { old: withLineEnding(old, '\r\n'), new: withLineEnding(put, '\r\n'), all } : { old, new: put, all }
