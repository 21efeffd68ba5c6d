/** What a person sees who opens a log in a pager, and what a tool gets that reads JSON lines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonlStore } from '../src/index.ts'
import { toLines, toRecord } from '../src/line.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const textOf = async (...batches: readonly string[][]): Promise<string> => {
  const folder = fresh()
  const store = jsonlStore(folder)
  let expected = 0
  for (const batch of batches) {
    await store.append('journal/fix-auth', batch, { expected })
    expected += batch.length
  }
  await store.close?.()
  return readFileSync(join(folder, 'journal.fix-auth.jsonl'), 'utf8')
}

test('a log is a head and a line for each record, with facts as they are', async () => {
  const text = await textOf(
    ['{"t":"agent_start","v":1}\n{"type":"agent_start","prompt":"Fix it"}', '{"t":"turn_start"}\n{"type":"turn_start"}'],
    ['two\nlines'],
  )
  const shown = text.replaceAll(/[0-9a-f]{16}/g, 'ID').replaceAll(/"[0-9a-f]{8}"/g, '"SUM"')
  expect(shown).toBe(
    [
      '{"seamfold":"log","version":1,"id":"ID","key":"journal/fix-auth"}',
      '{"offset":0,"batch":"1/2","crc":"SUM","record":[{"t":"agent_start","v":1},{"type":"agent_start","prompt":"Fix it"}]}',
      '{"offset":1,"batch":"2/2","crc":"SUM","record":[{"t":"turn_start"},{"type":"turn_start"}]}',
      '{"offset":2,"batch":"1/1","crc":"SUM","record":"two\\nlines"}',
      '',
    ].join('\n'),
  )
})

test('the format is pinned: another one could not read what is written', () => {
  const { bytes } = toLines(['{"a":1}\n{}', 'b'], { offset: 7, position: 100, chain: 0x1234 })
  expect(bytes.toString()).toMatchInlineSnapshot(`
    "{"offset":7,"batch":"1/2","crc":"cedd74c9","record":[{"a":1},{}]}
    {"offset":8,"batch":"2/2","crc":"5ca9be05","record":"b"}
    "
  `)
})

describe('any record', () => {
  const nearlyJson = fc
    .tuple(
      fc.object({ maxDepth: 2 }),
      fc.constantFrom('', ' ', '\n', '\n{}', '\n\n', '\r\n{}', ',{}', '\n[1]', '\nnull', '\n{"a":1,"a":2}'),
    )
    .map(([value, end]) => JSON.stringify(value) + end)
  const odd = fc.constantFrom(
    '{"a":-0}',
    '{"a":1.0}',
    '{"b":1,"1":2}',
    '{"__proto__":1}',
    '{"a":"\ud800"}',
    '{"a":"\u2028"}',
    '{',
    '{}',
    '{}\n{}',
    '[]',
  )
  const deep = fc.constantFrom(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)

  test('is one line of JSON and comes back to the letter', () => {
    const record = fc.oneof(
      { weight: 40, arbitrary: fc.oneof(nearlyJson, odd, fc.string({ unit: 'binary' })) },
      { weight: 1, arbitrary: deep },
    )
    const check = (text: string): void => {
      const { bytes } = toLines([text], { offset: 0, position: 0, chain: 0 })
      const line = bytes.toString()
      expect(line.indexOf('\n')).toBe(line.length - 1)
      const parsed = JSON.parse(line) as { record: unknown }
      expect(parsed).toHaveProperty('record')
      const body = bytes.subarray(bytes.indexOf('"record":') + 9, -2)
      expect(toRecord(body)).toBe(text)
    }
    fc.assert(fc.property(record, check), { numRuns: 2_000 })
  })
})
