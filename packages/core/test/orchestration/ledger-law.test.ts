/** The laws of a ledger under random schedules, crashes and retries: never past the limit, settled exactly once, and what fits is done. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { budgetLedger, type BudgetLedger, memoryLeases, memoryStore } from '../../src/index.ts'
import { attemptOf, entriesOf, jumpingHost, never } from './ledgers.ts'

const LIMIT = 1000

type Fate = 'settle' | 'release' | 'crash' | 'late'
type Try = {
  readonly input: number
  readonly output: number
  readonly least: number
  readonly took: number
  readonly fate: Fate
  readonly steps: number
}

const aTry = (fates: readonly Fate[]): fc.Arbitrary<Try> =>
  fc.record({
    input: fc.integer({ min: 1, max: 200 }),
    output: fc.integer({ min: 1, max: 600 }),
    least: fc.integer({ min: 1, max: 50 }),
    took: fc.double({ min: 0, max: 1, noNaN: true }),
    fate: fc.constantFrom(...fates),
    steps: fc.integer({ min: 0, max: 4 }),
  })

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Plan = { readonly ledger: BudgetLedger; readonly heir: BudgetLedger; readonly name: string; readonly tries: readonly Try[] }

/** Tries one after the other, as a run does; a process that crashes does nothing more, and leaves what it held. */
async function work({ ledger, heir, name, tries }: Plan): Promise<number> {
  let done = 0
  for (const [index, { input, output, least, took, fate, steps }] of tries.entries()) {
    const id = `${name}.${index}`
    const outcome = await ledger.reserve({ ...attemptOf(id, input, output, Math.min(least, output)), spender: name }, never)
    if (outcome.type === 'refused') continue
    expect(outcome.output).toBeLessThanOrEqual(output)
    for (let step = 0; step < steps; step++) await tick()
    if (fate === 'crash') return done
    // Somebody took over, told that it was lost, and the one before still says what it took.
    if (fate === 'late') await heir.lose(id)
    if (fate === 'release') await ledger.release(id)
    else await ledger.settle(id, { tokens: Math.floor(took * outcome.amount.tokens), turns: 1 })
    done++
  }
  return done
}

test('the settled total never passes the limit, and each reservation is settled once, whatever crashes', { timeout: 120_000 }, async () => {
  const processes = fc.array(fc.array(aTry(['settle', 'settle', 'settle', 'release', 'crash', 'late']), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(processes, async (plans) => {
      const store = memoryStore()
      const host = jumpingHost()
      const leases = memoryLeases({ clock: host.clock })
      const open = (): BudgetLedger => budgetLedger(store, { root: 'r', limits: { tokens: LIMIT }, leases, host })
      const heir = open()
      await Promise.all(plans.map((tries, index) => work({ ledger: open(), name: `p${index}`, tries, heir })))
      await host.clock.sleep(60_000)
      await heir.settleLost()
      const { used, reservations, lost, overruns } = await heir.snapshot()
      expect(reservations).toEqual([])
      expect(used.tokens).toBeLessThanOrEqual(LIMIT)
      expect(overruns.count).toBe(0)
      const entries = await entriesOf(store, 'r')
      const ids = entries.flatMap((entry) => (entry.type === 'reserved' ? [entry.id] : []))
      const settled = entries.flatMap((entry) => (entry.type === 'settled' ? [entry] : []))
      expect(settled.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      expect(settled.reduce((sum, { amount }) => sum + amount.tokens, 0)).toBe(used.tokens)
      expect(settled.filter(({ how }) => how === 'lost')).toHaveLength(lost.count)
      let total = 0
      const worst = new Map<string, number>()
      // At every moment what is used and what is held stay within the limit together.
      for (const entry of entries) {
        if (entry.type === 'reserved') worst.set(entry.id, entry.amount.tokens)
        if (entry.type === 'settled') worst.delete(entry.id)
        if (entry.type === 'settled') total += entry.amount.tokens
        expect(total + [...worst.values()].reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(LIMIT)
      }
    }),
    { numRuns: 1500 },
  )
})

test('runs that fit are done, with the whole answer that they asked for', { timeout: 120_000 }, async () => {
  const processes = fc.array(fc.array(aTry(['settle', 'release']), { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(processes, fc.boolean(), async (plans, oneProcess) => {
      const took = (each: Try): number => (each.fate === 'release' ? 0 : Math.floor(each.took * (each.input + each.output)))
      const all = plans.flat()
      const largest = Math.max(...all.map(({ input, output }) => input + output))
      const tokens = all.reduce((sum, each) => sum + took(each), 0) + largest
      const store = memoryStore()
      const host = jumpingHost()
      const open = (): BudgetLedger =>
        budgetLedger(store, { root: 'r', limits: { tokens }, host, holdMs: 1e12, patienceMs: 1e12, thresholds: [] })
      const shared = open()
      const ledger = (): BudgetLedger => (oneProcess ? shared : open())
      const done = await Promise.all(plans.map((tries, index) => work({ ledger: ledger(), name: `p${index}`, tries, heir: shared })))
      expect(done).toEqual(plans.map(({ length }) => length))
      for (const entry of await entriesOf(store, 'r')) {
        if (entry.type !== 'reserved') continue
        const [name = '', index = ''] = entry.id.split('.')
        const asked = plans[Number(name.slice(1))]?.[Number(index)]
        expect(entry.amount.tokens).toBe((asked?.input ?? 0) + (asked?.output ?? 0))
      }
      expect((await shared.snapshot()).used.tokens).toBe(tokens - largest)
    }),
    { numRuns: 1000 },
  )
})
