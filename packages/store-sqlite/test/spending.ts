/** Processes that spend, killed at random and begun again, and what their journals and ledgers say of it. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type BudgetLimits, budgetLedger, budgetRoots, type Host, type LedgerSnapshot, type Spending, systemHost } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteStore } from '../src/index.ts'

export type SpendingPlan = { readonly scope: 'several' | 'run' | 'session' | 'sub-tree' | 'workflow'; readonly limits: BudgetLimits }

/** How a run or step ended, as its process says; or what a workflow's budget had counted. */
export type Ended = { readonly id: string; readonly status: string; readonly code?: string; readonly [figure: string]: unknown }

const RESOURCES = ['tokens', 'usd', 'turns', 'toolCalls', 'workMs'] as const
export const NOTHING: Spending = { tokens: 0, usd: 0, turns: 0, toolCalls: 0, workMs: 0 }

export const plus = (one: Spending, other: Partial<Spending>, sign: 1 | -1 = 1): Spending => {
  const sum = { ...one }
  for (const resource of RESOURCES) sum[resource] += sign * (other[resource] ?? 0)
  return sum
}

/** A limit that is passed, in words; dollars are sums of fractions. */
export const passed = (used: Spending, limits: BudgetLimits): string | undefined => {
  const name = RESOURCES.find((resource) => used[resource] > (limits[resource] ?? Infinity) + 1e-9)
  return name && `${name}: ${used[name]} of ${limits[name]}`
}

const start = (words: readonly string[]) =>
  spawn(process.execPath, [...FROM_SOURCES, './spending-worker.ts', ...words], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Killed after so many questions, and begun again, for each number; the last one works to its end. */
export async function worker(words: readonly string[], kills: readonly number[]): Promise<Ended[]> {
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
  | { readonly type: 'reserved'; readonly id: string; readonly amount: Spending }
  | { readonly type: 'settled'; readonly id: string; readonly amount: Spending }
  | { readonly type: 'limits_set' | 'threshold_hit' | 'carried' | 'closed' | 'overrun' }

const inAnHour = (): Host => {
  const host = systemHost()
  return { ...host, clock: { ...host.clock, now: () => Date.now() + 3_600_000 } }
}

export type LedgerFound = { readonly root: string; readonly state: LedgerSnapshot; readonly problems: readonly string[] }

/** Every ledger in the file, and what in its log broke a law: past a limit at some moment, or settled twice. */
export async function ledgersIn(path: string, limits: BudgetLimits): Promise<readonly LedgerFound[]> {
  const store = sqliteStore(path)
  const found: LedgerFound[] = []
  for await (const root of budgetRoots(store)) {
    const ledger = budgetLedger(store, { root, limits, host: inAnHour() })
    await ledger.settleLost()
    found.push({ root, state: await ledger.snapshot(), problems: await problemsIn(store, root, limits) })
  }
  await store.close?.()
  return found
}

async function problemsIn(store: SessionStore, root: string, limits: BudgetLimits): Promise<readonly string[]> {
  const problems: string[] = []
  const held = new Map<string, Spending>()
  let used = NOTHING
  for await (const { record } of store.read(`budget/${encodeURIComponent(root)}/0`)) {
    const { entry } = JSON.parse(record) as { entry: Entry }
    if (entry.type === 'reserved') held.set(entry.id, entry.amount)
    if (entry.type === 'settled') {
      if (!held.delete(entry.id)) problems.push(`${entry.id} was settled twice`)
      used = plus(used, entry.amount)
    }
    const worst = passed(
      [...held.values()].reduce((sum, amount) => plus(sum, amount), used),
      limits,
    )
    if (worst !== undefined) problems.push(`${entry.type}: ${worst}`)
  }
  return problems
}

type Fact = {
  readonly type: string
  readonly metadata?: { readonly parentSessionId?: string }
  readonly usage?: { readonly input: number; readonly output: number }
  readonly cost?: number
  readonly callId?: string
  readonly reservation?: { readonly tokens: number; readonly usd?: number; readonly afterRefusal?: boolean }
}

/** One session with its sub-agents: what its providers reported and its tools did, and the attempts that were lost. */
export type Told = { readonly reported: Spending; readonly lost: Spending }

/** By their root sessions. */
export async function journalsIn(path: string): Promise<ReadonlyMap<string, Told>> {
  const store = sqliteStore(path)
  const parents = new Map<string, string>()
  const told = new Map<string, Told>()
  for await (const key of store.keys({ prefix: 'journal/' })) {
    const id = key.slice('journal/'.length)
    const facts: Fact[] = []
    for await (const { record } of store.read(key)) facts.push(JSON.parse(record.slice(record.indexOf('\n') + 1)) as Fact)
    const parent = facts[0]?.metadata?.parentSessionId
    if (parent !== undefined) parents.set(id, parent)
    told.set(id, toldIn(facts))
  }
  await store.close?.()
  const rootOf = (id: string): string => (parents.has(id) ? rootOf(parents.get(id) ?? '') : id)
  const roots = new Map<string, Told>()
  for (const [id, { reported, lost }] of told) {
    const root = rootOf(id)
    const sum = roots.get(root) ?? { reported: NOTHING, lost: NOTHING }
    roots.set(root, { reported: plus(sum.reported, reported), lost: plus(sum.lost, lost) })
  }
  return roots
}

function toldIn(facts: readonly Fact[]): Told {
  let reported = NOTHING
  let lost = NOTHING
  let open: Fact['reservation']
  const calls = new Set<string>()
  for (const { type, usage, cost, callId = '', reservation } of facts) {
    if (type === 'turn_start') {
      if (open !== undefined && reservation?.afterRefusal !== true) lost = plus(lost, { tokens: open.tokens, usd: open.usd ?? 0 })
      open = reservation
    }
    if (type === 'turn_end' && usage !== undefined) {
      reported = plus(reported, { tokens: usage.input + usage.output, usd: cost ?? 0, turns: 1 })
      open = undefined
    }
    if (type === 'tool_execution_start') calls.add(callId)
  }
  return { reported: plus(reported, { toolCalls: calls.size }), lost }
}
