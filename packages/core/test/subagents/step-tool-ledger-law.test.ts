/** Whatever callers and workers do, and whoever dies: a ledger's limit is never passed, and in the end nothing is left set aside. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { crashingStore } from '../../src/testing.ts'
import { caller, type Fate, FarWorker, ledgerOn, peaksOf } from './far-workers.ts'

const LIMIT = 12_000

const ENDS: Fate = { tokens: 1, turns: 1, end: 'ends' }

type Plan = {
  /** Calls, and tasks of each. */
  readonly calls: readonly number[]
  /** Appends after which its process dies, each time it is begun anew. */
  readonly deaths: readonly number[]
  readonly when: 'before' | 'after'
  /** It is cancelled after the last death, instead of gone on with. */
  readonly cancelled: boolean
}

const fate: fc.Arbitrary<Fate> = fc.record({
  tokens: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constant(1e9)),
  turns: fc.integer({ min: 1, max: 3 }),
  end: fc.constantFrom('ends', 'ends', 'ends', 'asks', 'asks', 'gone', 'mute', 'unbegun', 'hangs'),
})

const plan: fc.Arbitrary<Plan> = fc.record({
  calls: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
  deaths: fc.array(fc.integer({ min: 2, max: 40 }), { maxLength: 3 }),
  when: fc.constantFrom('before', 'after'),
  cancelled: fc.boolean(),
})

type Lived = { readonly how: 'over' | 'dead' | 'hangs'; close(): Promise<void> }

type Scene = { readonly store: SessionStore; readonly worker: FarWorker; readonly id: string }

/** One process of a caller: to its end, to its death, or until a step of it hangs. */
async function live({ store, worker, id }: Scene, { calls }: Plan): Promise<Lived> {
  const agent = caller({
    store,
    worker,
    calls,
    ledger: { ledger: ledgerOn(store, { tokens: LIMIT, toolCalls: 20 }, { holdMs: 1, patienceMs: 5 }) },
    confirm: async () => ({ decision: 'reply', value: 'yes' }),
  })
  const work = async (): Promise<'over' | 'dead'> => {
    const session = await agent.session({ id })
    const result = await ((await session.resume()) ?? (await session.send('go', { id: 'the run' }))).result
    return result.status === 'failed' && result.error.code.startsWith('store_') ? 'dead' : 'over'
  }
  const how = await Promise.race([work().catch(() => 'dead' as const), worker.hung.promise.then(() => 'hangs' as const)])
  const close = (): Promise<void> => agent.close().catch(() => {})
  if (how !== 'hangs') await close()
  return { how, close }
}

/** Somebody else ends its run; the process before, which may live, finds out afterwards. */
async function end({ store, worker, id }: Scene, { calls }: Plan, before?: Lived): Promise<void> {
  const ledger = ledgerOn(store, { tokens: LIMIT, toolCalls: 20 }, { holdMs: 1, patienceMs: 5 })
  const agent = caller({ store, worker, calls, ledger: { ledger } })
  await (await agent.session({ id })).cancel()
  await agent.close()
  await before?.close()
}

async function play(scene: Scene, each: Plan): Promise<void> {
  for (const at of each.deaths) {
    const lived = await live({ ...scene, store: crashingStore(scene.store, { at, when: each.when }) }, each)
    if (lived.how === 'hangs') return end(scene, each, lived)
    if (lived.how === 'over') return
  }
  if (each.cancelled && each.deaths.length > 0) return end(scene, each)
  const lived = await live(scene, each)
  if (lived.how === 'hangs') await end(scene, each, lived)
}

test('of many callers, with crashes', { timeout: 240_000 }, async () => {
  let spent = 0
  let deaths = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 4 }),
      fc.array(fate, { minLength: 1, maxLength: 6 }),
      async (plans, fates) => {
        const store = memoryStore()
        const scenes = plans.map((each, index): Scene & { readonly each: Plan } => {
          const worker = new FarWorker((__, asked) => fates[(asked + index) % fates.length] ?? ENDS)
          return { each, store, worker, id: `s${index}` }
        })
        await Promise.all(scenes.map((scene) => play(scene, scene.each)))
        const total = scenes.reduce((sum, { worker }) => sum + worker.total, 0)
        const ledger = ledgerOn(store, { tokens: LIMIT, toolCalls: 20 }, { holdMs: 1 })
        await new Promise((resolve) => setTimeout(resolve, 3))
        await ledger.settleLost()
        const { used, reservations, overruns } = await ledger.snapshot()
        expect(reservations).toEqual([])
        expect(overruns.count).toBe(0)
        expect(used.tokens).toBeGreaterThanOrEqual(total)
        for (const peak of await peaksOf(store)) expect(peak).toBeLessThanOrEqual(LIMIT)
        spent += total
        deaths += plans.reduce((sum, each) => sum + each.deaths.length, 0)
      },
    ),
    { numRuns: 300 },
  )
  // The law has been tried on something.
  expect(spent).toBeGreaterThan(10_000)
  expect(deaths).toBeGreaterThan(100)
})
