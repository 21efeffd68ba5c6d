/** One folder, several real processes: races have one winner, killed writers leave whole batches, and no lock outlives its process. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { exitOf, linesOf, start, textOf, type Child } from './children.ts'
import { failureOf, recordsIn, recordsOf, told } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

type Report = { acknowledged: { offset: number; records: string[] }[]; conflicts: number }

/** Lets all children go once all are ready, and gives what each reports. */
const race = async (children: readonly Child[]): Promise<Report[]> => {
  const lines = children.map(linesOf)
  const errors = Promise.all(children.map(({ stderr }) => textOf(stderr)))
  await Promise.all(lines.map((line) => line.next()))
  for (const { stdin } of children) stdin.end('go')
  const reports = await Promise.all(lines.map((line) => line.next()))
  expect((await errors).join('')).toBe('')
  return reports.map(({ value }) => JSON.parse(String(value)) as Report)
}

describe('three processes that append to one log', () => {
  test('win each offset once, and find there what they were told is stored', { timeout: 60_000 }, async () => {
    const folder = fresh()
    const reports = await race(['one', 'two', 'three'].map((name) => start('./racing-writer.ts', folder, name, '1200')))
    const log = await recordsOf(folder)
    const acknowledged = reports.flatMap((report) => report.acknowledged)
    for (const { offset, records } of acknowledged) expect(log.slice(offset, offset + records.length)).toEqual(records)
    expect(log).toHaveLength(acknowledged.reduce((sum, { records }) => sum + records.length, 0))
    expect(reports.every(({ conflicts }) => conflicts > 0)).toBe(true)
  })
})

/** Kills the writer at a moment of its own and gives the lengths that it was told are stored. */
const killAfter = async (folder: string, lines: number, milliseconds: number): Promise<Map<string, number>> => {
  const child = start('./endless-writer.ts', folder)
  const acknowledged = new Map<string, number>()
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = '', length = '0'] = line.split(' ')
    acknowledged.set(key, Number(length))
    if (++seen === lines) setTimeout(() => child.kill('SIGKILL'), milliseconds)
  }
  return acknowledged
}

type Written = { start: number; size: number; index: number }

describe('a writer that is killed in the middle of appends', () => {
  test('leaves everything acknowledged and only whole batches, at twenty moments', { timeout: 120_000 }, async () => {
    const folders = [fresh(), fresh(), fresh(), fresh()]
    for (let life = 0; life < 20; life++) {
      const folder = folders[life % folders.length] ?? ''
      const acknowledged = await killAfter(folder, 1 + life, Math.random() * 15)
      expect(acknowledged.size).toBeGreaterThan(0)
      for (const [key, length] of acknowledged) {
        const log = (await recordsOf(folder, key)).map((record) => JSON.parse(record) as Written)
        expect(log.length).toBeGreaterThanOrEqual(length)
        log.forEach(({ start: first, index }, offset) => expect(first + index).toBe(offset))
        const last = log.at(-1)
        expect(last?.index).toBe((last?.size ?? 0) - 1)
      }
    }
  })

  test('at any byte of a batch leaves the log as it was, ready for the next append', { timeout: 60_000 }, async () => {
    const folder = fresh()
    const path = join(folder, 'log.jsonl')
    const store = jsonlStore(folder)
    const kept: string[] = []
    for (const [life, bytes] of [0, 1, 30, 61, 90, 110, 120].entries()) {
      const sizeBefore = kept.length === 0 ? 0 : statSync(path).size
      expect(await exitOf(start('./dying-writer.ts', folder, String(kept.length), String(bytes)))).toBe('SIGKILL')
      // It did die in the middle of its write.
      expect(statSync(path).size - sizeBefore).toBe(bytes)
      expect(await recordsOf(folder)).toEqual(kept)
      await store.append('log', [`record ${life}`], { expected: kept.length })
      kept.push(`record ${life}`)
      expect(await recordsOf(folder)).toEqual(kept)
      expect(readFileSync(path, 'utf8')).not.toContain('never')
    }
    await store.close?.()
  })
})

describe('a process that has stopped in the middle of a write', () => {
  const hold = async (folder: string): Promise<Child> => {
    const child = start('./lock-holder.ts', folder)
    expect((await linesOf(child).next()).value).toBe('held')
    return child
  }

  test('is waited for while it lives', { timeout: 30_000 }, async () => {
    const folder = fresh()
    const store = jsonlStore(folder)
    const child = await hold(folder)
    const order: string[] = []
    const appended = store.append('log', ['a'], { expected: 0 }).then(() => order.push('appended'))
    const impatient = jsonlStore(folder, { busyTimeoutMs: 30 })
    const error = await failureOf(impatient.append('log', ['b'], { expected: 0 }))
    expect(told(error)).toMatch(/^store_unavailable: Another process has been writing to the JSONL store ".*\.lock" for 30 ms: try again/)
    expect(error).toMatchObject({ retryable: true })
    order.push('gone on')
    child.stdin.end('x')
    await appended
    expect(order).toEqual(['gone on', 'appended'])
    expect(await recordsIn(store)).toEqual(['a'])
    await Promise.all([store.close?.(), impatient.close?.()])
  })

  test('does not keep readers waiting, nor an append whose signal fires', { timeout: 30_000 }, async () => {
    const folder = fresh()
    const store = jsonlStore(folder)
    await store.append('log', ['a'], { expected: 0 })
    const child = await hold(folder)
    expect(await recordsIn(store)).toEqual(['a'])
    const stop = new AbortController()
    const reason = new Error('enough')
    const appended = failureOf(store.append('log', ['b'], { expected: 1, signal: stop.signal }))
    stop.abort(reason)
    expect(await appended).toBe(reason)
    child.kill('SIGKILL')
    await exitOf(child)
    expect(await recordsIn(store)).toEqual(['a'])
    await store.close?.()
  })

  test('gives way as soon as it is killed', { timeout: 30_000 }, async () => {
    const folder = fresh()
    const store = jsonlStore(folder, { busyTimeoutMs: 20_000 })
    const child = await hold(folder)
    const appended = store.append('log', ['a'], { expected: 0 })
    child.kill('SIGKILL')
    await appended
    expect(await recordsIn(store)).toEqual(['a'])
    await store.close?.()
  })
})
