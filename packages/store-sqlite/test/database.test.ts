/** One file holds a store, leases and blobs, can be looked into with any SQLite shell, and closes when its owner says so. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isAgentError } from '@seamfold/core/kit'
import { expect, test } from 'vitest'
import { sqliteBlobs, sqliteDatabase, sqliteLeases, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('the folders above the file are created', async () => {
  const path = join(fresh('deep'), 'er', 'still', 'store.db')
  const store = sqliteStore(path)
  await store.append('log', ['a'], { expected: 0 })
  await store.close?.()
  expect(existsSync(path)).toBe(true)
})

test('after a clean close the file stands alone', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  await store.append('log', ['a'], { expected: 0 })
  await store.close?.()
  expect([existsSync(path), existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([true, false, false])
  expect(dirname(path)).not.toBe('')
})

test('a store, leases and blobs share one connection, and each outlives the others', async () => {
  const path = fresh()
  const database = sqliteDatabase(path)
  const [store, leases, blobs] = [sqliteStore(database), sqliteLeases(database), sqliteBlobs(database)]
  await Promise.all([store.append('log', ['a'], { expected: 0 }), leases.acquire('log', 'me', 60_000), blobs.put('digest', 'text')])
  await store.close?.()
  expect((await leases.read('log'))?.holder).toBe('me')
  await database.close()
  await database.close()
  const late = await leases.read('log').catch((error: unknown) => error)
  expect(isAgentError(late, 'store_unavailable')).toBe(true)
  const again = sqliteDatabase(path)
  expect(await sqliteBlobs(again).get('digest')).toBe('text')
  expect((await sqliteLeases(again).read('log'))?.holder).toBe('me')
  await again.close()
})

test('what was appended without waiting is committed by close', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const appends = Array.from({ length: 20 }, (_, index) => store.append(`key ${index}`, ['a'], { expected: 0 }))
  await store.close?.()
  await Promise.all(appends)
  const other = new DatabaseSync(path)
  expect(other.prepare('SELECT count(*) AS count FROM seamfold_journal').get()).toEqual({ count: 20 })
  other.close()
})

test('a connection that was passed in stays open', async () => {
  const driver = new DatabaseSync(':memory:')
  driver.exec('CREATE TABLE mine (word TEXT)')
  const store = sqliteStore(driver)
  await store.append('log', ['a'], { expected: 0 })
  await store.close?.()
  driver.exec("INSERT INTO mine VALUES ('still here')")
  expect(driver.prepare('SELECT word FROM mine').all()).toEqual([{ word: 'still here' }])
  driver.close()
})

test('ordinary logs are readable in any SQLite shell', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  await store.append('journal/fix-auth', ['{"type":"agent_start"}', '{"type":"turn_start"}'], { expected: 0 })
  const other = new DatabaseSync(path)
  expect(other.prepare("SELECT offset, record ->> 'type' AS type FROM seamfold_journal WHERE key = 'journal/fix-auth'").all()).toEqual([
    { offset: 0, type: 'agent_start' },
    { offset: 1, type: 'turn_start' },
  ])
  other.close()
  await store.close?.()
})

test('only what text would bend is kept as bytes', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  await store.append('log', ['plain', '漢字 😀', 'a\0b', '\ud800'], { expected: 0 })
  const other = new DatabaseSync(path)
  const kinds = other.prepare('SELECT typeof(record) AS kind FROM seamfold_journal').all()
  expect(kinds.map(({ kind }) => kind)).toEqual(['text', 'text', 'blob', 'blob'])
  other.close()
  await store.close?.()
})

test('a reader of a log that is deleted and written anew never sees the new one', async () => {
  const store = sqliteStore(':memory:')
  const old = Array.from({ length: 2_000 }, (_, index) => `old ${index}`)
  await store.append('log', old, { expected: 0 })
  const seen: string[] = []
  for await (const { record } of store.read('log')) {
    seen.push(record)
    if (seen.length > 1) continue
    await store.delete('log')
    await store.append(
      'log',
      old.map((_, index) => `new ${index}`),
      { expected: 0 },
    )
  }
  expect(seen).toEqual(old.slice(0, seen.length))
  await store.close?.()
})
