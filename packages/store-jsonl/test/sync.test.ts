/** What is promised to survive loss of power is on the disk before the promise is kept. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { blobsOn } from '../src/jsonl-blobs.ts'
import { storeOn } from '../src/jsonl-store.ts'
import { fileError, observedDisk } from './observed-disk.ts'
import { failureOf, recordsIn, told } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('sync puts the file on the disk, and its name at the first time, before it resolves', async () => {
  const { disk, calls } = observedDisk()
  const folder = fresh()
  const store = storeOn(disk, folder, {})
  await store.append('log', ['a'], { expected: 0, sync: true })
  calls.push('resolved')
  await store.append('log', ['b'], { expected: 1, sync: true })
  calls.push('resolved')
  await store.close?.()
  expect(calls).toEqual([
    'write log.jsonl',
    'synced log.jsonl',
    `synced folder ${basename(folder)}`,
    'resolved',
    'write log.jsonl',
    'synced log.jsonl',
    'resolved',
  ])
})

test('an append without sync waits for no disk, and a later one with sync covers its bytes and its name', async () => {
  const { disk, calls } = observedDisk()
  const folder = fresh()
  const store = storeOn(disk, folder, {})
  await store.append('log', ['a'], { expected: 0 })
  calls.push('resolved')
  await store.append('log', [], { expected: 1, sync: true })
  await store.close?.()
  expect(calls).toEqual(['write log.jsonl', 'resolved', 'synced log.jsonl', `synced folder ${basename(folder)}`])
})

test('another store that syncs a log makes sure of its name itself', async () => {
  const { disk, calls } = observedDisk()
  const folder = fresh()
  const [one, other] = [storeOn(disk, folder, {}), storeOn(disk, folder, {})]
  await one.append('log', ['a'], { expected: 0 })
  await other.append('log', ['b'], { expected: 1, sync: true })
  // And so does one whose log was deleted and written anew behind its back.
  await one.delete('log')
  await one.append('log', ['c'], { expected: 0 })
  calls.length = 0
  await other.append('log', ['d'], { expected: 1, sync: true })
  expect(calls).toEqual(['write log.jsonl', 'synced log.jsonl', `synced folder ${basename(folder)}`])
  await Promise.all([one.close?.(), other.close?.()])
})

test('a deletion is on the disk before it resolves', async () => {
  const { disk, calls } = observedDisk()
  const folder = fresh()
  const store = storeOn(disk, folder, {})
  await store.append('log', ['a'], { expected: 0 })
  calls.length = 0
  await store.delete('log')
  expect(calls).toEqual([`synced folder ${basename(folder)}`])
  await store.close?.()
})

test('a large text is on the disk before it has its name, and its name before put resolves', async () => {
  const { disk, calls } = observedDisk()
  await blobsOn(disk, fresh()).put('abc', 'text')
  expect(calls).toEqual([
    expect.stringMatching(/^write abc\.txt\..*\.draft$/),
    expect.stringMatching(/^synced abc\.txt\..*\.draft$/),
    'name abc.txt',
    'synced folder blobs',
  ])
})

test('a sync that the disk refuses is told, and the next one writes everything again before it counts', async () => {
  const observed = observedDisk()
  const store = storeOn(observed.disk, fresh(), {})
  await store.append('log', ['a'], { expected: 0 })
  observed.failedSyncs.push(fileError('EIO'))
  const error = await failureOf(store.append('log', ['b'], { expected: 1, sync: true }))
  expect(told(error)).toMatch(/^store_unavailable: .*log\.jsonl" \(EIO.*\): check the disk and the system log/)
  expect(error).toMatchObject({ retryable: true, details: { errno: 'EIO' } })
  // It may have been stored, as after any rejected append: whoever wrote it reads back.
  expect(await recordsIn(store)).toEqual(['a', 'b'])
  observed.calls.length = 0
  await store.append('log', ['c'], { expected: 2, sync: true })
  // Once for what the disk had refused, once for the batch.
  expect(observed.calls.slice(0, 3)).toEqual(['write log.jsonl', 'write log.jsonl', 'synced log.jsonl'])
  observed.calls.length = 0
  await store.append('log', ['d'], { expected: 3, sync: true })
  expect(observed.calls).toEqual(['write log.jsonl', 'synced log.jsonl'])
  expect(await recordsIn(store)).toEqual(['a', 'b', 'c', 'd'])
  await store.close?.()
})
