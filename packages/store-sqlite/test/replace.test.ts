/** What was replaced is gone from the file, and from the write-ahead log beside it. */
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const bytesOf = (path: string): string =>
  [path, `${path}-wal`]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'latin1'))
    .join('')

for (const size of [20, 2_000, 200_000]) {
  test(`a record of ${size} characters leaves nothing behind`, async () => {
    const path = fresh()
    const store = sqliteStore(path)
    const secret = `secret-${'7'.repeat(size)}-secret`
    for (let index = 0; index < 40; index++)
      await store.append('log', [index === 17 ? secret : `record ${index} ${'x'.repeat(300)}`], { expected: index })
    expect(bytesOf(path)).toContain('secret-777')
    await store.replace?.('log', [{ offset: 17, expected: secret, record: 'gone' }])
    expect(bytesOf(path)).not.toContain('secret-777')
    expect(bytesOf(path)).not.toContain('777-secret')
    await store.append('log', ['after'], { expected: 40 })
    await store.close?.()
    expect(bytesOf(path)).not.toContain('777')
  })
}

test('nothing is left behind by records that were moved within the file before', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const secret = `secret-${'7'.repeat(60)}`
  for (let log = 0; log < 12; log++) {
    for (let index = 0; index < 30; index++) {
      const record = log === 3 && index === 11 ? secret : `record ${index} ${'x'.repeat((index * 97) % 900)}`
      await store.append(`log ${log}`, [record], { expected: index })
    }
    if (log % 2 === 0) await store.delete(`log ${log}`)
  }
  await store.replace?.('log 3', [{ offset: 11, expected: secret, record: 'x'.repeat(700) }])
  expect(bytesOf(path)).not.toContain('secret-777')
  await store.close?.()
})

test('a reader that keeps the old records is named, and once it has ended nothing is left', async () => {
  const path = fresh()
  const store = sqliteStore(path)
  const secret = `secret-${'7'.repeat(60)}`
  await store.append('log', [secret], { expected: 0 })
  const other = new DatabaseSync(path)
  other.exec('BEGIN')
  other.prepare('SELECT count(*) FROM seamfold_record').get()
  await expect(store.replace?.('log', [{ offset: 0, expected: secret, record: 'gone' }])).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('were replaced, but somebody who reads the file keeps the old ones') as string,
  })
  other.exec('COMMIT')
  await store.replace?.('log', [{ offset: 0, expected: 'gone', record: 'gone' }])
  expect(bytesOf(path)).not.toContain('secret-777')
  other.close()
  await store.close?.()
})
