/** What the SQLite journal costs beside a plain `node:sqlite` loop in the same process, pass by pass. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createAgent, openSession, tool } from '@seamfold/core'
import type { LlmClient, SessionStore } from '@seamfold/core/kit'
import { sqliteStore } from '@seamfold/store-sqlite'
import { median } from './measure.ts'

export type StoreRow = {
  readonly name: string
  /** CPU against the plain loop, median of the passes. */
  readonly ratio: number
  /** Microseconds of CPU each, median. */
  readonly cpuUs: number
  readonly plainUs: number
}

const RECORD = 'x'.repeat(400)
const APPENDS = 2000
const MESSAGES = 5000
const CALLS_A_RUN = 49
const FORKS = 20

export async function storeRows(passes: number): Promise<readonly StoreRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'seamfold-bench-'))
  try {
    const rows = [
      await row('append of 1 record', passes, appends(folder, { records: 1, sync: false })),
      await row('append of 8 records', passes, appends(folder, { records: 8, sync: false })),
      await row('append of 1 record, synced', passes, appends(folder, { records: 1, sync: true })),
      await row('append of 8 records, synced', passes, appends(folder, { records: 8, sync: true })),
    ]
    const path = join(folder, 'long.db')
    await longSession(path)
    rows.push(await row(`opening a session of ${MESSAGES} messages`, passes, opening(path)))
    rows.push(await row('forking it, beside a synced append', passes, forking(path)))
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The plain way and ours, each for so many units. */
type Pair = { readonly units: number; plain(): void | Promise<void>; ours(): Promise<void> }

async function row(name: string, passes: number, pair: Pair): Promise<StoreRow> {
  const samples: { readonly plain: number; readonly ours: number }[] = []
  for (let pass = -1; pass < passes; pass++) {
    const plain = await cpuOf(() => pair.plain())
    const ours = await cpuOf(() => pair.ours())
    if (pass >= 0) samples.push({ plain: plain / pair.units, ours: ours / pair.units })
  }
  return {
    name,
    ratio: median(samples.map(({ plain, ours }) => ours / plain)),
    cpuUs: median(samples.map(({ ours }) => ours)),
    plainUs: median(samples.map(({ plain }) => plain)),
  }
}

async function cpuOf(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** A table with an index, a transaction for each append, in WAL mode, as anybody would write it. */
function appends(folder: string, { records, sync }: { readonly records: number; readonly sync: boolean }): Pair {
  const count = sync ? APPENDS / 10 : APPENDS
  const batch = Array.from({ length: records }, () => RECORD)
  let pass = 0
  return {
    units: count,
    plain() {
      const database = new DatabaseSync(join(folder, `plain-${records}-${sync}-${pass++}.db`))
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync ? 'FULL' : 'NORMAL'}`)
      database.exec('CREATE TABLE record (log TEXT, offset INTEGER, record TEXT, PRIMARY KEY (log, offset))')
      const insert = database.prepare('INSERT INTO record VALUES (?, ?, ?)')
      let offset = 0
      for (let each = 0; each < count; each++) {
        database.exec('BEGIN')
        for (const record of batch) insert.run('journal/s', offset++, record)
        database.exec('COMMIT')
      }
      database.close()
    },
    async ours() {
      const store: SessionStore = sqliteStore(join(folder, `ours-${records}-${sync}-${pass++}.db`))
      for (let each = 0; each < count; each++) await store.append('journal/s', batch, { expected: each * records, sync })
      await store.close?.()
    },
  }
}

/** Runs of tool calls and an answer, until there are so many messages. */
async function longSession(path: string): Promise<void> {
  let asked = 0
  const llm: LlmClient = {
    contract: 1,
    model: { provider: 'bench', id: 'bench' },
    async *stream() {
      asked++
      const last = asked % (CALLS_A_RUN + 1) === 0
      const text = { type: 'text' as const, text: 'I look at this first. '.repeat(8) }
      const call = { type: 'tool_use' as const, id: `call_${asked}`, name: 'look', input: { path: `src/file-${asked}.ts` } }
      const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
      yield [
        {
          type: 'done',
          message: { role: 'assistant', content: last ? [text] : [text, call] },
          usage,
          stopReason: last ? 'end_turn' : 'tool_use',
        },
      ]
    },
  }
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'a line of a file\n'.repeat(40) })
  const store = sqliteStore(path, { durability: 'normal' })
  const agent = createAgent({ llm, tools: [look], store, budget: { perRun: { turns: CALLS_A_RUN + 2 } } })
  const session = await agent.session({ id: 's' })
  for (let run = 0; run < MESSAGES / (2 * CALLS_A_RUN + 2); run++)
    await (await session.send(`Look around, for the ${run}th time.`)).completed()
  await agent.close()
  await store.close?.()
}

function opening(path: string): Pair {
  return {
    units: 1,
    plain: () => void byHand(path),
    async ours() {
      const store = sqliteStore(path)
      const state = await (await openSession(store, 's')).state()
      if (state.history.length !== MESSAGES) throw new Error(`There are ${state.history.length} messages, not ${MESSAGES}`)
      await store.close?.()
    },
  }
}

/** Every row read and parsed, and nothing else done with it. */
function byHand(path: string): number {
  const database = new DatabaseSync(path)
  const rows = database.prepare("SELECT record FROM seamfold_journal WHERE key = 'journal/s'").all() as { readonly record: string }[]
  const parsed = rows.flatMap(({ record }) => record.split('\n').map((line): unknown => JSON.parse(line)))
  database.close()
  return parsed.length
}

/** Beside one append that is synced: what a fork costs must not grow with what it shares. */
function forking(path: string): Pair {
  const store = sqliteStore(path)
  const llm: LlmClient = { contract: 1, model: { provider: 'bench', id: 'bench' }, async *stream() {} }
  const agent = createAgent({ llm, store })
  let count = 0
  return {
    units: FORKS,
    async plain() {
      for (let each = 0; each < FORKS; each++) await store.append(`plain/${count++}`, [RECORD], { expected: 0, sync: true })
    },
    async ours() {
      const session = await agent.session({ id: 's' })
      for (let each = 0; each < FORKS; each++) await session.fork({ id: `fork-${count++}` })
    },
  }
}
