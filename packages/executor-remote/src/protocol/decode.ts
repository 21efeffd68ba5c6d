/** Reads a message: one or more frames, one JSON object a line. */
import { closeCodes, ProtocolError } from './close-codes.ts'

/** How deeply arrays and objects may be nested in one frame. */
export const MAX_DEPTH = 128

/** The frames of a message, in order. Throws a `ProtocolError` at the first that is not one. */
export function decode<Frame>(message: string, parse: (data: unknown) => Frame): Frame[] {
  return message.split('\n').map((line) => {
    if (isTooDeep(line)) throw new ProtocolError(closeCodes.malformed, `Malformed frame: nested more than ${MAX_DEPTH} deep`)
    return parse(parseJson(line))
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new ProtocolError(closeCodes.malformed, `Malformed frame: not JSON: ${JSON.stringify(line.slice(0, 40))}`)
  }
}

/** Whether JSON text is nested deeper than either end reads. Looks at brackets outside of strings only. */
export function isTooDeep(text: string): boolean {
  if (text.length <= MAX_DEPTH) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) at = endOfString(text, at)
    else if (character === OPEN_OBJECT || character === OPEN_ARRAY) depth += 1
    else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}

const QUOTE = 34
const OPEN_ARRAY = 91
const BACKSLASH = 92
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

function endOfString(text: string, start: number): number {
  let at = start
  do {
    at = text.indexOf('"', at + 1)
    if (at === -1) return text.length
  } while (isEscaped(text, at))
  return at
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}
