/** Both ends of a log, without what stands between them. */
import { expect, test } from 'vitest'
import { sqliteDatabase, sqliteFirstRecord, sqliteLastRecord, sqliteStore } from '../src/index.ts'

test('the first and the last record of a log are found, and of no other log', async () => {
  const database = sqliteDatabase(':memory:')
  const store = sqliteStore(database)
  const long = Array.from({ length: 1_200 }, (_, index) => `record ${index}`)
  await store.append('journal/a', long, { expected: 0 })
  await store.append('journal/b', ['only'], { expected: 0 })
  expect(await sqliteFirstRecord(database, 'journal/a')).toBe('record 0')
  expect(await sqliteFirstRecord(database, 'journal/c')).toBeUndefined()
  expect(await sqliteLastRecord(database, 'journal/a')).toBe('record 1199')
  expect(await sqliteLastRecord(database, 'journal/b')).toBe('only')
  expect(await sqliteLastRecord(database, 'journal/')).toBeUndefined()
  await store.delete('journal/a')
  expect(await sqliteLastRecord(database, 'journal/a')).toBeUndefined()
  await database.close()
})

test('a record that SQLite cannot keep as text comes back to the letter', async () => {
  const database = sqliteDatabase(':memory:')
  await sqliteStore(database).append('k', ['a', '\ud800 \u0000'], { expected: 0 })
  expect(await sqliteLastRecord(database, 'k')).toBe('\ud800 \u0000')
  await database.close()
})
