/** A line that is not what was written is reported with its file and number; nothing wrong is ever read. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { parseLine, toLines } from '../src/line.ts'
import { parseBatches } from '../src/parse-batches.ts'
import { collect, failureOf, recordsIn, recordsOf, told } from './reading.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()
const BATCHES = [['a', '{"t":"b"}\n{"type":"b"}'], ['c'], ['d', 'e', 'f']]
const ALL = BATCHES.flat()

const write = async (folder: string): Promise<string> => {
  const store = jsonlStore(folder)
  let expected = 0
  for (const batch of BATCHES) {
    await store.append('log', batch, { expected })
    expected += batch.length
  }
  await store.close?.()
  return join(folder, 'log.jsonl')
}

const lay = (bytes: string | Uint8Array, name = 'log.jsonl'): string => {
  const folder = fresh()
  mkdirSync(folder)
  writeFileSync(join(folder, name), bytes)
  return folder
}

/** What a reader gets before it is told what is wrong. */
const readUntilDamage = async (folder: string): Promise<{ records: string[]; error: unknown }> => {
  const store = jsonlStore(folder)
  const records: string[] = []
  const error = await failureOf(
    (async () => {
      for await (const { record } of store.read('log')) records.push(record)
    })(),
  )
  await store.close?.()
  return { records, error }
}

describe('a line in the middle', () => {
  test('with any bit turned is reported, after the whole batches before it', { timeout: 60_000 }, async () => {
    const bytes = readFileSync(await write(fresh()))
    const starts = [0, ...[...bytes].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []))]
    const [from = 0, to = 0] = [starts[2], starts[4]]
    for (let at = from; at < to; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
      const { records, error } = await readUntilDamage(lay(damaged))
      // Line 3 is the second of the first batch, line 4 the only one of the second.
      const line = at < (starts[3] ?? 0) ? 3 : 4
      expect(records).toEqual(line === 3 ? [] : ['a', BATCHES[0]?.[1]])
      expect(told(error)).toMatch(new RegExp(`^store_corrupt: Line ${line} of ".*log\\.jsonl" is damaged: .*head -n ${line - 1} keeps`))
      expect(error).toMatchObject({ retryable: false, details: { line, key: 'log', offset: line - 2 } })
    }
  })

  test('that is missing, doubled, moved, empty or of another log is reported', async () => {
    const lines = readFileSync(await write(fresh()), 'utf8')
      .split('\n')
      .slice(0, -1)
    const [head = '', one = '', two = '', three = '', four = ''] = lines
    const others = readFileSync(await write(fresh()), 'utf8').split('\n')
    const check = async (changed: readonly string[], line: number): Promise<void> => {
      const { error } = await readUntilDamage(lay(changed.map((each) => `${each}\n`).join('')))
      expect(told(error)).toMatch(new RegExp(`^store_corrupt: Line ${line} of `))
    }
    await check([head, one, three, four], 3)
    await check([head, one, two, four], 4)
    await check([head, one, two, two, three], 4)
    await check([head, two, one, three], 2)
    await check([head, one, two, '', three], 4)
    await check([head, one, two, others[3] ?? '', four], 4)
    await check([...lines, ''], 8)
  })

  test('that loss of power left empty is told apart from one that was changed', async () => {
    const bytes = readFileSync(await write(fresh()))
    const at = bytes.indexOf('"record":"d"')
    const { records, error } = await readUntilDamage(lay(bytes.fill(0, at, at + 5)))
    expect(records).toEqual(ALL.slice(0, 3))
    expect(told(error)).toMatch(/^store_corrupt: Line 5 of ".*" is damaged: it holds zeros, as loss of power leaves them.*head -n 4/)
  })

  test('stops an append too, and a log that was mended goes on in the same store', async () => {
    const folder = fresh()
    const path = await write(folder)
    const text = readFileSync(path, 'utf8')
    const store = jsonlStore(folder)
    writeFileSync(path, text.replace('"record":"c"', '"record":"C"'))
    const error = await failureOf(store.append('log', ['g'], { expected: 6 }))
    expect(told(error)).toMatch(/^store_corrupt: Line 4 of ".*" is damaged: its checksum does not match/)
    // As the message says: head -n 3.
    writeFileSync(path, `${text.split('\n').slice(0, 3).join('\n')}\n`)
    await store.append('log', ['C'], { expected: 2 })
    expect(await recordsIn(store)).toEqual([...ALL.slice(0, 2), 'C'])
    await store.close?.()
  })

  test('of a batch that somebody began and another did not finish is reported', () => {
    const start = { offset: 0, position: 0, chain: 0 }
    const whole = toLines(['a', 'b', 'c'], start).bytes
    const begun = whole.subarray(0, whole.indexOf('\n') + 1)
    const { chain } = toLines(['a', 'b', 'c'], start).end
    const reasonFor = (next: Buffer): unknown => parseBatches(Buffer.concat([begun, next]), start).rest
    const first = parseLine(begun.subarray(0, -1), 0)
    const after = { offset: 1, position: begun.length, chain: typeof first === 'string' ? chain : first.chain }
    expect(reasonFor(toLines(['x'], after).bytes)).toEqual({ offset: 1, reason: 'it is 1 of 1 of its batch where 2 of 3 belongs' })
    expect(reasonFor(toLines(['x', 'y'], after).bytes)).toEqual({ offset: 1, reason: 'it is 1 of 2 of its batch where 2 of 3 belongs' })
    expect(reasonFor(toLines(['x'], { ...after, offset: 0 }).bytes)).toEqual({
      offset: 1,
      reason: 'it holds record 0 where record 1 belongs',
    })
  })

  test('does not keep other logs from being read, listed and written', async () => {
    const folder = fresh()
    const path = await write(folder)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"record":"a"', '"record":"A"'))
    const store = jsonlStore(folder)
    await store.append('other', ['x'], { expected: 0 })
    expect(await recordsIn(store, 'other')).toEqual(['x'])
    expect((await collect(store.keys())).toSorted()).toEqual(['log', 'other'])
    await store.delete('log')
    expect(await collect(store.keys())).toEqual(['other'])
    await store.close?.()
  })
})

describe('a log that somebody cut between two batches', () => {
  test('is as long as it is now, also for a store that knew it longer', async () => {
    const folder = fresh()
    const path = await write(folder)
    const store = jsonlStore(folder)
    expect(await recordsIn(store)).toEqual(ALL)
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n').slice(0, 4).join('\n')}\n`)
    expect(await recordsIn(store)).toEqual(ALL.slice(0, 3))
    await store.append('log', ['x'], { expected: 3 })
    expect(await recordsOf(folder)).toEqual([...ALL.slice(0, 3), 'x'])
    await store.close?.()
  })

  test('and another store made longer again is refused once at most, never mixed up', async () => {
    const folder = fresh()
    const path = await write(folder)
    const store = jsonlStore(folder)
    expect(await recordsIn(store)).toEqual(ALL)
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n').slice(0, 4).join('\n')}\n`)
    const long = Array.from({ length: 20 }, (_, index) => `new ${index}`)
    await jsonlStore(folder).append('log', long, { expected: 3 })
    expect(told(await failureOf(store.append('log', ['x'], { expected: 6 })))).toMatch(/^store_corrupt: Line 8 of /)
    await store.append('log', ['x'], { expected: 23 })
    expect(await recordsIn(store)).toEqual([...ALL.slice(0, 3), ...long, 'x'])
    await store.close?.()
  })
})

describe('a file', () => {
  const failures = async (folder: string): Promise<unknown[]> => {
    const store = jsonlStore(folder)
    const all = [
      await failureOf(recordsIn(store)),
      await failureOf(store.append('log', ['x'], { expected: 0 })),
      await failureOf(collect(store.keys())),
    ]
    await store.close?.()
    return all
  }

  test('that is something else is refused and left alone', async () => {
    const folder = lay('my notes\nmore notes\n')
    for (const error of await failures(folder))
      expect(told(error)).toMatch(/^store_corrupt: Line 1 of ".*log\.jsonl" is damaged: it is not the head/)
    expect(readFileSync(join(folder, 'log.jsonl'), 'utf8')).toBe('my notes\nmore notes\n')
  })

  test('of a newer version is refused and left alone', async () => {
    const text = readFileSync(await write(fresh()), 'utf8').replace('"version":1', '"version":2')
    const folder = lay(text)
    for (const error of await failures(folder)) expect(told(error)).toMatch(/^store_newer: .*format 2, this package knows 1: upgrade/)
    expect(readFileSync(join(folder, 'log.jsonl'), 'utf8')).toBe(text)
  })

  test('under another log’s name is not taken for that log', async () => {
    const folder = fresh()
    const path = await write(folder)
    renameSync(path, join(folder, 'other.jsonl'))
    const store = jsonlStore(folder)
    const error = await failureOf(recordsIn(store, 'other'))
    expect(told(error)).toMatch(/^store_corrupt: ".*other\.jsonl" holds the log "log" under the name of "other": rename it to log\.jsonl/)
    expect(told(await failureOf(collect(store.keys())))).toMatch(/^store_corrupt: .*rename it to log\.jsonl, or move it elsewhere/)
    await store.close?.()
  })

  test('that is no log of ours is left out of the listing', async () => {
    const folder = fresh()
    const path = await write(folder)
    copyFileSync(path, join(folder, 'log (copy).jsonl'))
    copyFileSync(path, join(folder, 'log.jsonl.bak'))
    writeFileSync(join(folder, 'README'), 'mine')
    const store = jsonlStore(folder)
    expect(await collect(store.keys())).toEqual(['log'])
    await store.close?.()
  })

  test('that cannot be read as text is reported, not bent', async () => {
    const bytes = readFileSync(await write(fresh()))
    const at = bytes.indexOf('"record":"c"')
    bytes[at + 10] = 0xff
    const failure = await failureOf(recordsOf(lay(bytes)))
    expect(isAgentError(failure, 'store_corrupt')).toBe(true)
  })
})
