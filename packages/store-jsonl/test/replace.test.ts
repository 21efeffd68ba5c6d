/** A replaced record is gone from the folder, and nobody who reads or writes meanwhile notices more than that. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const recordsOf = async (store: ReturnType<typeof jsonlStore>): Promise<string[]> => {
  const records: string[] = []
  for await (const { record } of store.read('log')) records.push(record)
  return records
}

const inFolder = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.includes('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')

/** Batches of two, so that a page ends within them. */
async function filled(folder: string, count = 4_000): Promise<ReturnType<typeof jsonlStore>> {
  const store = jsonlStore(folder)
  for (let at = 0; at < count; at += 2) {
    const pair = [at, at + 1].map((index) => (index === 10 ? 'a secret' : `record ${index} ${'x'.repeat(200)}`))
    await store.append('log', pair, { expected: at })
  }
  return store
}

const change = { offset: 10, expected: 'a secret', record: 'nothing' }

test('nothing of it is left in any file, and the log goes on', async () => {
  const folder = fresh()
  const store = await filled(folder, 20)
  expect(inFolder(folder)).toContain('a secret')
  await store.replace?.('log', [change])
  expect(inFolder(folder)).not.toContain('a secret')
  await store.append('log', ['next'], { expected: 20 })
  expect((await recordsOf(store)).slice(9, 12).map((record) => record.slice(0, 9))).toEqual(['record 9 ', 'nothing', 'record 11'])
  expect(await recordsOf(jsonlStore(folder))).toEqual(await recordsOf(store))
  await store.replace?.('log', [{ offset: 20, expected: 'next', record: 'replaced again' }])
  expect((await recordsOf(store)).at(-1)).toBe('replaced again')
})

test('who reads in the middle reads on, here and in another process', async () => {
  const folder = fresh()
  const store = await filled(folder)
  const elsewhere = jsonlStore(folder)
  for (const reader of [store, elsewhere]) {
    const seen: number[] = []
    let replaced = 0
    for await (const { offset } of reader.read('log')) {
      seen.push(offset)
      if (offset !== 100 && offset !== 3_000) continue
      // Twice at once: who reads has not seen the file in between.
      for (const _ of [1, 2]) {
        const record = `${reader === store ? 'here' : 'there'} ${++replaced}`
        const [expected] = (await recordsOf(store)).slice(10, 11)
        await store.replace?.('log', [{ offset: 10, expected: expected ?? '', record }])
      }
    }
    expect(replaced).toBe(4)
    expect(seen).toEqual(Array.from({ length: 4_000 }, (_, index) => index))
  }
})

test('a log that was deleted and written anew is no successor of the old one', async () => {
  const store = await filled(fresh())
  const seen: number[] = []
  for await (const { offset } of store.read('log')) {
    seen.push(offset)
    if (offset !== 100) continue
    await store.delete('log')
    await store.append(
      'log',
      Array.from({ length: 4_000 }, (_, index) => `other ${index}`),
      { expected: 0 },
    )
  }
  expect(seen.length).toBeLessThan(4_000)
})

test('who appends at the same time loses nothing', async () => {
  const folder = fresh()
  const [store, other] = [await filled(folder, 200), jsonlStore(folder)]
  const appending = (async () => {
    for (let at = 200; at < 300; at++) await other.append('log', [`appended ${at}`], { expected: at, sync: at % 10 === 0 })
  })()
  for (let round = 0; round < 20; round++) {
    const expected = round === 0 ? 'a secret' : `round ${round - 1}`
    await store.replace?.('log', [{ offset: 10, expected, record: `round ${round}` }])
  }
  await appending
  const records = await recordsOf(jsonlStore(folder))
  expect(records).toHaveLength(300)
  expect(records[10]).toBe('round 19')
  expect(records.slice(200)).toEqual(Array.from({ length: 100 }, (_, index) => `appended ${200 + index}`))
})

test('what a process that died in the middle has left is no log and in nobody’s way', async () => {
  const folder = fresh()
  const store = await filled(folder, 20)
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.jsonl'))
  writeFileSync(join(folder, `${name}.new`), 'half of')
  const keys: string[] = []
  for await (const key of store.keys()) keys.push(key)
  expect(keys).toEqual(['log'])
  await store.replace?.('log', [change])
  expect((await recordsOf(store))[10]).toBe('nothing')
  expect(readdirSync(folder).filter((each) => each.endsWith('.new'))).toEqual([])
})
