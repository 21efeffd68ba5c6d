/** A ledger that only the caller has pays for what a worker in another process does, whichever of them is killed. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '@seamfold/core/kit'
import { sqliteStore } from '@seamfold/store-sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { ledgerCaller } from './support/ledger-caller.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes are started, one after the other

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

function start(file: string, ...words: string[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(`support/${file}`, import.meta.url)), words, { execArgv: [...FROM_SOURCES] })
  closers.push(() => child.kill('SIGKILL'))
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Pays and then waits, or pays and is done; it has a journal of its own and knows no ledger. */
async function startWorker(directory: string, { port = 0, patience = '', journal = '' } = {}) {
  const child = start('journaled-worker-process.ts', `${port}`, directory, journal, patience, '30000')
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }]
  /** Its tool waits, and the turn that called it is in its journal. */
  const waits = async (): Promise<void> => {
    const store = sqliteStore(join(directory, 'sessions.db'))
    await expect
      .poll(async () => (await journalIn(store)).match(/"type":"tool_execution_start"/g)?.length ?? 0, { timeout: 30_000 })
      .toBe(2)
    await store.close?.()
  }
  return { child, url, port: Number(new URL(url).port), waits }
}

async function journalIn(store: SessionStore): Promise<string> {
  let text = ''
  for await (const key of store.keys({ prefix: 'journal/' })) for await (const { record } of store.read(key)) text += record
  return text
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'seamfold-ledger-'))
  closers.push(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Two turns of the caller, three of the worker, one token each way. */
const HERE = 4
const THERE = 6

test('a worker that is killed in the middle counts as all that its step was granted', async () => {
  const directory = folder()
  const worker = await startWorker(directory, { patience: 'forever' })
  const { agent, ledger, close } = ledgerCaller(directory, worker.url)
  closers.push(close)
  const run = await agent.run('go')
  await worker.waits()
  const granted = (await ledger())?.reservations.find(({ kind }) => kind === 'grant')?.amount.tokens ?? 0
  expect(granted).toBeGreaterThan(5000)
  await kill(worker.child)
  const result = await run.result
  expect(result.status).toBe('completed')
  expect(await ledger()).toMatchObject({ used: { tokens: granted + HERE }, reservations: [] })
})

test('one that comes back goes on with its step, which counts once and as what it took', async () => {
  const directory = folder()
  const worker = await startWorker(directory, { patience: 'forever', journal: 'ours' })
  const { agent, ledger, close } = ledgerCaller(directory, worker.url)
  closers.push(close)
  const run = await agent.run('go')
  await worker.waits()
  await kill(worker.child)
  await startWorker(directory, { port: worker.port, journal: 'ours' })
  await run.completed()
  expect(await ledger()).toMatchObject({ used: { tokens: THERE + HERE, turns: 5, toolCalls: 3 }, reservations: [] })
  expect(readFileSync(join(directory, 'effects'), 'utf8')).toBe('paid\n')
})

test('a caller that is killed leaves the grant set aside; whoever goes on with its run has the same one, and it counts once', async () => {
  const directory = folder()
  const worker = await startWorker(directory, { patience: 'forever', journal: 'ours' })
  const dying = start('ledger-caller-process.ts', directory, worker.url)
  await worker.waits()
  await kill(dying)
  const first = ledgerCaller(directory, worker.url)
  const [grant, ...others] = (await first.ledger())?.reservations.filter(({ kind }) => kind === 'grant') ?? []
  expect(others).toEqual([])
  await first.close()
  await kill(worker.child)
  const back = await startWorker(directory, { port: worker.port, journal: 'ours' })
  const { agent, ledger, close } = ledgerCaller(directory, back.url)
  closers.push(close)
  const run = await (await agent.session({ id: 's' })).resume()
  for await (const { event } of run ?? []) if (event.type === 'subagent_end') break
  await run?.completed()
  expect(grant?.amount.tokens).toBeGreaterThan(5000)
  expect(await ledger()).toMatchObject({ used: { tokens: THERE + HERE }, reservations: [], overruns: { count: 0 } })
  expect(readFileSync(join(directory, 'effects'), 'utf8')).toBe('paid\n')
})
