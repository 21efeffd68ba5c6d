/** Whoever waits for a log in a folder is woken, whichever process writes it, also where the system does not tell. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createAgent, openSession, tool } from '@seamfold/core'
import type { SessionStore, WatchStore } from '@seamfold/core/kit'
import { callOf, manualHost, runConformance, scriptedLlm, watchStoreSuite, type WatchSubject } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { jsonlStore, jsonlWatch } from '../src/index.ts'
import { type WatchFolder, watchOn } from '../src/jsonl-watch.ts'
import { commandOf, start } from './children.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const runner = { describe, test }

/** A system that tells when it is told to, and counts who listens. */
function toldSystem() {
  const system = {
    listeners: 0,
    changed: (() => {}) as (name: string | null) => void,
    failed: (() => {}) as (error: unknown) => void,
    watch: ((_, told) => {
      system.listeners += 1
      system.changed = told.changed
      system.failed = told.failed
      return { close: () => void (system.listeners -= 1) }
    }) as WatchFolder,
  }
  return system
}

const mute: WatchFolder = () => {
  throw new Error('ENOSPC: System limit for number of file watchers reached')
}

const subject = (system?: WatchFolder) => (): WatchSubject => {
  const folder = fresh()
  return { watch: system === undefined ? jsonlWatch(folder) : watchOn(system, folder, 20), writer: jsonlStore(folder) }
}

runConformance(watchStoreSuite, { name: 'jsonlWatch', create: subject() }, runner)
runConformance(watchStoreSuite, { name: 'jsonlWatch where the system does not tell', create: subject(mute) }, runner)

const begin = async (watch: WatchStore, prefix: string) => {
  const wakeUps = watch.watch(prefix)[Symbol.asyncIterator]()
  await wakeUps.next()
  let woken = 0
  const count = async (): Promise<void> => {
    while ((await wakeUps.next()).done !== true) woken += 1
  }
  const ended = count()
  ended.catch(() => {})
  return { ended, times: () => woken }
}

test('a change wakes those whom it concerns, once for all that is told of it', async () => {
  const system = toldSystem()
  const watch = watchOn(system.watch, fresh())
  const [journal, inbox] = [await begin(watch, 'journal/a'), await begin(watch, 'inbox/')]
  for (let time = 0; time < 3; time++) system.changed('journal.a.jsonl')
  for (const name of ['.lock', 'journal.b.jsonl', 'blobs']) system.changed(name)
  await nextTurn()
  await nextTurn()
  expect([journal.times(), inbox.times()]).toEqual([1, 0])
})

test('a name that does not tell its key, and no name at all, wake everybody', async () => {
  for (const name of ['Fix-auth~0123456789abcdef0123456789abcdef.jsonl', null]) {
    const system = toldSystem()
    const watcher = await begin(watchOn(system.watch, fresh()), 'journal/a')
    system.changed(name)
    await nextTurn()
    await nextTurn()
    expect(watcher.times()).toBe(1)
  }
})

test('so many changes at once that the system may have dropped some wake everybody', async () => {
  const system = toldSystem()
  const watcher = await begin(watchOn(system.watch, fresh()), 'inbox/')
  for (let time = 0; time < 1_000; time++) system.changed('journal.a.jsonl')
  await nextTurn()
  await nextTurn()
  expect(watcher.times()).toBe(1)
})

test('where the system stops telling, the folder is looked at', async () => {
  const system = toldSystem()
  const folder = fresh()
  const watcher = await begin(watchOn(system.watch, folder), 'log')
  system.failed(new Error('EMFILE: too many open files'))
  expect(system.listeners).toBe(0)
  await expect.poll(() => watcher.times()).toBe(1)
  await jsonlStore(folder).append('log', ['a'], { expected: 0 })
  await expect.poll(() => watcher.times()).toBe(2)
})

test('a watch that ends leaves the system alone', async () => {
  const system = toldSystem()
  const stop = new AbortController()
  const watcher = watchOn(system.watch, fresh()).watch('log', { signal: stop.signal })[Symbol.asyncIterator]()
  await watcher.next()
  expect(system.listeners).toBe(1)
  stop.abort(new Error('enough'))
  await expect(watcher.next()).rejects.toThrow('enough')
  expect(system.listeners).toBe(0)
})

test('a folder that cannot be looked at either ends the watch with the reason', async () => {
  const folder = fresh()
  mkdirSync(folder)
  const watcher = await begin(watchOn(mute, folder), 'log')
  rmdirSync(folder)
  await expect(watcher.ended).rejects.toMatchObject({ code: 'store_unavailable' })
})

const lengthOf = async (store: SessionStore): Promise<number> => {
  let length = 0
  for await (const { offset } of store.read('one')) length = offset + 1
  return length
}

test('another process that writes wakes', { timeout: 30_000 }, async () => {
  const folder = fresh()
  const store = jsonlStore(folder)
  const child = start('./endless-writer.ts', folder)
  child.stdout.resume()
  let seen = 0
  for await (const _ of jsonlWatch(folder).watch('one')) {
    seen = await lengthOf(store)
    if (seen >= 15) break
  }
  expect(seen).toBeGreaterThanOrEqual(15)
  child.kill('SIGKILL')
  await store.close?.()
})

test('a process that only watches ends', { timeout: 30_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, commandOf('./watching-only.ts', fresh()))
  expect(stdout).toBe('watching\n')
})

test('an agent hears from another handle what is said to its run, without looking', async () => {
  const folder = fresh()
  const open = () => ({ store: jsonlStore(folder), watch: jsonlWatch(folder) })
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
