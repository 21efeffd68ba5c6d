/** Reads JSON that is still being written: closes what is open, drops what is half a token. */
import type { Json } from '@seamfold/core/kit'

type Scan = { readonly closers: string; readonly inString: boolean; readonly complete: boolean }

function scan(text: string): Scan {
  const closers: string[] = []
  let inString = false
  let escaped = false
  for (const letter of text) {
    if (inString) {
      if (escaped) escaped = false
      else if (letter === '\\') escaped = true
      else if (letter === '"') inString = false
    } else if (letter === '"') inString = true
    else if (letter === '{') closers.push('}')
    else if (letter === '[') closers.push(']')
    else if (letter === '}' || letter === ']') closers.pop()
  }
  return { closers: closers.toReversed().join(''), inString, complete: closers.length === 0 && !inString }
}

function tryParse(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch {
    // Expected for every prefix that ends in the middle of something: the caller tries a shorter one.
    return undefined
  }
}

/** Letters at the end that may belong to a token that is not whole: an escape, a number, a literal, a key without its value. */
const longestToken = 12

/** The value as far as it can be told. Undefined while nothing can. */
export function partialJson(text: string): Json | undefined {
  for (let cut = 0; cut <= Math.min(longestToken, text.length); cut += 1) {
    const prefix = text.slice(0, text.length - cut)
    const { closers, inString, complete } = scan(prefix)
    if (complete && cut > 0) continue
    const trimmed = inString ? `${prefix}"` : prefix.replace(/,\s*$/, '')
    const found = tryParse(trimmed + closers) ?? tryParse(withoutLastKey(trimmed) + closers)
    if (found) return found.value
  }
  return undefined
}

/** `{"a":1,"b"` and `{"a":1,"b":` end in a key that has no value. */
const withoutLastKey = (text: string): string => text.replace(/,?\s*"(?:[^"\\]|\\.)*"\s*:?\s*$/s, '')
