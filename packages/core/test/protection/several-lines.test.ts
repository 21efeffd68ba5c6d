/** Secrets of several lines stay out, however those lines are shown and in whatever pieces they come. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownSecrets } from '../../src/index.ts'
import type { SecurityProvider } from '../../src/kit.ts'

/** How tools and commands show the lines of a file. */
const shown: Readonly<Record<string, (text: string) => string>> = {
  'as they are': (text) => text,
  'ended as on Windows': (text) => text.replaceAll('\n', '\r\n'),
  numbered: (text) => eachLine(text, (line, index) => `${String(index).padStart(6)}\t${line}`),
  'found in a file': (text) => eachLine(text, (line, index) => `config/.env_prod:${index}:${line}`),
  'as a change': (text) => eachLine(text, (line) => `+${line}`),
  quoted: (text) => eachLine(text, (line) => `> | ${line}`),
  indented: (text) => eachLine(text, (line) => `      ${line}`),
}

const eachLine = (text: string, write: (line: string, index: number) => string): string => text.split('\n').map(write).join('\n')

function inPieces(provider: SecurityProvider, text: string, size: number): string {
  const tap = provider.tap()
  let out = ''
  for (let at = 0; at < text.length; at += size) out += tap.push(text.slice(at, at + size))
  return out + tap.end()
}

const leaked = (provider: SecurityProvider, text: string, lines: readonly string[]): readonly string[] => {
  const whole = provider.redact(text)
  for (const size of [1, 2, 3, 7, 64, 65, 66, 1000]) expect(inPieces(provider, text, size)).toBe(whole)
  expect(whole).toMatch(/^before\n[^]*\nafter$/)
  return lines.filter((line) => line.length > 5 && whole.includes(line))
}

const VALUE = 'first-Line 92x\nsec*d/44q\n\n\tthird (line) zz9\nfourth:10'

describe('a value of several short lines', () => {
  const provider = knownSecrets({ values: { APP_SECRET: VALUE } })

  test.each(Object.entries(shown))('%s', (_, show) => {
    expect(leaked(provider, `before\n${show(`APP_SECRET="${VALUE}"\nPORT=1`)}\nafter`, VALUE.split('\n'))).toEqual([])
  })

  test.each([
    ['spaces', VALUE.replace(/\s+/g, ' ')],
    ['one space for each', VALUE.replaceAll('\n', ' ')],
    ['nothing', VALUE.replaceAll('\n', '')],
  ])('put into one line with %s between', (_, line) => {
    expect(leaked(provider, `before\n${line}\nafter`, VALUE.split('\n'))).toEqual([])
  })

  test('leaves its first line alone where the others do not follow', () => {
    const text = `before\n${VALUE.replace('third', 'other')}\nafter`
    expect(provider.redact(text)).toBe(text)
  })

  test('is found behind a first line that says nothing', () => {
    const json = knownSecrets({ values: { ACCOUNT: '{\n  "id": "q8",\n  "pin": "w2e4"\n}' } })
    expect(json.redact('1\t{\n2\t  "id": "q8",\n3\t  "pin": "w2e4"\n4\t}')).not.toMatch(/q8|w2e4/)
  })
})

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
}

describe.each(['rsa', 'ec', 'ed25519'] as const)('a private key that nobody named (%s)', (type) => {
  const key = String(pairs[type].privateKey.export({ type: 'pkcs8', format: 'pem' })).trim()
  const provider = knownSecrets()

  test.each(Object.entries(shown))('%s', (_, show) => {
    expect(leaked(provider, `before\n${show(`${key}\nPORT=1`)}\nafter`, key.split('\n').slice(1, -1))).toEqual([])
    expect(provider.redact(show(`${key}\nPORT=1`))).toMatch(/PORT=1$/)
  })
})

test('whatever stands before their lines, and however the text is cut, pieces come to the redacted whole', { timeout: 30_000 }, () => {
  const unit = fc.constantFrom(...'ab1:|\t \n\r+-')
  const provider = knownSecrets({ values: { KEY: 'ab1+-\nb:1|a\n-1ab' } })
  const before = fc.string({ unit, maxLength: 6 })
  const text = fc.array(
    fc.oneof(before, fc.constantFrom('ab1+-', 'b:1|a', '-1ab', '\n', 'ab1+-\n', '-----BEGIN PRIVATE KEY-----\n', `${'aB3/'.repeat(16)}\n`)),
  )
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 12 }), (parts, size) => {
      expect(inPieces(provider, parts.join(''), size)).toBe(provider.redact(parts.join('')))
    }),
    { numRuns: 3000 },
  )
})
