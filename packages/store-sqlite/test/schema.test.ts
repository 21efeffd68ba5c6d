/** A file of every earlier version is brought up to date, whole or not at all; a later one is left alone. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqliteDatabase, sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const tables = (database: DatabaseSync): unknown[] =>
  database
    .prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'seamfold%' ORDER BY name")
    .all()
    .map(({ name }) => name)

const versionIn = (path: string): unknown => {
  const other = new DatabaseSync(path)
  try {
    return other.prepare("SELECT value FROM seamfold_meta WHERE name = 'version'").get()?.['value']
  } finally {
    other.close()
  }
}

const ALL = ['seamfold_blob', 'seamfold_journal', 'seamfold_lease', 'seamfold_log', 'seamfold_meta', 'seamfold_record']

describe('a file of version 0', () => {
  test('that is empty, or that holds tables of its user, becomes one of this version', async () => {
    for (const word of ['', 'mine']) {
      const path = fresh()
      const other = new DatabaseSync(path)
      other.exec(word === '' ? '' : `CREATE TABLE mine (word TEXT); INSERT INTO mine VALUES ('${word}')`)
      const store = sqliteStore(path)
      await store.append('log', ['a'], { expected: 0 })
      expect(tables(other)).toEqual(ALL)
      expect(word === '' ? '' : other.prepare('SELECT word FROM mine').get()?.['word']).toBe(word)
      await store.close?.()
      other.close()
      expect(versionIn(path)).toBe(2)
    }
  })

  test('whose creation was cut off after the table of versions becomes one of this version', async () => {
    const path = fresh()
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE seamfold_meta (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT')
    other.close()
    const store = sqliteStore(path)
    await store.append('log', ['a'], { expected: 0 })
    await store.close?.()
    expect(versionIn(path)).toBe(2)
  })

  test('that cannot be brought up to date is left as it was, and said to be in the way', () => {
    const path = fresh()
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE seamfold_lease (something TEXT)')
    expect(() => sqliteDatabase(path)).toThrow(/seamfold_lease already exists/)
    expect(tables(other)).toEqual(['seamfold_lease'])
    other.exec('DROP TABLE seamfold_lease')
    expect(() => sqliteDatabase(path)).not.toThrow()
    other.close()
  })

  test('that many open at once is made once', async () => {
    const path = fresh()
    const stores = Array.from({ length: 8 }, () => sqliteStore(path))
    await Promise.all(stores.map((store, index) => store.append(`log ${index}`, ['a'], { expected: 0 })))
    await Promise.all(stores.map(async (store) => store.close?.()))
    expect(versionIn(path)).toBe(2)
  })
})

test('a file of a later version is refused before anything of it is touched', () => {
  const path = fresh()
  const other = new DatabaseSync(path)
  other.exec(
    "CREATE TABLE seamfold_meta (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT; INSERT INTO seamfold_meta VALUES ('version', 3)",
  )
  expect(() => sqliteDatabase(path)).toThrow(/has schema version 3, this package knows 2: upgrade/)
  expect(tables(other)).toEqual(['seamfold_meta'])
  expect(other.prepare('SELECT name, value FROM seamfold_meta').all()).toEqual([{ name: 'version', value: 3 }])
  other.close()
})
