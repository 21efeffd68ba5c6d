/** The portable digest is the one that everybody else computes. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/base/sha256.ts'

const expected = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

describe('the portable SHA-256', () => {
  const digest = sha256()

  test('agrees with Node at every length around the block boundaries', () => {
    for (let length = 0; length <= 200; length++) expect(digest('a'.repeat(length))).toBe(expected('a'.repeat(length)))
  })

  test('agrees with Node on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(digest(text)).toBe(expected(text))
      }),
      { numRuns: 500 },
    )
  })
})
