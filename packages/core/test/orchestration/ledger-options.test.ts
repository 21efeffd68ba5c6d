/** What cannot be kept of a ledger is refused before it is opened. */
import { describe, expect, test } from 'vitest'
import { budgetLedger, memoryStore } from '../../src/index.ts'

describe('a ledger is refused', () => {
  test.each([
    [{ root: '', limits: { tokens: 1 } }, /needs a root/],
    [{ root: 'r', limits: {} }, /limits nothing/],
    [{ root: 'r', limits: null }, /limits nothing/],
    [{ root: 'r', limits: { token: 1 } }, /The budget 'r': There is no limit 'token'\. Did you mean 'tokens'\?/],
    [{ root: 'r', limits: { tokens: '10' } }, /'tokens' of the budget 'r' must be a number more than 0; it is 10/],
    [{ root: 'r', limits: { tokens: 1 }, holdMs: '10' }, /'holdMs' of the budget 'r' must be a number/],
    [{ root: 'r', limits: { tokens: 1 }, thresholds: ['0.5'] }, /more than 0 and at most 1/],
    [{ root: 'r', limits: { tokens: 0 } }, /more than 0; it is 0/],
    [{ root: 'r', limits: { tokens: Number.NaN } }, /NaN/],
    [{ root: 'r', limits: { dollars: 1 } as object }, /no limit 'dollars'/],
    [{ root: 'r', limits: { tokens: 1 }, thresholds: [80] }, /0\.8 for four fifths; it is 80/],
    [{ root: '\ud800', limits: { tokens: 1 } }, /needs a root/],
  ])('%j', (options, message) => {
    expect(() => budgetLedger(memoryStore(), options as never)).toThrow(message)
  })
})
