/** While another connection holds the write lock, reads go on, writes wait without blocking the process, and give up in time. */
import { DatabaseSync } from 'node:sqlite'
import { isAgentError } from '@seamfold/core/kit'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const collect = async (items: AsyncIterable<{ record: string }>): Promise<string[]> => {
  const records: string[] = []
  for await (const { record } of items) records.push(record)
  return records
}

test('a write waits for the lock and then succeeds, and reads do not wait', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  await store.append('log', ['a'], { expected: 0 })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  let settled = false
  const waiting = [store.append('log', ['b'], { expected: 1 }), store.append('second', ['c'], { expected: 0 })]
  const both = Promise.all(waiting).finally(() => (settled = true))
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(await collect(store.read('log'))).toEqual(['a'])
  }
  expect(settled).toBe(false)
  other.exec('COMMIT')
  await both
  expect(await collect(store.read('log'))).toEqual(['a', 'b'])
  other.close()
  await store.close?.()
})

test('a write that waited too long is refused with a retryable error that names the file, and can be made again', async () => {
  const path = fresh()
  const store = sqliteStore(path, { busyTimeoutMs: 60 })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const error = await store.append('log', ['a'], { expected: 0 }).catch((failure: unknown) => failure)
  expect(isAgentError(error, 'store_unavailable')).toBe(true)
  expect(error).toMatchObject({ retryable: true, details: { path, sqlite: 'BUSY' } })
  other.exec('ROLLBACK')
  await store.append('log', ['a'], { expected: 0 })
  expect(await collect(store.read('log'))).toEqual(['a'])
  other.close()
  await store.close?.()
})

test('a signal ends the wait with its own reason', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const stop = new AbortController()
  const append = store.append('log', ['a'], { expected: 0, signal: stop.signal })
  const reason = new Error('stop')
  setImmediate(() => stop.abort(reason))
  await expect(append).rejects.toBe(reason)
  other.exec('COMMIT')
  expect(await collect(store.read('log'))).toEqual([])
  other.close()
  await store.close?.()
})

test('closing waits for the writes that wait for the lock', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const append = store.append('log', ['a'], { expected: 0 })
  const closed = store.close?.()
  setImmediate(() => other.exec('COMMIT'))
  await append
  await closed
  expect(other.prepare('SELECT record FROM seamfold_journal').all()).toEqual([{ record: 'a' }])
  other.close()
})

test('a reader with a slow consumer does not keep another connection from writing or checkpointing', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  await store.append(
    'log',
    Array.from({ length: 2_000 }, (_, index) => `record ${index}`),
    { expected: 0 },
  )
  const reading = store.read('log')[Symbol.asyncIterator]()
  await reading.next()
  const other = new DatabaseSync(path)
  expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 })
  await reading.return?.()
  other.close()
  await store.close?.()
})
