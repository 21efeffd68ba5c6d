/** An agent on this store: its journal is a file that people and tools can read, and another agent goes on from it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAgent, jsonSchema, tool } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { jsonlBlobs, jsonlLeases, jsonlStore } from '../src/index.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fresh = temporaryFolder()

const add = tool({
  name: 'add',
  description: 'Add two numbers.',
  input: jsonSchema<{ a: number; b: number }>({
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  }),
  readOnly: true,
  execute: ({ a, b }) => a + b,
})

test('a session is written, read by a person and gone on with', { timeout: 30_000 }, async () => {
  const folder = fresh()
  const first = createAgent({
    llm: scriptedLlm([[callOf('add', { a: 2, b: 3 })], 'It is\nfive.']),
    tools: [add],
    store: jsonlStore(folder),
    leases: jsonlLeases(folder),
    blobs: jsonlBlobs(folder),
  })
  const session = await first.session({ id: 'sums' })
  expect((await (await session.send('Two and three?')).completed()).text).toBe('It is\nfive.')
  await first.close()

  expect(readdirSync(folder)).toContain('journal.sums.jsonl')
  const lines = readFileSync(join(folder, 'journal.sums.jsonl'), 'utf8').trimEnd().split('\n')
  const [head, ...facts] = lines.map((line) => JSON.parse(line) as { key?: string; record: { t: string; type: string }[] })
  expect(head?.key).toBe('journal/sums')
  for (const { record } of facts) expect(record).toEqual([expect.objectContaining({ t: record[1]?.type }), expect.anything()])
  const types = facts.map(({ record }) => record[1]?.type)
  expect(types).toEqual(expect.arrayContaining(['session_claimed', 'agent_start', 'turn_start', 'tool_end', 'turn_end', 'agent_end']))

  const second = createAgent({ llm: scriptedLlm(['Still five.']), tools: [add], store: jsonlStore(folder), leases: jsonlLeases(folder) })
  const again = await second.session({ id: 'sums', create: false })
  expect((await (await again.send('Sure?')).completed()).text).toBe('Still five.')
  await second.close()
})
