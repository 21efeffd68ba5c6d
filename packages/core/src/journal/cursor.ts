/** Cursors: where in which branch of a journal a reader stands. Opaque to everybody else. */
import { AgentError } from '../base/errors.ts'

export type Place = { readonly offset: number; readonly digest: string }

const DIGEST_LENGTH = 12

export const toCursor = (offset: number, chain: string): string => `${offset}.${chain.slice(0, DIGEST_LENGTH)}`

/** Throws `cursor_invalid` for what is not a cursor. */
export function fromCursor(cursor: string): Place {
  const [, offset, digest] = /^(\d{1,15})\.([0-9a-f]{12})$/.exec(cursor) ?? []
  if (digest === undefined) {
    throw new AgentError(
      'cursor_invalid',
      `${JSON.stringify(cursor)} is not a cursor: pass one that an envelope carried, or leave it out to read from the start`,
    )
  }
  return { offset: Number(offset), digest }
}

/** For a cursor behind which its session holds nothing, or something else. */
export const notThere = (cursor: string, sessionId: string, isElse: boolean): AgentError =>
  isElse
    ? new AgentError('cursor_diverged', `The cursor ${cursor} belongs to another branch of session ${sessionId}: read again from the start`)
    : new AgentError('cursor_invalid', `The cursor ${cursor} is beyond the end of session ${sessionId}`)

/** Whether the record that a cursor names is the one with this chain digest. */
export const isAt = (place: Place, chain: string): boolean => chain.startsWith(place.digest)
