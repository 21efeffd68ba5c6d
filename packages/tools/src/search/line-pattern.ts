/** Compiles what a model wrote as a regular expression: for our own matching, and for ripgrep as one that finds at least the same lines. */
import { fault } from '../workspace/fault.ts'
import { PatternReader } from './pattern-reader.ts'

/** Where a match is, in UTF-16 units. */
export type Match = { readonly start: number; readonly end: number }

/** Judges single lines. */
export interface LinePattern {
  /** The first match that begins at `from` or later. `from` is no beginning: only 0 is. */
  find(line: string, from?: number): Match | undefined
  /** Bytes that every matching line contains, where that is certain. */
  readonly literal?: Buffer
  /** An expression of ripgrep that matches every line with a match; missing where it has no words for it. */
  readonly ripgrep?: string
}

/** Throws a fault for an expression that does not compile. `^` and `$` are the ends of a line. */
export function linePattern(source: string, ignoreCase: boolean): LinePattern {
  const inline = /^\(\?([ims]+)\)/.exec(source)
  const isInsensitive = ignoreCase || inline?.[1]?.includes('i') === true
  try {
    const read = new PatternReader(inline === null ? source : source.slice(inline[0].length)).read()
    const expression = new RegExp(read.expression, isInsensitive ? 'gisu' : 'gsu')
    return {
      find(line, from = 0) {
        expression.lastIndex = from
        const found = expression.exec(line)
        return found === null ? undefined : { start: found.index, end: expression.lastIndex }
      },
      ...(read.literal === '' || isInsensitive ? {} : { literal: Buffer.from(read.literal) }),
      // ripgrep may miss an empty line where alternatives can match it: such a pattern narrows nothing down anyway.
      ...(read.ripgrep === undefined || expression.exec('') !== null ? {} : { ripgrep: `${isInsensitive ? '(?i)' : ''}${read.ripgrep}` }),
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw fault(
      'invalid_input',
      `The pattern ${JSON.stringify(source)} is not a regular expression: ${reason}. Escape special characters with \\`,
      error,
    )
  }
}
