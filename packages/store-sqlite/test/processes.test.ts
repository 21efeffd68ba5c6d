/** One file, several real processes: races have one winner per offset, and a killed writer leaves whole batches. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FROM_SOURCES } from '../../../test/support/doors.ts'
import { sqliteStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

type Child = ChildProcessByStdio<Writable, Readable, Readable>
type Report = { acknowledged: { offset: number; records: string[] }[]; conflicts: number }

const start = (script: string, ...parameters: string[]): Child => {
  return spawn(process.execPath, [...FROM_SOURCES, at(script), ...parameters], { stdio: ['pipe', 'pipe', 'pipe'] })
}

const textOf = async (stream: Readable): Promise<string> => {
  const chunks: string[] = []
  for await (const chunk of stream.setEncoding('utf8')) chunks.push(String(chunk))
  return chunks.join('')
}

/** Lets all children go once all are ready, and gives what each reports. */
const race = async (children: readonly Child[]): Promise<Report[]> => {
  const lines = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]())
  const errors = Promise.all(children.map(({ stderr }) => textOf(stderr)))
  await Promise.all(lines.map((line) => line.next()))
  for (const { stdin } of children) stdin.end('go')
  const reports = await Promise.all(lines.map((line) => line.next()))
  expect((await errors).join('')).toBe('')
  return reports.map(({ value }) => JSON.parse(String(value)) as Report)
}

const recordsOf = async (path: string, key: string): Promise<string[]> => {
  const store = sqliteStore(path)
  const records: string[] = []
  for await (const { record } of store.read(key)) records.push(record)
  await store.close?.()
  return records
}

describe('three processes that append to one log', () => {
  test('win each offset once, and find there what they were told is stored', { timeout: 60_000 }, async () => {
    const path = fresh()
    const reports = await race(['one', 'two', 'three'].map((name) => start('./racing-writer.ts', path, name, '600')))
    const log = await recordsOf(path, 'log')
    const told = reports.flatMap(({ acknowledged }) => acknowledged)
    for (const { offset, records } of told) expect(log.slice(offset, offset + records.length)).toEqual(records)
    expect(log).toHaveLength(told.reduce((sum, { records }) => sum + records.length, 0))
    expect(reports.every(({ conflicts }) => conflicts > 0)).toBe(true)
  })
})

/** Kills the writer in the middle of its work and gives the lengths that it was told are stored. */
const killAfter = async (path: string, lines: number): Promise<Map<string, number>> => {
  const child = start('./endless-writer.ts', path)
  const acknowledged = new Map<string, number>()
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = '', length = '0'] = line.split(' ')
    acknowledged.set(key, Number(length))
    if (++seen === lines) child.kill('SIGKILL')
  }
  return acknowledged
}

describe('a writer that is killed in the middle of appends', () => {
  test('leaves everything acknowledged and only whole batches, time after time', { timeout: 60_000 }, async () => {
    const path = fresh()
    for (const lines of [1, 100, 777]) {
      const acknowledged = await killAfter(path, lines)
      expect(acknowledged.size).toBeGreaterThan(0)
      for (const [key, length] of acknowledged) {
        const log = (await recordsOf(path, key)).map((record) => JSON.parse(record) as { start: number; size: number; index: number })
        expect(log.length).toBeGreaterThanOrEqual(length)
        log.forEach(({ start: first, index }, offset) => expect(first + index).toBe(offset))
        const last = log.at(-1)
        expect(last?.index).toBe((last?.size ?? 0) - 1)
      }
    }
  })
})
