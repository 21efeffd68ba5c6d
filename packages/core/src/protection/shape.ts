/** A kind of key that is known by how it looks, as a pattern. */
import type { Finding, Pattern } from './pattern.ts'

export type Shape = {
  readonly name: string
  readonly seeds: readonly string[]
  /** As far as one could go from its seed on, finished or not. Sticky; every repetition is bounded. */
  readonly reach: RegExp
  /** The whole: what stands before the secret, and the secret. Sticky. */
  readonly whole: RegExp
  /** Whether what was found is one. Default: it is no example. */
  isSecret?(text: string): boolean
}

const BEFORE = /[A-Za-z0-9_]/

/** It begins where a word begins, unless its seed is no word. */
export function shapePattern({ name, seeds, reach, whole, isSecret = isNoExample }: Shape): Pattern {
  return {
    name,
    seeds,
    at(text, start, isWhole): Finding {
      const seed = seeds.find((each) => text.startsWith(each, start))
      const before = text[start - 1]
      if (before !== undefined && BEFORE.test(before) && /^\w/.test(seed ?? text.slice(start))) return undefined
      if (seed === undefined) return !isWhole && seeds.some((each) => each.startsWith(text.slice(start))) ? 'more' : undefined
      if (!isWhole && end(reach, text, start) === text.length) return 'more'
      whole.lastIndex = start
      const [, prefix = '', secret = ''] = whole.exec(text) ?? []
      if (secret === '' || !isSecret(secret)) return undefined
      const from = start + prefix.length
      return { from, to: from + secret.length }
    },
  }
}

function end(reach: RegExp, text: string, start: number): number {
  reach.lastIndex = start
  return reach.test(text) ? reach.lastIndex : start
}

const EXAMPLE = /example|placeholder|changeme|your[-_]|x{6}|\*{3}|1234567890abcdef|abcdefghij/i

/** Made up by whoever wrote a manual: hardly any different characters, or words that say so. */
export const isNoExample = (text: string): boolean => new Set(text).size >= 8 && !EXAMPLE.test(text)
