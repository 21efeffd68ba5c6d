/** Cuts a line to a number of bytes around a place in it, and says how much is left out. */
import { endingWhole } from '../shell/output-window.ts'
import { LINE_LIMIT } from './cut-line.ts'

/** UTF-16 units that are shown before the place. */
const BEFORE = 300

/** A line or a part of one, with the bytes that are missing on both sides already; `at` is the place, in UTF-16 units. */
export type CutLine = { readonly text: string; readonly at?: number; readonly hidden?: { readonly before: number; readonly after: number } }

export function cutAround({ text, at = 0, hidden = { before: 0, after: 0 } }: CutLine): string {
  if (hidden.before === 0 && hidden.after === 0 && text.length * 3 <= LINE_LIMIT) return text
  const bytes = Buffer.from(text)
  const isWhole = hidden.before === 0 && hidden.after === 0 && bytes.length <= LINE_LIMIT
  if (isWhole) return text
  const from = Math.max(0, at - BEFORE)
  const start = from > 0 && isLowSurrogate(text.charCodeAt(from)) ? from + 1 : from
  const skipped = Buffer.byteLength(text.slice(0, start))
  const shown = endingWhole(bytes.subarray(skipped), LINE_LIMIT)
  const before = hidden.before + skipped
  const after = hidden.after + bytes.length - skipped - Buffer.byteLength(shown)
  return `${before === 0 ? '' : `[${before} bytes before] …`}${shown}${after === 0 ? '' : `… [${after} more bytes]`}`
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
