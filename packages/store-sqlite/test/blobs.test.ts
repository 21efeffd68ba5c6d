/** Texts of a SQLite file age from when they were last put. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { sqliteBlobs, sqliteDatabase } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const isNeeded = (): boolean => false

test('putting a text again makes it young again', async () => {
  let now = 1_000_000
  const database = sqliteDatabase(fresh())
  const blobs = sqliteBlobs(database, { now: () => now })
  await blobs.put('a', 'one')
  await blobs.put('b', 'two')
  now += 5000
  await blobs.put('a', 'one')
  expect(await blobs.sweep?.({ isNeeded, minimumAgeMs: 1000 })).toBe(1)
  expect([await blobs.get('a'), await blobs.get('b')]).toEqual(['one', undefined])
  await database.close()
})

test('a file of version 1 keeps its texts, which count as old', async () => {
  const path = fresh()
  const first = sqliteDatabase(path)
  await sqliteBlobs(first).put('a', 'one')
  await first.close()
  const other = new DatabaseSync(path)
  other.exec("ALTER TABLE seamfold_blob DROP COLUMN put_at; UPDATE seamfold_meta SET value = 1 WHERE name = 'version'")
  other.close()
  const database = sqliteDatabase(path)
  const blobs = sqliteBlobs(database)
  expect(await blobs.get('a')).toBe('one')
  expect(await blobs.sweep?.({ isNeeded, minimumAgeMs: 86_400_000 })).toBe(1)
  await database.close()
})
