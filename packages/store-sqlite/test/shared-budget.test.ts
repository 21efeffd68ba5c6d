/** One budget, several processes on one file, killed at random and replaced: never past the limit, each try settled once, what fits is done. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { budgetLedger, type Host, openSession, systemHost } from '@seamfold/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const WORKERS = 3
const SESSIONS = 3

type Ended = { readonly id: string; readonly status: string; readonly code?: string }

const start = (words: readonly string[]) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', './from-sources.mjs', './spending-worker.ts', ...words], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Killed after so many questions, and begun again, for each number; the last one works to its end. */
async function worker(words: readonly string[], kills: readonly number[]): Promise<Ended[]> {
  const ended = new Map<string, Ended>()
  for (const after of [...kills, Infinity]) {
    const child = start(words)
    let asked = 0
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'asked' && ++asked === after) child.kill('SIGKILL')
      if (line.startsWith('{')) {
        const said = JSON.parse(line) as Ended
        ended.set(said.id, ended.get(said.id) ?? said)
      }
    }
  }
  return [...ended.values()]
}

type Entry =
  | { readonly type: 'reserved'; readonly id: string; readonly amount: { readonly tokens: number } }
  | { readonly type: 'settled'; readonly id: string; readonly amount: { readonly tokens: number } }
  | { readonly type: 'limits_set' | 'threshold_hit' | 'carried' | 'closed' }

async function spendWith(limit: number, kills: readonly (readonly number[])[]) {
  const path = fresh()
  const names = (index: number): string[] => Array.from({ length: SESSIONS }, (_, each) => `s-${index}-${each}`)
  const ended = (await Promise.all(kills.map((each, index) => worker([path, String(limit), ...names(index)], each)))).flat()
  const store = sqliteStore(path)
  const ledger = budgetLedger(store, { root: 'shared', limits: { tokens: limit }, host: inAnHour() })
  await ledger.settleLost()
  const state = await ledger.snapshot()
  const entries: Entry[] = []
  for await (const { record } of store.read('budget/shared/0')) entries.push((JSON.parse(record) as { entry: Entry }).entry)
  let reported = 0
  for (const { id } of ended) {
    const { run, ended: before } = await (await openSession(store, id)).state()
    for (const each of new Set([...before.toArray(), run])) reported += (each?.usage.input ?? 0) + (each?.usage.output ?? 0)
  }
  await store.close?.()
  return { ended, state, entries, reported }
}

const inAnHour = (): Host => {
  const host = systemHost()
  return { ...host, clock: { ...host.clock, now: () => Date.now() + 3_600_000 } }
}

const plans = fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }), { minLength: WORKERS, maxLength: WORKERS })

/** The runs and how they ended, once the ledger was found to have kept its laws. */
async function lawful(limit: number, kills: readonly (readonly number[])[]): Promise<readonly string[]> {
  const { ended, state, entries, reported } = await spendWith(limit, kills)
  expect(state.reservations).toEqual([])
  expect(state.overruns.count).toBe(0)
  expect(state.used.tokens).toBeLessThanOrEqual(limit)
  expect(reported).toBeLessThanOrEqual(state.used.tokens)
  const held = new Map<string, number>()
  let used = 0
  for (const entry of entries) {
    if (entry.type === 'reserved') held.set(entry.id, entry.amount.tokens)
    if (entry.type !== 'settled') continue
    expect(held.delete(entry.id)).toBe(true)
    used += entry.amount.tokens
    expect(used + [...held.values()].reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(limit)
  }
  expect(used).toBe(state.used.tokens)
  return ended.map(({ status, code }) => code ?? status)
}

test('a budget that fits lets every run be done, whoever is killed', { timeout: 120_000 }, async () => {
  const done = Array.from({ length: WORKERS * SESSIONS }, () => 'completed')
  await fc.assert(
    fc.asyncProperty(plans, async (kills) => {
      expect(await lawful(1_000_000, kills)).toEqual(done)
    }),
    { numRuns: 2, endOnFailure: true },
  )
  expect.hasAssertions()
})

test('a budget that is too small is never passed, and nobody waits for ever', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 2500, max: 15_000 }), async (kills, limit) => {
      const endings = await lawful(limit, kills)
      expect(endings).toHaveLength(WORKERS * SESSIONS)
      expect(endings.filter((each) => each !== 'completed' && each !== 'budget_exhausted')).toEqual([])
    }),
    { numRuns: 2, endOnFailure: true },
  )
  expect.hasAssertions()
})
