/** What can go wrong with the disk is told with its path and the way out, and afterwards the store is as usable as the disk. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jsonlBlobs, jsonlStore } from '../src/index.ts'
import { blobsOn } from '../src/jsonl-blobs.ts'
import { storeOn } from '../src/jsonl-store.ts'
import { toLines } from '../src/line.ts'
import { commandOf } from './children.ts'
import { observedDisk } from './observed-disk.ts'
import { collect, failureOf, recordsIn, told } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

describe('a disk that fills up', () => {
  test('at any byte of a batch refuses it whole and keeps the log', async () => {
    const observed = observedDisk()
    const folder = fresh()
    const store = storeOn(observed.disk, folder, {})
    await store.append('log', ['a'], { expected: 0 })
    const { size } = statSync(join(folder, 'log.jsonl'))
    const batch = toLines(['b', 'c'], { offset: 1, position: 0, chain: 0 }).bytes.length
    for (let space = 0; space < batch; space++) {
      observed.space = space
      const error = await failureOf(store.append('log', ['b', 'c'], { expected: 1, sync: true }))
      expect(told(error)).toMatch(/^store_unavailable: .*log\.jsonl" \(ENOSPC.*\): free space on its disk, then try again/)
      expect(error).toMatchObject({ retryable: true, details: { errno: 'ENOSPC' } })
      expect(statSync(join(folder, 'log.jsonl')).size).toBe(size)
    }
    observed.space = Number.POSITIVE_INFINITY
    await store.append('log', ['b', 'c'], { expected: 1 })
    expect(await recordsIn(store)).toEqual(['a', 'b', 'c'])
    await store.close?.()
  })

  test('at any byte of a new log leaves no file behind', async () => {
    const observed = observedDisk()
    const folder = fresh()
    const store = storeOn(observed.disk, folder, {})
    for (let space = 0; space < 130; space += 10) {
      observed.space = space
      expect(told(await failureOf(store.append('log', ['a'], { expected: 0 })))).toMatch(/^store_unavailable: .*ENOSPC/)
      expect(statSync(join(folder, 'log.jsonl'), { throwIfNoEntry: false })).toBeUndefined()
    }
    observed.space = Number.POSITIVE_INFINITY
    await store.append('log', ['a'], { expected: 0 })
    expect(await recordsIn(store)).toEqual(['a'])
    await store.close?.()
  })

  test('keeps no part of a large text', async () => {
    const observed = observedDisk()
    const blobs = blobsOn(observed.disk, fresh())
    observed.space = 3
    expect(told(await failureOf(blobs.put('abc', 'a long text')))).toMatch(/^store_unavailable: .*ENOSPC/)
    expect(await blobs.get('abc')).toBeUndefined()
    observed.space = 100
    await blobs.put('abc', 'a long text')
    expect(await blobs.get('abc')).toBe('a long text')
  })

  const small = fresh('small')
  mkdirSync(small)
  /** A command that sees a disk of 256 kB at `small`. */
  const onSmallDisk = ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=256k none "$0" && exec "$@"', small]
  const possible = spawnSync('unshare', [...onSmallDisk, 'true']).status === 0

  test.skipIf(!possible)('for real: appends go on when space was made', { timeout: 30_000 }, () => {
    const output = execFileSync('unshare', [...onSmallDisk, process.execPath, ...commandOf('./filling-writer.ts', small)], {
      encoding: 'utf8',
    })
    const report = JSON.parse(output) as { stored: number; error: string; afterwards: string[]; kept: boolean }
    expect(report.stored).toBeGreaterThan(3)
    expect(report.error).toMatch(/^store_unavailable: .*ENOSPC: no space left on device.*free space on its disk/)
    expect(report).toMatchObject({ kept: true, afterwards: ['whole', 'again'] })
  })
})

describe('a folder that this user may not write', () => {
  test('can be read, and refuses to be written until it may be', { timeout: 30_000 }, async () => {
    const folder = fresh()
    const store = jsonlStore(folder)
    await store.append('log', ['a'], { expected: 0 })
    await store.close?.()
    for (const path of [folder, join(folder, 'log.jsonl'), join(folder, '.lock')]) chmodSync(path, path === folder ? 0o555 : 0o444)
    chmodSync(join(folder, '..'), 0o755)
    const output = execFileSync(process.execPath, commandOf('./reading-writer.ts', folder), { encoding: 'utf8' })
    chmodSync(folder, 0o755)
    const report = JSON.parse(output) as { records: string[]; keys: string[]; errors: string[] }
    expect(report).toMatchObject({ records: ['a'], keys: ['log'] })
    expect(report.errors).toHaveLength(3)
    for (const error of report.errors) expect(error).toMatch(/^store_unavailable: .*\(EACCES.*\): make the folder and its files writable/)
  })

  test('is reported when it cannot even be made', () => {
    const file = fresh()
    writeFileSync(file, 'a file')
    expect(() => jsonlStore(file)).toThrow(/check that the path is a folder/)
    expect(() => jsonlStore(join(file, 'below'))).toThrow(/check that the path is a folder, and that everything above it is one/)
    expect(readFileSync(file, 'utf8')).toBe('a file')
  })
})

describe('options', () => {
  test('that make no sense are refused', () => {
    expect(() => jsonlStore('')).toThrow(/directory of a JSONL store is empty/)
    expect(() => jsonlStore(fresh(), { busyTimeoutMs: -1 })).toThrow(/busyTimeoutMs is -1/)
    expect(() => jsonlStore(fresh(), { busyTimeoutMs: Number.NaN })).toThrow(/busyTimeoutMs is NaN/)
  })
})

test.runIf(process.platform === 'linux')('a place where no folder can be made is refused, and nothing waits', async () => {
  const refusal = /^The folder "\/proc\/nowhere" cannot be made: nothing can be made in \/proc\. Choose another folder$/
  expect(() => jsonlStore('/proc/nowhere/deeper')).toThrow(refusal)
  expect(await failureOf(jsonlBlobs('/proc/nowhere').put('digest', 'text'))).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(refusal) as unknown,
  })
})

test('a folder that was removed and made again excludes other processes again', async () => {
  const folder = fresh()
  const [one, other] = [jsonlStore(folder), jsonlStore(folder)]
  await one.append('log', ['a'], { expected: 0 })
  await other.append('log', ['b'], { expected: 1 })
  rmSync(folder, { recursive: true })
  expect(told(await failureOf(one.append('log', ['x'], { expected: 2 })))).toMatch(
    /^store_unavailable: .*the folder is gone: make the store anew/,
  )
  mkdirSync(folder)
  for (let length = 0; length < 20; length++) {
    const settled = await Promise.allSettled([one, other].map((store) => store.append('log', [String(length)], { expected: length })))
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  }
  expect(await recordsIn(other)).toHaveLength(20)
  expect(await collect(one.keys())).toEqual(['log'])
  await Promise.all([one.close?.(), other.close?.()])
})
