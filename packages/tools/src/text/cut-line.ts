/** Cuts a line to a number of bytes, never inside a character. */
import { endingWhole } from '../shell/output-window.ts'

/** Bytes that are shown of one line. */
export const LINE_LIMIT = 2_000

export function cutLine(line: string, limit: number = LINE_LIMIT): string {
  if (line.length * 3 <= limit) return line
  const bytes = Buffer.from(line)
  return bytes.length <= limit ? line : `${endingWhole(bytes, limit)}… [${bytes.length - limit} more bytes]`
}
