/** Globs match what they say, and take no more steps than the path is long. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { globMachine, globMatcher } from '../../src/model/glob.ts'

/** The same by a regular expression, which may backtrack. */
function byExpression(glob: string): (path: string) => boolean {
  let depth = 0
  const source = glob.replaceAll(/\*\*\/|\*\*|[^]/g, (piece: string, at: number) => {
    if (piece === '**/') return at === 0 || glob[at - 1] === '/' ? '(?:[^]*/)?' : '[^]*/'
    if (piece === '**') return '[^]*'
    if (piece === '*') return '[^/]*'
    if (piece === '?') return '[^/]'
    if (piece === '{') return depth++ >= 0 ? '(?:' : ''
    if (piece === '}' && depth > 0) return depth-- > 0 ? ')' : ''
    if (piece === ',' && depth > 0) return '|'
    return piece.replace(/[.+^$()|[\]\\{}]/, '\\$&')
  })
  if (depth > 0) return (path) => path === glob
  const expression = new RegExp(`^${source}$`)
  return (path) => expression.test(path)
}

const pieces = (...list: readonly string[]) => fc.array(fc.constantFrom(...list), { maxLength: 9 }).map((parts) => parts.join(''))

test('a glob matches as an expression does', () => {
  fc.assert(
    fc.property(
      pieces('a', 'b', '/', '*', '**', '**/', '?', '{', ',', '}', '.', '\n', 'é'),
      pieces('a', 'b', '/', '.', '\n', 'é', 'a/b', ''),
      (glob, path) => {
        expect({ glob, path, matches: globMatcher(glob)(path) }).toEqual({ glob, path, matches: byExpression(glob)(path) })
      },
    ),
    { numRuns: 20_000 },
  )
})

test.each(['**/*a*a*b', '*a*a*a*a*b', '**/a/**/a/**/b', '{a*,*a}{a*,*a}{a*,*a}b', '**'.repeat(50) + 'b', 'src/**'])(
  '%s takes a number of steps that grows with the path, and no faster',
  (glob) => {
    const steps = (path: string): number => {
      let count = 0
      globMachine(glob)?.test(path, () => count++)
      return count
    }
    for (const unit of ['a', 'a/', '/']) {
      const [short, long] = [steps(unit.repeat(1_000)), steps(unit.repeat(100_000))]
      expect(long).toBeLessThan(short * 101)
      expect(long).toBeLessThan(100_000 * unit.length * (glob.length * 3))
    }
  },
)

test('a glob with a hundred thousand ways to match is one', () => {
  expect(globMatcher(`${'{*,}'.repeat(50_000)}?`)('a'.repeat(9))).toBe(true)
})
