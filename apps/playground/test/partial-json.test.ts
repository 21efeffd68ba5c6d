/** Promises of the reader of unfinished JSON: it never throws, and what it tells is never taken back. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '@seamfold/core/kit'
import { partialJson } from '../src/text/partial-json.ts'

/** Whether what was told of a value is a beginning of it. */
function begins(part: Json, whole: Json): boolean {
  if (typeof part === 'string') return typeof whole === 'string' && whole.startsWith(part)
  if (typeof part === 'number') return typeof whole === 'number'
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item, index) => begins(item, (whole as Json[])[index] ?? null))
  if (part === null || typeof part !== 'object') return part === whole
  return Object.entries(part).every(([key, value]) => begins(value, (whole as Record<string, Json>)[key] ?? null))
}

const object = fc.dictionary(
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
)

describe('unfinished JSON', () => {
  test('is whole when the text is whole', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(partialJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('tells at every letter a beginning of the whole', () => {
    fc.assert(
      fc.property(object, fc.nat(), (value, cut) => {
        const text = JSON.stringify(value)
        const part = partialJson(text.slice(0, cut % (text.length + 1)))
        expect(part === undefined || begins(part, JSON.parse(text) as Json)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('tells a long string while it is written', () => {
    expect(partialJson('{"path":"a.ts","content":"line one\\nline tw')).toEqual({ path: 'a.ts', content: 'line one\nline tw' })
  })

  test('survives what is not JSON at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => partialJson(text)).not.toThrow()
      }),
    )
  })
})
