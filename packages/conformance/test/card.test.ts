/** The card says what is broken: an adapter that fails a case, a known failure, a mutant that gets away. */
import { describe, expect, test } from 'vitest'
import type { Suite } from '../../core/src/testing.ts'
import { entryOf } from '../src/entry.ts'
import { formatCases, formatLines, isGood } from '../src/table.ts'

const suite: Suite<number> = {
  seam: 'Number',
  cases: [
    { id: 'number.even', title: 'it is even', run: async (number) => check(number % 2 === 0, `${number} is odd`) },
    { id: 'number.positive', title: 'it is positive', run: async (number) => check(number > 0, `${number} is not positive`) },
    { id: 'number.large', title: 'it is large', heavy: true, run: async (number) => check(number > 1e6, `${number} is small`) },
  ],
}

function check(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}

const mutant = (number: number, killedBy: string) => ({
  name: `the mutant ${number}`,
  killedBy,
  candidate: { name: '', create: () => number },
})

describe('a line of the card', () => {
  test('of a good adapter counts its cases and its dead mutants', async () => {
    const line = await entryOf(
      suite,
      { name: 'two', create: () => 2 },
      { mutants: [mutant(3, 'number.even'), mutant(-2, 'number.positive')] },
    ).run()
    expect(formatLines([line])).toMatch(/^Number +two +3 +2 +0 +0 +1 +2 of 2$/m)
    expect(isGood(line)).toBe(true)
    expect(formatCases([line])).toContain('| `number.even` it is even | ✓ |')
  })

  test('of an adapter that fails says which case, and why', async () => {
    const line = await entryOf(suite, { name: 'three', create: () => 3 }).run()
    expect(formatLines([line])).toMatch(/three: number\.even failed: 3 is odd/)
    expect(isGood(line)).toBe(false)
  })

  test('of a known failure says why, and is good until it passes', async () => {
    const known = { 'number.positive': 'nobody needs it' }
    const line = await entryOf(suite, { name: 'zero', create: () => 0, knownFailures: known }).run()
    expect(formatLines([line])).toMatch(/zero: number\.positive is known to fail: nobody needs it/)
    expect(isGood(line)).toBe(true)
    expect(isGood(await entryOf(suite, { name: 'two', create: () => 2, knownFailures: known }).run())).toBe(false)
  })

  test('names the mutant that gets away, also one that another case would have killed', async () => {
    const line = await entryOf(
      suite,
      { name: 'two', create: () => 2 },
      { mutants: [mutant(3, 'number.positive'), mutant(5, 'number.large')] },
    ).run()
    expect(formatLines([line])).toMatch(/1 of 2$/m)
    expect(formatLines([line])).toMatch(/two: a mutant got away: the mutant 3 \(number\.positive\)/)
    expect(isGood(line)).toBe(false)
  })
})
