/** What the owner of a file does with it: copies taken while it is written, room given back, damage found. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { SessionStore } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteBlobs, sqliteDatabase, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const recordsOf = async (store: SessionStore, key: string): Promise<string[]> => {
  const records: string[] = []
  for await (const { record } of store.read(key)) records.push(record)
  return records
}

const many = (length: number): string[] => Array.from({ length }, (_, index) => `${index} ${'x'.repeat(500)}`)

/** Overwrites pages of a file that nobody has open. */
const damage = (path: string, from: number, pages: number): void => {
  const file = openSync(path, 'r+')
  for (let page = from; page < from + pages; page++) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, page * 4096)
  closeSync(file)
}

describe('a backup', () => {
  test('holds everything, opens as a store, and goes its own way', async () => {
    const database = sqliteDatabase(fresh())
    const store = sqliteStore(database)
    await store.append('log', ['a', 'b\0', '\ud800'], { expected: 0 })
    await sqliteBlobs(database).put('digest', 'text')
    const path = join(fresh('copies'), 'monday.db')
    await database.backup(path)
    await store.append('log', ['later'], { expected: 3 })
    const copy = sqliteDatabase(path)
    expect(await recordsOf(sqliteStore(copy), 'log')).toEqual(['a', 'b\0', '\ud800'])
    expect(await sqliteBlobs(copy).get('digest')).toBe('text')
    expect(await copy.check({ thorough: true })).toEqual({ ok: true, problems: [] })
    await sqliteStore(copy).append('log', ['elsewhere'], { expected: 3 })
    expect(await recordsOf(store, 'log')).toEqual(['a', 'b\0', '\ud800', 'later'])
    await Promise.all([copy.close(), database.close()])
    expect(readdirSync(dirname(path))).toEqual(['monday.db'])
  })

  test(
    'taken again and again while another process writes holds whole batches, and each at least what the one before held',
    {
      timeout: 60_000,
    },
    async () => {
      const path = fresh()
      const database = sqliteDatabase(path)
      const flags = [...FROM_SOURCES, at('./endless-writer.ts'), path]
      const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.stdout.resume()
      let before = 0
      for (let round = 0; round < 8; round++) {
        const target = fresh('copy.db')
        await database.backup(target)
        const copy = sqliteDatabase(target)
        expect(await copy.check()).toEqual({ ok: true, problems: [] })
        let held = 0
        for (const key of ['one', 'two', 'three', 'four', 'five', 'six']) {
          const batches = (await recordsOf(sqliteStore(copy), key)).map((record) => JSON.parse(record) as { size: number; index: number })
          expect(batches.at(-1)?.index ?? -1).toBe((batches.at(-1)?.size ?? 0) - 1)
          held += batches.length
        }
        expect(held).toBeGreaterThanOrEqual(before)
        before = held
        await copy.close()
      }
      child.kill('SIGKILL')
      expect(before).toBeGreaterThan(0)
      await database.close()
    },
  )

  test('is never written over anything', async () => {
    const database = sqliteDatabase(fresh())
    await expect(database.backup(database.path)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await database.check()).toEqual({ ok: true, problems: [] })
    await database.close()
  })

  test('of a damaged file fails, and leaves nothing', async () => {
    const path = fresh()
    const store = sqliteStore(path)
    await store.append('log', many(500), { expected: 0 })
    await store.close?.()
    damage(path, Math.floor(statSync(path).size / 4096 / 2), 4)
    const database = sqliteDatabase(path)
    const target = join(fresh('copies'), 'copy.db')
    await expect(database.backup(target)).rejects.toMatchObject({ code: 'store_corrupt' })
    expect(readdirSync(dirname(target))).toEqual([])
    await database.close()
  })

  test('that cannot be written says why and leaves nothing', async () => {
    const database = sqliteDatabase(fresh())
    const inTheWay = fresh('file')
    closeSync(openSync(inTheWay, 'w'))
    await expect(database.backup(join(inTheWay, 'copy.db'))).rejects.toMatchObject({ code: 'store_unavailable' })
    const small = new DatabaseSync(fresh())
    const source = sqliteDatabase(small)
    await sqliteStore(source).append('log', many(200), { expected: 0 })
    await source.close()
    await expect(source.backup(fresh('late.db'))).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(readdirSync(dirname(inTheWay)).filter((name) => name.includes('draft') || name.includes('late'))).toEqual([])
    small.close()
    await database.close()
  })
})

test('vacuum gives the room of deleted logs back, also while the log of changes is long', async () => {
  const database = sqliteDatabase(fresh())
  const store = sqliteStore(database)
  for (let log = 0; log < 20; log++) await store.append(`log ${log}`, many(200), { expected: 0 })
  await store.append('kept', ['a'], { expected: 0 })
  for (let log = 0; log < 20; log++) await store.delete(`log ${log}`)
  await database.vacuum()
  expect(statSync(database.path).size).toBeLessThan(100_000)
  expect(statSync(`${database.path}-wal`).size).toBe(0)
  expect(await recordsOf(store, 'kept')).toEqual(['a'])
  await store.append('kept', ['b'], { expected: 1 })
  await database.close()
})

describe('a check', () => {
  test('of a good file finds nothing', async () => {
    const database = sqliteDatabase(fresh())
    await sqliteStore(database).append('log', many(100), { expected: 0 })
    expect(await database.check()).toEqual({ ok: true, problems: [] })
    expect(await database.check({ thorough: true })).toEqual({ ok: true, problems: [] })
    await database.close()
  })

  test('names logs that lack records, and records without a log', async () => {
    const database = sqliteDatabase(fresh())
    const store = sqliteStore(database)
    for (const key of ['first', 'middle', 'good']) await store.append(key, many(10), { expected: 0 })
    const other = new DatabaseSync(database.path)
    other.exec("DELETE FROM seamfold_record WHERE offset = 4 AND log = (SELECT id FROM seamfold_log WHERE key = 'middle')")
    other.exec("DELETE FROM seamfold_record WHERE offset = 0 AND log = (SELECT id FROM seamfold_log WHERE key = 'first')")
    other.exec("INSERT INTO seamfold_record VALUES (99, 0, 'lost')")
    other.close()
    expect(await database.check()).toEqual({
      ok: false,
      problems: [
        'Log "first" should hold 10 records and holds 9',
        'Log "middle" should hold 10 records and holds 9',
        '1 records belong to no log',
      ],
    })
    await database.close()
  })

  test('of a file with damaged pages says so in words', async () => {
    const path = fresh()
    const store = sqliteStore(path)
    await store.append('log', many(500), { expected: 0 })
    await store.close?.()
    damage(path, Math.floor(statSync(path).size / 4096 / 2), 4)
    const database = sqliteDatabase(path)
    const { ok, problems } = await database.check()
    expect(ok).toBe(false)
    expect(problems.join('\n')).toMatch(/page|malformed|corrupt/i)
    await database.close()
  })

  test('compares indexes with their tables when it is to be thorough', async () => {
    const path = fresh()
    const store = sqliteStore(path)
    await store.append('log', many(3), { expected: 0 })
    await store.close?.()
    const other = new DatabaseSync(path, { defensive: false })
    other.exec('PRAGMA writable_schema = ON')
    other.exec("DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_seamfold_log_1'")
    other.close()
    const database = sqliteDatabase(path)
    expect((await database.check({ thorough: true })).ok).toBe(false)
    await database.close().catch(() => {})
  })
})
