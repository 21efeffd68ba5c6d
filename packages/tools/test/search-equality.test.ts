/** Searching with ripgrep and without gives the same answer, for any tree, any ignore files and any pattern. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linePattern, localWorkspace } from '@seamfold/tools'
import { hasRipgrep } from './support-search.ts'
import { fill, temporaryDirectory } from './support.ts'

const name = fc.constantFrom('a', 'b', 'ab', 'a.b', 'b.a', '.a', 'A', 'a b', 'é', '#a', '!a')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const ignorePiece = fc.oneof(
  name,
  fc.constantFrom(
    '*',
    '**',
    '?',
    '/',
    '/',
    '[ab]',
    '[!a]',
    '[^b]',
    '[a-b]',
    '[b-a]',
    '[a-]',
    '[]a]',
    '[A-b-a]',
    '*.b',
    '*.*',
    '{a,b}',
    '\\',
    ' ',
    '.',
    '[',
    ']',
  ),
)
const ignoreLine = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '/', '!/', '**/', '\\'),
    fc.array(ignorePiece, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '/', '/**', '/*', ' ', '\\ '),
  )
  .map(([start, pieces, end]) => `${start}${pieces.join('')}${end}`)
const ignoreFile = fc.array(ignoreLine, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`)
const ignorePath = fc.tuple(
  fc.constantFrom('', '', 'a/', 'b/', 'a/b/', 'ab/'),
  fc.constantFrom('.gitignore', '.gitignore', '.ignore', '.rgignore'),
)

/** Files whose paths do not need a directory where another needs a file. */
const tree = (paths: readonly string[]): readonly string[] => paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)))

describe.skipIf(!hasRipgrep)('with ripgrep and without', () => {
  test('the same files are listed', { timeout: 120_000 }, async () => {
    const root = temporaryDirectory()
    const place = join(root, 'tree')
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(ignorePath, ignoreFile), { maxLength: 3 }),
        fc.constantFrom('.', '.', 'a', 'a/b', 'ab'),
        async (paths, ignores, from) => {
          rmSync(place, { recursive: true, force: true })
          fill(place, { '.keep': '' })
          fill(place, Object.fromEntries(tree([...paths, 'a/b/x', 'ab/x']).map((one) => [one, ''])))
          try {
            for (const [[folder, file], text] of ignores) fill(place, { [folder + file]: text })
          } catch {
            return fc.pre(false)
          }
          const { signal } = new AbortController()
          const [quick, slow] = await Promise.all([
            localWorkspace(place).search!.files({ path: from, signal }),
            localWorkspace(place, { ripgrep: null }).search!.files({ path: from, signal }),
          ])
          expect(quick).toEqual(slow)
        },
      ),
      { numRuns: 400, seed: 20_261_121 },
    )
  })

  const letter = fc.constantFrom('a', 'b', 'A', 'é', '1', '_', ' ', '\t', '-', '(', ']', '{', '\r', '.', '😀')
  const line = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''))
  const atom = fc.constantFrom(
    'a',
    'b',
    'é',
    '😀',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\D',
    '\\W',
    '\\S',
    '\\b',
    '\\B',
    '^',
    '$',
    '[ab]',
    '[^a]',
    '[a-z1]',
    '[\\w-]',
    '[^\\s]',
    '[\\D]',
    '\\.',
    '\\(',
    '{',
    ']',
    '\\t',
    '\\x61',
    '\\u00e9',
    '[[:alpha:]]',
    '[]a]',
    '\\r',
    '(?=a)',
    '\\p{L}',
  )
  const quantified = fc.tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '*?')).map(([one, many]) => one + many)
  const sequence = fc.array(quantified, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
  const pattern = fc.oneof(
    sequence,
    fc.tuple(sequence, sequence).map(([a, b]) => `${a}|${b}`),
    fc.tuple(sequence, sequence).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(sequence, sequence).map(([a, b]) => `(?:${a})?${b}`),
  )
  const bytes = fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\xff', '\xe2\x82'))
    .map(([lines, end, broken]) => Buffer.concat([Buffer.from(lines.join(end)), Buffer.from(broken, 'latin1'), Buffer.from('a')]))

  test('the same lines match', { timeout: 120_000 }, async () => {
    const root = temporaryDirectory()
    await fc.assert(
      fc.asyncProperty(pattern, fc.boolean(), fc.array(bytes, { minLength: 1, maxLength: 4 }), async (source, ignoreCase, contents) => {
        let compiled: ReturnType<typeof linePattern>
        try {
          compiled = linePattern(source, ignoreCase)
        } catch {
          return fc.pre(false)
        }
        fill(root, Object.fromEntries([0, 1, 2, 3].map((index) => [`f${index}`, contents[index] ?? ''])))
        const found = async (ripgrep: string | null): Promise<readonly string[]> => {
          const lines: string[] = []
          await localWorkspace(root, { ripgrep }).search!.grep({
            path: '.',
            pattern: compiled,
            context: 0,
            accepts: () => true,
            signal: new AbortController().signal,
            take: (one) => lines.push(`${one.path}:${one.line}:${one.text}`) > 0,
          })
          return lines
        }
        expect(await found('rg')).toEqual(await found(null))
      }),
      { numRuns: 600, seed: 20_261_121 },
    )
  })
})
