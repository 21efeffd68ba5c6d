/** The ratios that matter, with a margin for noise: paired in one run against a loop by hand on the plain SDK. */
import { describe, expect, test } from 'vitest'
import { coldImport } from '../src/cold-import.ts'
import { compare, startServer } from '../src/measure.ts'
import { roundCost } from '../src/rounds.ts'

const against = (workload: string, loop: string): Promise<number> =>
  startServer().then(async (server) => {
    try {
      const rows = await compare({ workload, loops: ['sdk', loop], passes: 3, baseline: 'sdk' }, server)
      // The best of each says what it costs; the rest is what the machine did meanwhile.
      return Math.min(...rows.filter((row) => row.loop === loop).flatMap(({ ratio }) => [ratio.best, ratio.median]))
    } finally {
      server.close()
    }
  })

describe('beside a loop by hand on the plain SDK', () => {
  test('a round costs about the same, in memory', { timeout: 120_000, retry: 2 }, async () => {
    expect(await against('rounds:100:1', 'seamfold, memory')).toBeLessThan(1.35)
  })

  test('a round that is durable before its effect costs little more', { timeout: 120_000, retry: 2 }, async () => {
    expect(await against('rounds:100:1', 'seamfold, SQLite')).toBeLessThan(1.7)
  })

  test('deltas cost much less', { timeout: 120_000, retry: 2 }, async () => {
    expect(await against('deltas:20000:1', 'seamfold, memory')).toBeLessThan(0.75)
  })
})

describe('the runtime alone', () => {
  test('stores a round in two appends of five records at most', async () => {
    const { appends, records } = await roundCost(100)
    expect(appends).toBeLessThan(2.2)
    expect(records).toBeLessThan(5.2)
  })

  test('loads nothing that it does not need', { timeout: 60_000 }, async () => {
    expect((await coldImport(1)).loaded).toEqual([])
  })
})
