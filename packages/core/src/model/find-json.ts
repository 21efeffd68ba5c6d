/** Finds JSON values in text that may have prose or fences around them. */
import { type Json, parsedJson } from './json.ts'

/** Candidates, best first: the whole text, fenced blocks, then each balanced object or array from the outside in. */
export function findJson(text: string): readonly Json[] {
  const pieces = [text.trim(), ...[...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].map((match) => match[1] ?? ''), ...balanced(text)]
  return pieces.map((piece) => parsedJson(piece) as Json | undefined).filter((value) => value !== undefined)
}

/** Top-level `{…}` and `[…]`, with strings and escapes understood. */
function balanced(text: string): readonly string[] {
  const found: string[] = []
  let depth = 0
  let start = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (quoted) {
      if (char === '\\') index++
      else if (char === '"') quoted = false
    } else if (char === '"' && depth > 0) quoted = true
    else if (char === '{' || char === '[') {
      if (depth++ === 0) start = index
    } else if ((char === '}' || char === ']') && depth > 0 && --depth === 0) found.push(text.slice(start, index + 1))
  }
  return found
}
