/** Patterns of ignore files take a number of steps that grows with the path, and no faster. */
import { expect, test } from 'vitest'
import { ignoreGlob } from '../src/search/ignore-glob.ts'
import { parseIgnoreRules } from '../src/search/ignore-rules.ts'

test.each(['**/*a*a*a*a*b', '*a*a*a*a*b', '{a*,*a}{a*,*a}{a*,*a}b', '**/a/**/a/**/a/**/b', '[a-z]*[a-z]*[a-z]*b'])('%s', (glob) => {
  const steps = (path: string): number => {
    let count = 0
    expect(ignoreGlob(glob)?.test(path, () => count++)).toBe(false)
    return count
  }
  for (const unit of ['a', 'a/']) expect(steps(unit.repeat(20_000))).toBeLessThan(steps(unit.repeat(200)) * 101)
})

test.each([
  ['[a-c-e]', 'd', true], // as ripgrep takes it: a range goes on
  ['[b-a]', 'a', false],
  ['[a-]', '-', true],
  ['[]a]', ']', true],
  ['[!a-c]x', 'dx', true],
  ['[!a-c]x', 'bx', false],
  ['a{b,{c,d}}', 'ad', true],
  ['{*,b}', 'x', true],
  ['a[', 'a[', false],
  ['a\\', 'a', false],
])('%s on %s: %s', (line, path, matches) => {
  expect(parseIgnoreRules(line).verdict(path, false)).toBe(matches ? 'ignored' : undefined)
})
