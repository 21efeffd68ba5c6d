/** A budget of each day, in a process that lives through midnight. */
import { expect, test } from 'vitest'
import { budgetRoots, createAgent, dailyLedger, memoryStore, readBudget } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { manualHost, scriptedLlm } from '../../src/testing.ts'

const rootsIn = async (store: SessionStore): Promise<string[]> => {
  const roots: string[] = []
  for await (const root of budgetRoots(store)) roots.push(root)
  return roots.toSorted()
}

/** Just before midnight in Berlin, where it is 23:59:50. */
const LATE = Date.parse('2026-11-21T22:59:50Z')

test('each attempt is paid from the day on which it begins, and the next day has all of its own', async () => {
  const host = manualHost()
  await host.clock.advance(LATE - host.clock.now())
  const store = memoryStore()
  const ledger = dailyLedger(store, { limits: { turns: 2 }, zone: 'Europe/Berlin', host })
  const open = Promise.withResolvers<string>()
  const llm = scriptedLlm(['one', () => open.promise, 'three', 'four'])
  const agent = createAgent({ llm, store, host, budget: { ledger }, timeouts: { firstChunkMs: 0, chunkMs: 0 } })
  await (await agent.run('go')).completed()
  const over = await agent.run('go')
  while (llm.requests.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await host.clock.advance(20_000)
  open.resolve('two')
  await over.completed()
  for (let run = 0; run < 2; run++) await (await agent.run('go')).completed()
  expect(await (await agent.run('go')).result).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' } })
  expect(await rootsIn(store)).toEqual(['day-2026-11-21', 'day-2026-11-22'])
  for (const root of await rootsIn(store)) expect(await readBudget(store, root)).toMatchObject({ used: { turns: 2 }, reservations: [] })
  await agent.close()
  await ledger.close()
})

test('what a process that died began the day before is settled by whoever goes on with it', async () => {
  const host = manualHost()
  await host.clock.advance(LATE - host.clock.now())
  const store = memoryStore()
  const open = () => dailyLedger(store, { limits: { tokens: 100_000 }, zone: 'Europe/Berlin', host })
  const model = { maxOutputTokens: 500 }
  const dead = scriptedLlm([() => new Promise<string>(() => {})], { model })
  const session = await createAgent({ llm: dead, store, host, budget: { ledger: open() } }).session({ id: 's' })
  void session.send('go')
  while (dead.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  await host.clock.advance(20_000)
  const second = createAgent({ llm: scriptedLlm(['done'], { model }), store, host, budget: { ledger: open() } })
  await (await (await second.session({ id: 's' })).resume())?.completed()
  expect(await readBudget(store, 'day-2026-11-21')).toMatchObject({ lost: { count: 1 }, reservations: [] })
  expect(await readBudget(store, 'day-2026-11-22')).toMatchObject({ used: { turns: 1 }, reservations: [] })
})

test('a zone that there is not is refused at once', () => {
  expect(() => dailyLedger(memoryStore(), { limits: { turns: 1 }, zone: 'Mars/North' })).toThrow(/'Mars\/North' is no time zone/)
})
