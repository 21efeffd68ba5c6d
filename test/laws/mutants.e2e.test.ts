/** Each law is really watched: where the gate is taken out of a path, or two neighbours change places, the test of that turns red. */
import { describe, expect, test } from 'vitest'
import { CHOKE_POINT_MUTANTS } from './choke-point-mutants.ts'
import { HOOK_ADAPTER_MUTANTS, HOOK_MUTANTS } from './hooks-mutants.ts'
import { ending, type Law, type Mutant, testNames } from './mutant.ts'
import { ORDER_MUTANTS } from './order-mutants.ts'

describe.each<[Law, readonly Mutant[]]>([
  ['choke-point', CHOKE_POINT_MUTANTS],
  ['order', ORDER_MUTANTS],
  ['hooks', HOOK_MUTANTS],
  ['hook-adapters', HOOK_ADAPTER_MUTANTS],
])('the law of the %s', (law, mutants) => {
  test.each(mutants.map(({ kills }, index) => [index, kills] as const))('its mutant %i turns red: %s', async (index, kills) => {
    const tests = await ending(law, index)
    expect([...tests].filter(([title]) => title.startsWith(kills))).toContainEqual([expect.any(String), 'failed'])
  })

  test.skipIf(law.startsWith('hook'))('every test of it has a mutant', async () => {
    expect([...new Set(mutants.map(({ kills }) => kills))].toSorted()).toEqual([...(await testNames(law))].toSorted())
  })
})
