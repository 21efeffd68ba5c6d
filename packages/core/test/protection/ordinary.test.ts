/** Ordinary texts of a repository stay as they are: nothing in them is taken for a key. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { knownSecrets } from '../../src/protection/known-secrets.ts'

const root = new URL('../../../../', import.meta.url)
const { redact } = knownSecrets()

const files = (...paths: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--', ...paths], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && !/\.(png|ico|woff2?|gif|db)$/.test(path))

/** Lines from which something was taken out. */
const changed = (text: string): readonly string[] => {
  const after = redact(text).split('\n')
  return text.split('\n').filter((line) => !after.includes(line))
}

test('sources, documents and lock files', { timeout: 60_000 }, () => {
  const paths = files('packages/*/src/*', 'apps/*/src/*', 'examples', 'docs', '*.yaml', '*.json', 'README.md', '.changeset')
  expect(paths.length).toBeGreaterThan(300)
  const found = paths.flatMap((path) => changed(readFileSync(new URL(path, root), 'utf8')).map((line) => `${path}: ${line}`))
  expect(found).toEqual([])
})

test('identifiers, digests and versions', () => {
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
  const base64 = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => `sha512-${btoa(String.fromCharCode(...bytes))}`)
  const ordinary = fc.oneof(fc.uuid(), hex(7), hex(32), hex(40), hex(64), base64, fc.webUrl(), fc.emailAddress(), fc.ipV6())
  fc.assert(
    fc.property(fc.array(ordinary, { minLength: 1, maxLength: 8 }), (texts) => {
      const text = texts.join('\n')
      expect(redact(text)).toBe(text)
    }),
    { numRuns: 200 },
  )
})
