/** What changed, as a unified diff for people: bounded, and left out where it would take too long. */
import { createTwoFilesPatch } from 'diff'

const LIMIT_CHARACTERS = 64 * 1024
const TIME_MS = 200

/** `undefined` when there is no short one. */
export function diffText(path: string, before: string, after: string): string | undefined {
  const text = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context: 3, timeout: TIME_MS })
  return text === undefined || text.length > LIMIT_CHARACTERS ? undefined : text
}
