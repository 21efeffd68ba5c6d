/** Budgets of every scope in every way of counting, several processes on one file, killed at random and replaced: never passed, and what fits is done. */
import type { BudgetLimits, LedgerSnapshot, Spending } from '@seamfold/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Ended, journalsIn, ledgersIn, NOTHING, passed, plus, type SpendingPlan, worker } from './spending.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const WORKERS = 3
const EACH = { several: 3, run: 2, session: 2, 'sub-tree': 1, workflow: 1 } as const
const SCOPES = Object.keys(EACH) as SpendingPlan['scope'][]
/** Limits of one ledger that everybody spends from. */
const TOGETHER: ReadonlySet<string> = new Set(['several', 'sub-tree', 'workflow'])

const plans = fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }), { minLength: WORKERS, maxLength: WORKERS })

const ALL: BudgetLimits = { tokens: 2_000_000, usd: 10, turns: 10_000, toolCalls: 10_000, workMs: 10_000_000 }

const tight = fc
  .record(
    {
      tokens: fc.integer({ min: 2500, max: 30_000 }),
      usd: fc.double({ min: 0.004, max: 0.06, noNaN: true }),
      turns: fc.integer({ min: 2, max: 40 }),
      toolCalls: fc.integer({ min: 1, max: 30 }),
      workMs: fc.integer({ min: 1200, max: 5000 }),
    },
    { requiredKeys: [] },
  )
  .filter((limits) => Object.keys(limits).length > 0)

const HELD_BY_JOURNALS: ReadonlySet<string> = new Set(['run', 'session', 'sub-tree'])

type Known = { readonly limits: BudgetLimits; readonly problems: readonly string[] }

/** What a ledger has come to that must not be, in words. */
function wrongIn(root: string, { used, reservations, overruns }: LedgerSnapshot, { limits, problems }: Known): readonly string[] {
  // A step that was cut off and then denied leaves its grant, which holds nothing: its agent asked for itself.
  const open = reservations.filter(({ selfPaid }) => selfPaid !== true).map(({ id }) => `${id} was never settled`)
  const over = overruns.count > 0 ? [`${overruns.count} overruns`] : []
  return [...problems, ...open, ...over, passed(used, limits) ?? []].flat().map((problem) => `${root}: ${problem}`)
}

/** What a workflow's own budget says that it counted. */
const countedBy = ({
  consumedTokens = 0,
  consumedUsd = 0,
  consumedTurns = 0,
  consumedToolCalls = 0,
  consumedWorkMs = 0,
}: Ended): Spending => ({
  tokens: Number(consumedTokens),
  usd: Number(consumedUsd),
  turns: Number(consumedTurns),
  toolCalls: Number(consumedToolCalls),
  workMs: Number(consumedWorkMs),
})

/** How everything ended, once all laws were found to be kept. */
async function lawful({ scope, limits }: SpendingPlan, kills: readonly (readonly number[])[]): Promise<readonly Ended[]> {
  const path = fresh()
  const names = (index: number): string[] => Array.from({ length: EACH[scope] }, (_, each) => `s-${index}-${each}`)
  const words = JSON.stringify({ scope, limits })
  const said = (await Promise.all(kills.map((each, index) => worker([path, words, ...names(index)], each)))).flat()
  const ledgers = await ledgersIn(path, limits)
  expect(ledgers.flatMap(({ root, state, problems }) => wrongIn(root, state, { limits, problems }))).toEqual([])
  const journals = await journalsIn(path)
  // What providers reported and tools did was counted: nothing slips past the ledgers.
  const reported = [...journals.values()].reduce((sum, each) => plus(sum, each.reported), NOTHING)
  const used = ledgers.reduce((sum, { state }) => plus(sum, state.used), NOTHING)
  expect(passed(reported, used)).toBeUndefined()
  expect(passed(reported, TOGETHER.has(scope) ? limits : {})).toBeUndefined()
  // What journals hold by themselves stays within, with what was lost; turns are those of each agent.
  const { turns: _, ...counted } = HELD_BY_JOURNALS.has(scope) ? limits : {}
  expect(
    [...journals.values()].map((each) => passed(plus(each.reported, each.lost), counted)).filter((each) => each !== undefined),
  ).toEqual([])
  expect(said.map((each) => passed(countedBy(each), limits)).filter((each) => each !== undefined)).toEqual([])
  return said.filter(({ status }) => status !== 'counted')
}

const expected: Record<SpendingPlan['scope'], number> = { several: 9, run: 6, session: 12, 'sub-tree': 3, workflow: 9 }

test.each(SCOPES)('of %s: a budget that fits lets everything be done, whoever is killed', { timeout: 120_000 }, async (scope) => {
  await fc.assert(
    fc.asyncProperty(plans, async (kills) => {
      const endings = await lawful({ scope, limits: ALL }, kills)
      expect(endings.map(({ status, code }) => code ?? status)).toEqual(Array.from({ length: expected[scope] }, () => 'completed'))
    }),
    { numRuns: 1, endOnFailure: true },
  )
  expect.hasAssertions()
})

test.each(SCOPES)('of %s: a budget that is too small is never passed, and nobody waits for ever', { timeout: 120_000 }, async (scope) => {
  await fc.assert(
    fc.asyncProperty(plans, tight, async (kills, limits) => {
      const endings = await lawful({ scope, limits }, kills)
      expect(endings).toHaveLength(expected[scope])
      const others = endings.map(({ status, code }) => code ?? status).filter((each) => each !== 'completed' && each !== 'budget_exhausted')
      expect(others).toEqual([])
    }),
    { numRuns: 2, endOnFailure: true },
  )
  expect.hasAssertions()
})
