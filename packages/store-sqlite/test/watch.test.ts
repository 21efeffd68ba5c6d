/** Whoever waits for a log in a SQLite file is woken, whichever connection or process writes it, and waiting costs next to nothing. */
import { execFile, spawn } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createAgent, openSession, tool } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { callOf, manualHost, runConformance, scriptedLlm, watchStoreSuite, type WatchSubject } from '@seamfold/core/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteDatabase, type SqliteDriver, sqliteStore, sqliteWatch } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const runner = { describe, test }
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const command = (script: string, ...parameters: string[]): string[] => [...FROM_SOURCES, at(script), ...parameters]

const onOneConnection = (): WatchSubject => {
  const database = sqliteDatabase(fresh())
  return { watch: sqliteWatch(database), writer: sqliteStore(database) }
}
const onTwoConnections = (): WatchSubject => {
  const path = fresh()
  return { watch: sqliteWatch(sqliteDatabase(path)), writer: sqliteStore(path) }
}

runConformance(watchStoreSuite, { name: 'sqliteWatch', create: onOneConnection }, runner)
runConformance(watchStoreSuite, { name: 'sqliteWatch, written through another connection', create: onTwoConnections }, runner)

/** A real connection that counts looks at what others have written. */
const counting = (path: string): { readonly driver: SqliteDriver; looks: number } => {
  const database = new DatabaseSync(path)
  const counted = {
    looks: 0,
    driver: {
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      prepare(sql) {
        const statement = database.prepare(sql)
        if (sql !== 'PRAGMA data_version') return statement
        return {
          ...statement,
          get() {
            counted.looks += 1
            return statement.get()
          },
        }
      },
    } as SqliteDriver,
  }
  return counted
}

/** Time passes only when it is moved. */
function manualTimers(): (ms: number) => Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return (ms) => vi.advanceTimersByTimeAsync(ms)
}

test('any number of watchers share one look, and without one there is none', async () => {
  const pass = manualTimers()
  const counted = counting(fresh())
  const watch = sqliteWatch(sqliteDatabase(counted.driver), { everyMs: 10 })
  const watchers = Array.from({ length: 200 }, () => watch.watch('log')[Symbol.asyncIterator]())
  await Promise.all(watchers.map((watcher) => watcher.next()))
  counted.looks = 0
  await pass(200)
  expect(counted.looks).toBe(20)
  await Promise.all(watchers.map(async (watcher) => watcher.return?.()))
  counted.looks = 0
  await pass(200)
  expect(counted.looks).toBe(0)
})

test('looks are rarer when nothing has happened for a while', async () => {
  const pass = manualTimers()
  const counted = counting(fresh())
  const watcher = sqliteWatch(sqliteDatabase(counted.driver), { everyMs: 1 }).watch('log')[Symbol.asyncIterator]()
  await watcher.next()
  await pass(250)
  counted.looks = 0
  await pass(200)
  expect(counted.looks).toBe(40)
  await watcher.return?.()
})

test('a write through the same connection wakes only those whom it concerns', async () => {
  const database = sqliteDatabase(fresh())
  const store = sqliteStore(database)
  const watch = sqliteWatch(database)
  const [concerned, other] = ['log', 'another'].map((prefix) => watch.watch(prefix)[Symbol.asyncIterator]())
  await Promise.all([concerned?.next(), other?.next()])
  let woken = false
  void other?.next().then(() => (woken = true))
  await store.append('log', ['a'], { expected: 0 })
  await concerned?.next()
  await nextTurn()
  expect(woken).toBe(false)
})

const lengthOf = async (store: SessionStore): Promise<number> => {
  let length = 0
  for await (const { offset } of store.read('one')) length = offset + 1
  return length
}

test('another process that writes wakes within a fraction of a second, each time', { timeout: 30_000 }, async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const database = sqliteDatabase(path)
  const child = spawn(process.execPath, command('./endless-writer.ts', path), { stdio: ['ignore', 'ignore', 'inherit'] })
  let seen = 0
  for await (const _ of sqliteWatch(database).watch('one')) {
    seen = await lengthOf(store)
    if (seen >= 45) break
  }
  child.kill('SIGKILL')
  expect(seen).toBeGreaterThanOrEqual(45)
  await store.close?.()
})

test('a process that only watches ends', { timeout: 30_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, command('./watching-only.ts', fresh()))
  expect(stdout).toBe('watching\n')
})

test('a watch of a file that was closed says so', async () => {
  const database = sqliteDatabase(fresh())
  const watcher = sqliteWatch(database).watch('log')[Symbol.asyncIterator]()
  await watcher.next()
  const next = watcher.next()
  await database.close()
  await expect(next).rejects.toMatchObject({ code: 'store_unavailable' })
  await expect(sqliteWatch(database).watch('log')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'store_unavailable' })
})

test('a pause that makes no sense is refused', () => {
  expect(() => sqliteWatch(sqliteDatabase(':memory:'), { everyMs: 0 })).toThrow(/everyMs is 0: use a number of milliseconds, 1 or more/)
})

test('an agent hears from another connection what is said to its run, without looking', async () => {
  const path = fresh()
  const open = () => {
    const database = sqliteDatabase(path)
    return { store: sqliteStore(database), watch: sqliteWatch(database) }
  }
  const hang = tool({
    name: 'hang',
    description: 'Waits to be stopped.',
    effect: 'unsafe',
    execute: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })),
  })
  // Its clock stands still, so that it never looks by itself.
  const agent = createAgent({ llm: scriptedLlm([[callOf('hang')]]), tools: [hang], host: manualHost(), ...open() })
  const run = await agent.run('go')
  for await (const { event } of run) if (event.type === 'tool_execution_start') break
  const { store: theirs, watch: theirWatch } = open()
  const view = await openSession(theirs, run.sessionId, { watch: theirWatch })
  await view.cancel('enough')
  expect(await run.result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  await agent.close()
})
