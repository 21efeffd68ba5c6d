/** Which line ending a text uses, and how to give another text the same. */

/** `mixed` also stands for a carriage return without a newline. */
export type LineEnding = '\n' | '\r\n' | 'mixed'

/** A text without line ends counts as `\n`. */
export function lineEndingOf(text: string): LineEnding {
  const pairs = text.split('\r\n').length - 1
  const newlines = text.split('\n').length - 1
  const returns = text.split('\r').length - 1
  if (returns === 0) return '\n'
  return pairs === newlines && pairs === returns ? '\r\n' : 'mixed'
}

export const withLineEnding = (text: string, ending: '\n' | '\r\n'): string => text.replace(/\r\n|\n/g, ending)
