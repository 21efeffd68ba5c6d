/** A step whose worker died goes on where its journal stands: in the same worker once it is back, or in another that shares it. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { fromStore } from './support/journals.ts'
import type { Envelope } from '@seamfold/core/kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { executorPool, remoteExecutor, type RemoteExecutor } from '../src/index.ts'
import { never, specOf } from './support/steps.ts'

const file = fileURLToPath(new URL('support/journaled-worker-process.ts', import.meta.url))
const children: ChildProcess[] = []
const executors: RemoteExecutor[] = []
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'seamfold-remote-'))
})

afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

type Asked = {
  readonly port?: number
  readonly journal?: string
  readonly patience?: string
  readonly folder?: string
  readonly graceMs?: number
}
type Worker = { readonly child: ChildProcess; readonly url: string; readonly port: number; waits(): Promise<void>; kill(): Promise<void> }

async function startWorker({ port = 0, journal = '', patience = 'none', folder = directory, graceMs = 300 }: Asked): Promise<Worker> {
  const child = fork(file, [String(port), folder, journal, patience, String(graceMs)], { execArgv: [...FROM_SOURCES] })
  children.push(child)
  const waiting = once(child, 'message').then(async ([first]) => ({ first, started: once(child, 'message') }))
  const { first, started } = await waiting
  const { url } = first as { readonly url: string }
  return {
    child,
    url,
    port: Number(new URL(url).port),
    waits: async () => void (await started),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const caller = (url: string): RemoteExecutor => {
  const executor = remoteExecutor({ url, token: 'secret', graceMs: 300, connectMs: 10_000 })
  executors.push(executor)
  return executor
}

/** The step is first given to the worker that takes forever. */
const poolOf = (workers: readonly Worker[], graceMs = 300): RemoteExecutor => {
  const labels = ['forever']
  const labelsOf = (): readonly string[] => labels.splice(0)
  const pool = executorPool({ workers: workers.map(({ url }) => ({ url, token: 'secret', graceMs, connectMs: 500 })), labelsOf })
  executors.push(pool)
  return pool
}

const paid = (folder = directory): string => readFileSync(join(folder, 'effects'), 'utf8')

type Seen = { readonly events: Envelope[]; readonly onEvent: (envelope: Envelope) => void }
const watching = (): Seen => {
  const events: Envelope[] = []
  return { events, onEvent: (envelope) => void events.push(envelope) }
}

const step = { ...specOf('paid-once'), agent: 'default' }
const factsOf = ({ events }: Seen): readonly string[] => events.filter(({ durable }) => durable).map(({ cursor }) => cursor)

describe('a step whose worker died', () => {
  test('goes on in the same worker once it was started again, with no effect, fact or text twice', async () => {
    const first = await startWorker({ journal: 'shared', patience: 'forever' })
    const seen = watching()
    const running = caller(first.url).executeStep(step, { signal: never(), onEvent: seen.onEvent })
    await first.waits()
    await expect.poll(() => factsOf(seen).length).toBeGreaterThan(0)
    await first.kill()
    const second = await startWorker({ port: first.port, journal: 'shared' })
    expect(await running).toMatchObject({
      status: 'completed',
      output: `done by process ${second.child.pid}`,
      sessionId: 'task-run-paid-once',
    })
    expect(paid()).toBe('paid\n')
    expect(factsOf(seen)).toEqual(await fromStore(directory, 'task-run-paid-once'))
  }, 20_000)

  test('goes on in another worker of the pool that shares its journal', async () => {
    const first = await startWorker({ journal: 'shared', patience: 'forever' })
    const other = await startWorker({ journal: 'shared' })
    const pool = poolOf([first, other])
    const seen = watching()
    const running = pool.executeStep(step, { signal: never(), onEvent: seen.onEvent })
    await first.waits()
    await expect.poll(() => factsOf(seen).length).toBeGreaterThan(0)
    await first.kill()
    expect(await running).toMatchObject({ status: 'completed', output: `done by process ${other.child.pid}` })
    expect(paid()).toBe('paid\n')
    expect(factsOf(seen)).toEqual(await fromStore(directory, 'task-run-paid-once'))
  }, 20_000)

  test('goes on elsewhere long before the grace period is over: nobody listens where it was', async () => {
    const first = await startWorker({ journal: 'shared', patience: 'forever', graceMs: 60_000 })
    const other = await startWorker({ journal: 'shared', graceMs: 60_000 })
    const running = poolOf([first, other], 60_000).executeStep(step, { signal: never() })
    await first.waits()
    await first.kill()
    expect(await running).toMatchObject({ status: 'completed', output: `done by process ${other.child.pid}` })
    expect(paid()).toBe('paid\n')
  }, 30_000) // half the grace period

  test('is waited for where only its own worker can go on with it, for as long as the grace period', async () => {
    const first = await startWorker({ journal: 'shared', patience: 'forever', graceMs: 60_000 })
    const executor = remoteExecutor({ url: first.url, token: 'secret', connectMs: 500 })
    executors.push(executor)
    const running = executor.executeStep(step, { signal: never() })
    await first.waits()
    await first.kill()
    // Longer than the worker would be missed if another could take over. On the wall, as is how long the next process takes to begin.
    await new Promise((resolve) => setTimeout(resolve, 4000))
    const second = await startWorker({ port: first.port, journal: 'shared' })
    expect(await running).toMatchObject({ status: 'completed', output: `done by process ${second.child.pid}` })
    expect(paid()).toBe('paid\n')
  }, 30_000)

  test('is reported, and run nowhere else, where no other worker shares its journal', async () => {
    const first = await startWorker({ journal: 'its own', patience: 'forever' })
    const other = await startWorker({ journal: 'another' })
    const running = poolOf([first, other]).executeStep(step, { signal: never() })
    await first.waits()
    await first.kill()
    const { status, output, code } = await running
    expect({ status, code }).toEqual({ status: 'failed', code: 'executor_unavailable' })
    expect(output).toContain('what the step did after its last event is not known. Asked for again: No worker took step paid-once over: ')
    expect(output).toContain(`${other.url} does not share the journal its own`)
    expect(paid()).toBe('paid\n')
  }, 20_000)

  test('is reported where its worker has no journal to go on from', async () => {
    const first = await startWorker({ patience: 'forever' })
    const running = caller(first.url).executeStep(step, { signal: never() })
    await first.waits()
    await first.kill()
    await startWorker({ port: first.port })
    expect(await running).toMatchObject({
      code: 'executor_unavailable',
      output: expect.stringMatching(/did after its last event is not known$/),
    })
    expect(paid()).toBe('paid\n')
  }, 20_000)

  test('fails in words where workers say that they share a journal, and do not', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'seamfold-remote-'))
    const first = await startWorker({ journal: 'shared', patience: 'forever' })
    const liar = await startWorker({ journal: 'shared', folder: elsewhere })
    const seen = watching()
    const running = poolOf([first, liar]).executeStep(step, { signal: never(), onEvent: seen.onEvent })
    await first.waits()
    await expect.poll(() => factsOf(seen).length).toBeGreaterThan(0)
    await first.kill()
    const { status, output } = await running
    rmSync(elsewhere, { recursive: true, force: true })
    expect(status).toBe('failed')
    expect(output).toMatch(
      /^Step paid-once was done again from a journal without the fact \S+, which it had told before: do these workers really share their journal\?$/,
    )
  }, 20_000)
})
