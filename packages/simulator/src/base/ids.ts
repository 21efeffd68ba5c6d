/** Ids that are the same for the same seed and request, and different for any other. */
import { createHash } from 'node:crypto'

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export interface IdSource {
  /** The next id: `prefix` and then `length` letters and digits. */
  next(prefix: string, length: number): string
}

export function idSource(seed: string): IdSource {
  let count = 0
  return {
    next(prefix, length) {
      count += 1
      const bytes = createHash('sha512').update(`${seed}\n${count}`).digest()
      let text = ''
      for (let index = 0; index < length; index += 1) text += letters[(bytes[index % bytes.length] ?? 0) % letters.length]
      return prefix + text
    },
  }
}

/** A short digest of any text. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
