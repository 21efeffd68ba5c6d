/** What can go wrong with the file is told with its path and the way out, before anything is done. */
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { sqliteDatabase, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

/** An error as `code: message`, or what else it is. */
const told = (error: unknown): string => (isAgentError(error) ? `${error.code}: ${error.message}` : String(error))

const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

const count = async (items: AsyncIterable<unknown>): Promise<number> => {
  let seen = 0
  for await (const _ of items) seen += 1
  return seen
}

const many = (length: number): string[] => Array.from({ length }, (_, index) => `${index} ${'x'.repeat(500)}`)

describe('opening', () => {
  test('a file that is no database is refused and left alone', () => {
    const path = fresh('notes.txt')
    const notes = 'these are my notes, '.repeat(100)
    writeFileSync(path, notes)
    const message = told(thrownBy(() => sqliteStore(path)))
    expect(message).toMatch(/^store_corrupt: .*choose another path/)
    expect(message).toContain(path)
    expect(readFileSync(path, 'utf8')).toBe(notes)
  })

  test('a folder, and a path below a file, are refused', () => {
    const folder = fresh('folder')
    mkdirSync(folder)
    expect(told(thrownBy(() => sqliteStore(folder)))).toMatch(/^store_unavailable: .*folder".*not a folder itself/)
    const file = fresh('file')
    writeFileSync(file, '')
    expect(told(thrownBy(() => sqliteStore(join(file, 'store.db'))))).toMatch(/^store_unavailable: .*store\.db".*not a folder itself/)
  })

  test.runIf(process.platform === 'linux')('a place where no folder can be made is refused, and nothing waits', async () => {
    const path = '/proc/nowhere/deeper/store.db'
    const refusal = /^store_unavailable: .*deeper\/store\.db" failed \(ENOENT.*'\/proc\/nowhere'\): .*a folder that this user may write/
    expect(told(thrownBy(() => sqliteStore(path)))).toMatch(refusal)
    const here = sqliteDatabase(fresh())
    expect(told(await failureOf(here.backup(path)))).toContain('/proc/nowhere')
    await here.close()
  })

  test('a file that cannot be written is refused', () => {
    const path = fresh()
    new DatabaseSync(path).close()
    const readOnly = new DatabaseSync(path, { readOnly: true })
    const error = thrownBy(() => sqliteStore(readOnly))
    expect(told(error)).toMatch(/^store_unavailable: .*writable for this user/)
    expect(error).toMatchObject({ retryable: false, details: { sqlite: 'READONLY' } })
    readOnly.close()
  })

  test('a file of a newer schema is refused and left as it is', async () => {
    const path = fresh()
    await sqliteStore(path).close?.()
    const other = new DatabaseSync(path)
    other.exec("UPDATE seamfold_meta SET value = 99 WHERE name = 'version'")
    const error = thrownBy(() => sqliteStore(path))
    expect(told(error)).toMatch(/^store_newer: .*99.*upgrade @seamfold\/store-sqlite/)
    expect(error).toMatchObject({ retryable: false, details: { path, version: 99, known: 2 } })
    expect(other.prepare("SELECT value FROM seamfold_meta WHERE name = 'version'").get()).toEqual({ value: 99 })
    other.close()
  })

  test('an empty path and options that make no sense are refused', () => {
    expect(told(thrownBy(() => sqliteStore('')))).toMatch(/^invalid_argument: .*':memory:'/)
    const open = (options: object) => told(thrownBy(() => sqliteStore(':memory:', options)))
    expect(open({ durability: 'half' })).toMatch(/^invalid_argument: durability is "half": use 'full'/)
    expect(open({ busyTimeoutMs: -1 })).toMatch(/^invalid_argument: busyTimeoutMs is -1/)
    expect(open({ busyTimeoutMs: Number.NaN })).toMatch(/^invalid_argument: busyTimeoutMs is NaN/)
    const database = sqliteDatabase(':memory:')
    expect(told(thrownBy(() => sqliteStore(database, { durability: 'normal' })))).toMatch(/sqliteDatabase\(path, options\)/)
  })
})

describe('a damaged file', () => {
  test('is reported as corrupt, with the way out', async () => {
    const path = fresh()
    const store = sqliteStore(path)
    await store.append('log', many(500), { expected: 0 })
    await store.close?.()
    const pages = statSync(path).size / 4096
    const file = openSync(path, 'r+')
    for (let page = Math.floor(pages / 2); page < pages; page++) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, page * 4096)
    closeSync(file)
    const damaged = sqliteStore(path)
    const message = told(await failureOf(count(damaged.read('log'))))
    expect(message).toMatch(/^store_corrupt: .*restore a backup/)
    expect(message).toContain(path)
    await damaged.close?.()
  })

  test('that lost a record in the middle of a log is reported, not read over', async () => {
    const path = fresh()
    const store = sqliteStore(path)
    await store.append('log', many(10), { expected: 0 })
    const other = new DatabaseSync(path)
    other.exec('DELETE FROM seamfold_record WHERE offset = 4')
    other.close()
    expect(told(await failureOf(count(store.read('log'))))).toMatch(/^store_corrupt: Log "log" .* lacks record 4: restore/)
    await store.close?.()
  })
})

describe('a full disk', () => {
  test('refuses the append that does not fit, keeps its log as it was, and spares those committed with it', async () => {
    const driver = new DatabaseSync(fresh())
    const store = sqliteStore(driver)
    await store.append('log', ['a'], { expected: 0 })
    driver.exec('PRAGMA max_page_count = 40')
    const before = store.append('before', ['c'], { expected: 0 })
    const large = failureOf(store.append('log', ['b', 'x'.repeat(1_000_000)], { expected: 1 }))
    const after = store.append('after', ['d'], { expected: 0 })
    const error = await large
    await Promise.all([before, after])
    expect(told(error)).toMatch(/^store_unavailable: .*free space/)
    expect(error).toMatchObject({ retryable: true, details: { sqlite: 'FULL' } })
    expect(await count(store.read('log'))).toBe(1)
    driver.exec('PRAGMA max_page_count = 4000')
    await store.append('log', ['b', 'x'.repeat(1_000_000)], { expected: 1 })
    expect(await count(store.read('log'))).toBe(3)
    driver.close()
  })
})
