/** Leases and large texts beside a store in one folder, between real processes. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jsonlBlobs, jsonlLeases, jsonlStore } from '../src/index.ts'
import { linesOf, start } from './children.ts'
import { collect, failureOf, told } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

test('a store, its leases and its large texts share a folder', async () => {
  const folder = fresh()
  const store = jsonlStore(folder)
  await store.append('leases', ['a log that is called so'], { expected: 0 })
  await jsonlLeases(folder).acquire('leases', 'me', 60_000)
  await jsonlBlobs(folder).put('blobs', 'text\n')
  expect(await collect(store.keys())).toEqual(['leases'])
  expect(readdirSync(folder).toSorted()).toEqual(['.lock', 'blobs', 'leases', 'leases.jsonl'])
  // Both are for people to read, too.
  expect(readFileSync(join(folder, 'blobs', 'blobs.txt'), 'utf8')).toBe('text\n')
  expect(JSON.parse(readFileSync(join(folder, 'leases', 'leases.json'), 'utf8'))).toMatchObject({ key: 'leases', holder: 'me' })
  await store.close?.()
})

test('a large text that is put again is young again, and a sweep leaves what is none of its own', async () => {
  const folder = fresh()
  const blobs = jsonlBlobs(folder)
  await blobs.put('old', 'text')
  await blobs.put('again', 'text')
  writeFileSync(join(folder, 'blobs', 'notes.md'), 'mine')
  for (const name of ['old', 'again', 'notes'])
    utimesSync(join(folder, 'blobs', name === 'notes' ? 'notes.md' : `${name}.txt`), 1_000_000, 1_000_000)
  await blobs.put('again', 'text')
  expect(await blobs.sweep?.({ isNeeded: () => false, minimumAgeMs: 60_000 })).toBe(1)
  expect(readdirSync(join(folder, 'blobs')).toSorted()).toEqual(['again.txt', 'notes.md'])
  expect(await blobs.get('again')).toBe('text')
})

describe('a lease', () => {
  test('that four processes want at once goes to one, and all are told to whom', { timeout: 30_000 }, async () => {
    const folder = fresh()
    const children = ['one', 'two', 'three', 'four'].map((name) => start('./racing-leaser.ts', folder, name))
    const lines = children.map(linesOf)
    await Promise.all(lines.map((line) => line.next()))
    for (const { stdin } of children) stdin.end('go')
    const answers = await Promise.all(lines.map(async (line) => JSON.parse(String((await line.next()).value)) as string[]))
    // Each asked for the same leases in the same order, so lease by lease all must have heard the same name.
    expect(answers[0]).toHaveLength(200)
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test('whose file is something else is reported, and one left empty by a crash is free', async () => {
    const folder = fresh()
    const leases = jsonlLeases(folder)
    await leases.acquire('session', 'one', 60_000)
    const path = join(folder, 'leases', 'session.json')
    writeFileSync(path, 'mine')
    expect(told(await failureOf(leases.acquire('session', 'two', 60_000)))).toMatch(
      /^store_corrupt: ".*session\.json" is not a lease: delete it/,
    )
    writeFileSync(path, '')
    expect(await leases.acquire('session', 'two', 60_000)).toMatchObject({ holder: 'two' })
  })
})

describe('a large text', () => {
  test('that many put at once is kept once, and no draft stays', async () => {
    const folder = fresh()
    const text = 'large '.repeat(100_000)
    await Promise.all(Array.from({ length: 10 }, () => jsonlBlobs(folder).put('abc', text)))
    expect(readdirSync(join(folder, 'blobs'))).toEqual(['abc.txt'])
    expect(await jsonlBlobs(folder).get('abc')).toBe(text)
  })
})
