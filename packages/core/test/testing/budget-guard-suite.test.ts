/** The budget-guard suite passes for `budgetLedger` and for a plain guard, and rejects every mutant by the case that is named. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { plainBudgetGuard, budgetGuardMutants } from '../../src/testing/budget-guard-mutants.ts'
import { budgetGuardSuite } from '../../src/testing/budget-guard-suite.ts'
import { runCase, runConformance } from '../../src/testing/conformance.ts'
import { ledgerCandidate } from './ledger-candidate.ts'

runConformance(budgetGuardSuite, ledgerCandidate, { describe, test })
runConformance(
  budgetGuardSuite,
  { name: 'a plain guard in memory', create: () => ({ guarding: async (limits) => plainBudgetGuard(limits) }) },
  { describe, test },
)

describe('the budget-guard mutants', () => {
  test.concurrent.each(budgetGuardMutants.map((mutant) => [mutant.name, mutant.killedBy, mutant] as const))(
    '%s: killed by %s',
    async (_name, killedBy, mutant) => {
      const deadly = budgetGuardSuite.cases.find(({ id }) => id === killedBy)
      if (deadly === undefined) throw new Error(`no case ${killedBy}`)
      await expect(runCase(deadly, mutant)).rejects.toThrow(/./)
    },
    15_000,
  )

  test('leave no case without a mutant', () => {
    const killers = new Set(budgetGuardMutants.map(({ killedBy }) => killedBy))
    expect(budgetGuardSuite.cases.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
  })
})

test('the contract of the port cites every case, and only those', () => {
  const port = readFileSync(new URL('../../src/ports/budget-guard.ts', import.meta.url), 'utf8')
  const cited = [...port.matchAll(/\[([^\]]*guard\.[^\]]*)\]/g)].flatMap(([, ids = '']) => ids.split(', '))
  expect(cited.toSorted()).toEqual(budgetGuardSuite.cases.map(({ id }) => id).toSorted())
})
