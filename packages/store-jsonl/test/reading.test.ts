/** Reads that meet writers, and reads of long logs that do not start at the top. */
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { storeOn } from '../src/jsonl-store.ts'
import { toLines } from '../src/line.ts'
import { observedDisk } from './observed-disk.ts'
import { collect, recordsIn, recordsOf } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `record ${from + index} ${'x'.repeat(100)}`)

describe('a reader', () => {
  test('that meets a writer at any of its reads gets whole batches of what was there when it began', async () => {
    for (let at = 0; at < 12; at++) {
      const folder = fresh()
      const writer = jsonlStore(folder)
      await writer.append('log', ['a', 'b'], { expected: 0 })
      // A dead writer left most of a batch; the next one puts a batch of the same size in its place while somebody reads.
      const position = statSync(join(folder, 'log.jsonl')).size
      const torn = toLines(['c', 'd', 'e'], { offset: 2, position, chain: chainOf(folder) }).bytes
      appendFileSync(join(folder, 'log.jsonl'), torn.subarray(0, -5))
      const observed = observedDisk()
      const reader = storeOn(observed.disk, folder, {})
      let reads = 0
      let replaced: Promise<void> | undefined
      observed.beforeRead = () => {
        if (reads++ === at) replaced = writer.append('log', ['C', 'D', 'E'], { expected: 2 })
      }
      const seen = await recordsIn(reader)
      await replaced
      observed.beforeRead = undefined
      expect(['a,b', 'a,b,C,D,E']).toContain(seen.join())
      expect(await recordsIn(reader)).toEqual(replaced === undefined ? ['a', 'b'] : ['a', 'b', 'C', 'D', 'E'])
      await Promise.all([writer.close?.(), reader.close?.()])
    }
  })

  test('that gets half of what a dead writer left and half of what replaced it takes neither for a batch', async () => {
    const folder = fresh()
    const writer = jsonlStore(folder)
    await writer.append('log', ['a', 'b'], { expected: 0 })

    const position = statSync(join(folder, 'log.jsonl')).size
    const torn = toLines(['c', 'd', 'e'], { offset: 2, position, chain: chainOf(folder) }).bytes
    appendFileSync(join(folder, 'log.jsonl'), torn.subarray(0, -5))
    const observed = observedDisk()
    // The lines of both are of the same length, so that the halves fit together.
    const half = position + torn.length / 3
    let mixed = 0
    const reader = storeOn(
      {
        ...observed.disk,
        read(file, from, length) {
          const before = observed.disk.read(file, from, length)
          if (mixed > 0 || from === 0 || before.length + from < half) return before
          mixed += 1
          // Appends are synchronous up to their sync, so the batch is there now.
          void writer.append('log', ['C', 'D', 'E'], { expected: 2 })
          const after = observed.disk.read(file, from, length)
          return Buffer.concat([before.subarray(0, half - from), after.subarray(half - from)])
        },
      },
      folder,
      {},
    )
    const seen = await recordsIn(reader)
    expect(mixed).toBe(1)
    expect(['a,b', 'a,b,C,D,E']).toContain(seen.join())
    await Promise.all([writer.close?.(), reader.close?.()])
  })

  test('ends where its log was deleted, also when it was written anew', async () => {
    const folder = fresh()
    const store = jsonlStore(folder)
    for (let length = 0; length < 5_000; length += 100) await store.append('log', numbered(100, length), { expected: length })
    const seen: string[] = []
    for await (const { record } of store.read('log')) {
      seen.push(record)
      if (seen.length !== 3) continue
      await store.delete('log')
      await store.append(
        'log',
        Array.from({ length: 25_000 }, () => 'other'.repeat(30)),
        { expected: 0 },
      )
    }
    expect(seen).toEqual(numbered(5_000).slice(0, seen.length))
    expect(await recordsIn(store)).toHaveLength(25_000)
    await store.close?.()
  })

  test.skipIf(process.platform !== 'linux')('that stops in the middle and is never heard of again leaves no file open', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length
    const store = jsonlStore(fresh())
    await store.append('log', numbered(5_000), { expected: 0 })
    const before = open()
    const readers = Array.from({ length: 50 }, () => store.read('log')[Symbol.asyncIterator]())
    for (const reader of readers) await reader.next()
    expect(open() - before).toBeLessThan(10)
    await store.close?.()
  })
})

describe('appends to one log', () => {
  test('that do not wait for each other are made in the order in which they were asked for', async () => {
    const folder = fresh()
    await jsonlStore(folder).append('log', numbered(5_000), { expected: 0 })
    const store = jsonlStore(folder)
    const appends = Array.from({ length: 50 }, (_, index) =>
      store.append('log', [`${index}`], { expected: 5_000 + index, sync: index % 7 === 0 }),
    )
    // Closing waits for all that was asked for.
    await store.close?.()
    const log = await recordsOf(folder)
    await Promise.all(appends)
    expect(log.slice(5_000)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`))
  })
})

describe('a log that another store deleted and wrote anew', () => {
  test('is not taken for the one that was known, longer or of the same length', async () => {
    for (const anew of [
      ['c', 'd'],
      ['c', 'd', 'e', 'f'],
    ]) {
      const folder = fresh()
      const [one, other] = [jsonlStore(folder), jsonlStore(folder)]
      await one.append('log', ['a', 'b'], { expected: 0 })
      expect(await recordsIn(one)).toEqual(['a', 'b'])
      await other.delete('log')
      await other.append('log', anew.slice(0, 1), { expected: 0 })
      await other.append('log', anew.slice(1), { expected: 1 })
      expect(await recordsIn(one, 'log', 1)).toEqual(anew.slice(1))
      await one.append('log', ['last'], { expected: anew.length })
      expect(await recordsOf(folder)).toEqual([...anew, 'last'])
      await Promise.all([one.close?.(), other.close?.()])
    }
  })
})

describe('a long log', () => {
  test('costs a reader that has read it only what is new', async () => {
    const observed = observedDisk()
    const store = storeOn(observed.disk, fresh(), {})
    for (let length = 0; length < 200; length++) await store.append('log', numbered(1, length), { expected: length })
    const before = observed.readBytes
    expect(await recordsIn(store, 'log', 200)).toEqual([])
    expect(observed.readBytes - before).toBeLessThan(300)
    await store.close?.()
  })

  test('is read from the middle, appended to and read on without starting at the top', { timeout: 60_000 }, async () => {
    const observed = observedDisk()
    const folder = fresh()
    const store = storeOn(observed.disk, folder, {})
    for (let start = 0; start < 100_000; start += 1_000) await store.append('log', numbered(1_000, start), { expected: start })
    const bytesOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = observed.readBytes
      await work()
      return observed.readBytes - before
    }
    expect(await bytesOf(() => store.append('log', ['last'], { expected: 100_000 }))).toBeLessThan(1_000)
    expect(await bytesOf(() => collect(store.read('log', { from: 100_000 })))).toBeLessThan(400_000)
    expect(await bytesOf(async () => expect(await recordsIn(store, 'log', 100_001)).toEqual([]))).toBeLessThan(1_000)
    const first = store.read('log', { from: 50_500 })[Symbol.asyncIterator]()
    expect(
      await bytesOf(async () => expect((await first.next()).value).toEqual({ offset: 50_500, record: numbered(1, 50_500)[0] })),
    ).toBeLessThan(1_000_000)
    await first.return?.()
    // Another store sees it for the first time, and then knows it as well.
    const other = storeOn(observed.disk, folder, {})
    // Looking through it for the first time leaves others their turn.
    let turns = 0
    const ticking = setInterval(() => (turns += 1))
    await other.append('log', ['more'], { expected: 100_001 })
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(5)
    expect(await bytesOf(() => other.append('log', ['most'], { expected: 100_002 }))).toBeLessThan(1_000)
    expect(await bytesOf(() => store.append('log', ['all'], { expected: 100_003 }))).toBeLessThan(1_000)
    expect(await recordsIn(store, 'log', 99_999)).toEqual([...numbered(1, 99_999), 'last', 'more', 'most', 'all'])
    await Promise.all([store.close?.(), other.close?.()])
    expect(await recordsOf(folder)).toHaveLength(100_004)
  })
})

/** The checksum at the end of a log that is whole. */
function chainOf(folder: string): number {
  const last = readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? ''
  return Number.parseInt((JSON.parse(last) as { crc: string }).crc, 16)
}
