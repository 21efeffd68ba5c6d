/** Looks for a pattern in a line that is too long to be matched at once, in windows. */
import type { LinePattern } from './line-pattern.ts'

/** A longer text is matched in windows, in UTF-16 units: patterns may take the square of its length. */
export const WINDOW: number = 64 * 1024
/** What is seen before and after the places at which a match may begin. */
const MARGIN = 16 * 1024
const STEP = WINDOW - 2 * MARGIN
/** Stands where a window is cut, so that it does not look like the end of the line. */
const MORE = '\uffff'

/** A part of a line; `begins` and `ends` say whether it has the line's own beginning and end. */
export type LinePart = { readonly text: string; readonly begins: boolean; readonly ends: boolean }

/**
 * Where a match begins. Those of up to 16,384 units are found; of longer ones, those that an unlimited repeat makes long. A part
 * that does not begin is to repeat twice that much of the one before. Yields after each window.
 */
export function* findInPart(pattern: LinePattern, { text, begins, ends }: LinePart): Generator<void, number | undefined> {
  const last = ends ? text.length + 1 : text.length - MARGIN
  for (let from = begins ? 0 : MARGIN; from < last; from += STEP) {
    const start = Math.max(0, from - MARGIN)
    const end = Math.min(text.length, from + STEP + MARGIN)
    const window = text.slice(start, end) + (ends && end === text.length ? '' : MORE)
    const found = pattern.find(window, wholeCharacter(window, from - start))?.start
    if (found !== undefined && start + found < Math.min(last, from + STEP)) return start + found
    yield
  }
  return undefined
}

/** Between the halves of a character nothing begins. */
const wholeCharacter = (text: string, at: number): number => (at > 0 && isLowSurrogate(text.charCodeAt(at)) ? at + 1 : at)

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
