/** However secrets are written and however a text is cut: what comes out is the redacted whole, and holds none of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { environmentSecrets, knownSecrets } from '../../src/index.ts'
import type { SecurityProvider } from '../../src/kit.ts'
import { ways, written } from './writing.ts'

const CHARACTERS = 'abcXYZ0189+/=_-.:@"\\\'<>&%?# é€😀\n'

/** Values that are not made of almost one character. */
const secret = fc
  .string({ unit: fc.constantFrom(...CHARACTERS), minLength: 8, maxLength: 40 })
  .filter((text) => new Set(text.trim()).size > 5)

const filler = fc.oneof(
  fc.constantFrom('', ' ', '\n', 'https://', 'sk-', 'ghp_', 'eyJ', '-----BEGIN ', 'Bearer ', 'AKIA', '[redacted:ONE]', '"', '://u:'),
  fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 }),
)

const planted = fc.record({
  values: fc.uniqueArray(secret, { minLength: 1, maxLength: 3 }),
  parts: fc.array(fc.record({ filler, which: fc.nat(2), way: fc.nat(ways.length - 1) }), { minLength: 1, maxLength: 6 }),
  cuts: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
})

function inPieces(provider: SecurityProvider, text: string, cuts: readonly number[]): string {
  const tap = provider.tap()
  let out = ''
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = cuts[turn % cuts.length] ?? 1
    out += tap.push(text.slice(at, at + size))
    at += size
  }
  return out + tap.end()
}

/** Some random values are part of other texts of the house, and refused. */
function providerOf(values: readonly string[]): SecurityProvider | undefined {
  try {
    return knownSecrets({ values: Object.fromEntries(values.map((value, index) => [`S${index}`, value])) })
  } catch {
    return undefined
  }
}

describe('a redacted text', () => {
  test('holds no secret, however it is written, and is the same in pieces', () => {
    fc.assert(
      fc.property(planted, ({ values, parts, cuts }) => {
        const provider = providerOf(values)
        if (provider === undefined) return
        const all = parts.map(({ which, way }) => written(values[which % values.length] ?? '', way))
        const text = all.map((each, index) => (parts[index]?.filler ?? '') + each.text).join('')
        const whole = provider.redact(text)
        expect(all.filter(({ core }) => core.length >= 6 && whole.includes(core))).toEqual([])
        expect(inPieces(provider, text, cuts)).toBe(whole)
      }),
      { numRuns: 1000 },
    )
  })

  test('without secrets is to the letter what it was, also in pieces', () => {
    const provider = knownSecrets({ values: { KEY: 'mQ7+vT/2xZ"8\\é w0Lk4' } })
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (text, cuts) => {
          expect(provider.redact(text)).toBe(text)
          expect(inPieces(provider, text, cuts)).toBe(text)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('secrets that cannot be kept are refused in words', () => {
  test.each([
    ['too short', { PIN: '1234' }, /PIN.*4 characters/],
    ['of one character', { KEY: 'aaaaaaaaaa' }, /different characters/],
    ['part of a replacement', { KEY: 'redacted' }, /replaced with/],
    ['with a name that is none', { 'a b': 'mQ7vT2xZ8w' }, /a name has/],
  ])('%s', (_, values, words) => {
    expect(() => knownSecrets({ values })).toThrow(words)
  })

  test('what is empty or not set is passed over', () => {
    expect(knownSecrets({ values: { A: '', B: undefined } }).redact('text')).toBe('text')
  })
})

test('variables of the environment are offered where they are set, and hidden before anybody asks', async () => {
  const provider = knownSecrets({ references: environmentSecrets({ SET: 'mQ7vT2xZ8w', OTHER: 'x' }, ['SET', 'MISSING']) })
  const options = { tool: 'bash', signal: new AbortController().signal }
  expect(provider.redact('mQ7vT2xZ8w')).toBe('[redacted:SET]')
  expect(await provider.resolve('SET', options)).toBe('mQ7vT2xZ8w')
  expect(await provider.resolve('MISSING', options)).toBeUndefined()
  expect(await provider.resolve('OTHER', options)).toBeUndefined()
})
