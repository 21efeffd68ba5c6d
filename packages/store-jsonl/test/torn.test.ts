/** Whatever a dead writer left of its last batch, the batch is not there, and the log goes on. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { collect, recordsIn, recordsOf } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const FIRST = ['{"t":"a"}\n{"type":"a"}', 'two\nlines']
const LAST = ['{"t":"b"}\n{"type":"b","text":"é😀"}', '', '{"t":"c"}\n{}']

/** A file that holds the first batch, and how it goes on with the last. */
const written = async (): Promise<{ before: Buffer; after: Buffer }> => {
  const folder = fresh()
  const path = join(folder, 'log.jsonl')
  const store = jsonlStore(folder)
  await store.append('log', FIRST, { expected: 0 })
  const before = readFileSync(path)
  await store.append('log', LAST, { expected: 2 })
  await store.close?.()
  return { before, after: readFileSync(path) }
}

const lay = (bytes: Uint8Array): string => {
  const folder = fresh()
  mkdirSync(folder)
  writeFileSync(join(folder, 'log.jsonl'), bytes)
  return folder
}

/** What a reader finds who comes now, after checking that the log then takes the next batch as if nothing had been. */
const recordsThatGoOn = async (folder: string): Promise<string[]> => {
  const store = jsonlStore(folder)
  const records = await recordsIn(store)
  expect(await collect(store.keys())).toEqual(records.length === 0 ? [] : ['log'])
  await store.append('log', [], { expected: records.length, sync: true })
  await store.append('log', ['next', 'one'], { expected: records.length })
  expect(await recordsIn(store)).toEqual([...records, 'next', 'one'])
  await store.close?.()
  expect(await recordsOf(folder)).toEqual([...records, 'next', 'one'])
  return records
}

describe('a last batch that was cut off', { timeout: 60_000 }, () => {
  test('at any byte is not there', async () => {
    const { before, after } = await written()
    for (let length = before.length; length < after.length; length++)
      expect(await recordsThatGoOn(lay(after.subarray(0, length)))).toEqual(FIRST)
    expect(await recordsThatGoOn(lay(after))).toEqual([...FIRST, ...LAST])
  })

  test('at any byte, when it was the first, leaves a log that was never written', async () => {
    const { before } = await written()
    for (let length = 0; length < before.length; length++) expect(await recordsThatGoOn(lay(before.subarray(0, length)))).toEqual([])
  })

  test('with what a disk may put in place of lost bytes is not there', async () => {
    const { before, after } = await written()
    const lost = fc.record({
      kept: fc.integer({ min: before.length, max: after.length - 1 }),
      // Any bytes but a newline, which would make a line of them; mostly the zeros that file systems leave.
      filling: fc.oneof(
        fc.nat({ max: 5_000 }).map((length) => Buffer.alloc(length)),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0 : byte)))),
      ),
    })
    const check = async ({ kept, filling }: { kept: number; filling: Buffer }): Promise<void> => {
      // The one byte that makes the batch whole is its newline.
      expect(await recordsThatGoOn(lay(Buffer.concat([after.subarray(0, kept), filling])))).toEqual(FIRST)
    }
    await fc.assert(fc.asyncProperty(lost, check), { numRuns: 100 })
  })
})

describe('any batches', { timeout: 60_000 }, () => {
  test('survive any cut up to the last whole one', { timeout: 60_000 }, async () => {
    const anyRecord = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.json({ maxDepth: 2 }),
      fc.object({ maxDepth: 1 }).map((header) => `${JSON.stringify(header)}\n{"type":"x"}`),
    )
    const batches = fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(batches, fc.double({ min: 0, max: 1, noNaN: true }), async (all, where) => {
        const folder = fresh()
        const path = join(folder, 'log.jsonl')
        const store = jsonlStore(folder)
        const ends = [0]
        let length = 0
        for (const batch of all) {
          await store.append('log', batch, { expected: length })
          length += batch.length
          ends.push(readFileSync(path).length)
        }
        expect(await recordsIn(store)).toEqual(all.flat())
        await store.close?.()
        const bytes = readFileSync(path)
        const cut = Math.floor(where * bytes.length)
        const whole = ends.filter((end) => end > 0 && end <= cut).length
        expect(await recordsThatGoOn(lay(bytes.subarray(0, cut)))).toEqual(all.slice(0, whole).flat())
      }),
      { numRuns: 100 },
    )
  })
})
