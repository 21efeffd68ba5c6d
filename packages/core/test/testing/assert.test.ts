/** The assertions of the suites tell same from different, and say what they saw. */
import { expect, test } from 'vitest'
import { AgentError } from '../../src/base/errors.ts'
import { assert, assertEqual, assertRejects, assertRejectsWith, isEqual } from '../../src/testing/assert.ts'

test('plain data is compared by what it holds', () => {
  const same = [
    [1, 1],
    [Number.NaN, Number.NaN],
    [{ a: [1, { b: undefined }] }, { a: [1, {}] }],
    [[], []],
  ]
  const different = [
    [1, '1'],
    [0, -0],
    [null, undefined],
    [null, {}],
    [[], {}],
    [[1], [1, 2]],
    [[undefined], []],
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
  ]
  expect(same.map(([left, right]) => isEqual(left, right))).toEqual(same.map(() => true))
  expect(different.map(([left, right]) => isEqual(left, right))).toEqual(different.map(() => false))
})

test('a failure shows what was expected and what came, within reason', () => {
  expect(() => assertEqual([1], [2], 'the list')).toThrow('the list: expected [2], got [1]')
  expect(() => assertEqual('x'.repeat(1_000), '', 'the text')).toThrow(/… \(1002 characters\)$/)
  expect(() => assert(1, 'only true will do')).toThrow('only true will do')
})

test('a rejection must have the code, or be the very reason', async () => {
  const conflict = new AgentError('store_conflict', 'someone was first')
  expect(await assertRejects(Promise.reject(conflict), 'store_conflict', 'an append')).toBe(conflict)
  await expect(assertRejects(Promise.reject(conflict), 'store_unavailable', 'an append')).rejects.toThrow(
    'an append: expected an AgentError with code store_unavailable, got store_conflict: someone was first',
  )
  await expect(assertRejects(Promise.resolve(), 'store_conflict', 'an append')).rejects.toThrow(
    'an append: expected a rejection, but it resolved',
  )
  await assertRejectsWith(Promise.reject(conflict), conflict, 'an append')
  await expect(assertRejectsWith(Promise.reject(new Error('other')), conflict, 'an append')).rejects.toThrow('got other')
})
