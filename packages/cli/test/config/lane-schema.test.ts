/** Lanes in a configuration: accepted as they are written, refused with the key and the line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { laneQueue } from '@seamfold/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamfold-lanes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function load(text: string) {
  const file = join(folder, 'seamfold.config.json')
  await writeFile(file, text)
  return loadConfig(folder, file)
}

test('lanes are read as they are written, and a queue takes them', async () => {
  const lanes = {
    query: { concurrency: 4, rate: { calls: 60, perMs: 60_000 }, alertDepth: 0, priority: -1 },
    execute: { concurrency: 1, waitMs: 120_000, workMs: 300_000, retry: { attempts: 2, baseDelayMs: 0 } },
    control: {},
    concurrency: 8,
    tools: { web_search: 'generate' },
  }
  const config = await load(JSON.stringify({ lanes }))
  expect(config).toMatchObject({ lanes })
  expect(laneQueue(config.lanes).stats().query).toMatchObject({ depth: 0, active: 0 })
})

test.each([
  ['{"lanes": {\n  "querry": {}\n}}', ":2: 'lanes.querry': there is no such key. Did you mean 'query'?"],
  [
    '{"lanes": {\n  "query": {\n    "concurency": 1\n}}}',
    ":3: 'lanes.query.concurency': there is no such key. Did you mean 'concurrency'?",
  ],
  ['{"lanes": {\n  "query": {\n    "concurrency": 0\n}}}', ":3: 'lanes.query.concurrency'"],
  ['{"lanes": {\n  "query": {"rate": {"calls": 1}}}}', ": 'lanes.query.rate.perMs'"],
  ['{"lanes": {\n  "tools": {"bash": "fast"}}}', ":2: 'lanes.tools.bash'"],
  ['{"lanes": {\n  "query": {"handler": "external"}}}', ":2: 'lanes.query.handler': there is no such key"],
])('%s is refused', async (text, words) => {
  await expect(load(text)).rejects.toThrow(words)
})
