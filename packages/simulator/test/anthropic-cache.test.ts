/** Anthropic's prompt cache and usage follow from the bytes of the requests. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSimulator, text } from '../src/index.ts'
import type { Simulator } from '../src/index.ts'
import { words } from './clients.ts'
import { manualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'
import { anthropicHeaders, sender } from './verdict.ts'
import type { Body } from './verdict.ts'

let simulator: Simulator
let clock: ManualClock

beforeEach(async () => {
  clock = manualClock()
  simulator = await startSimulator({ scenario: () => text('Done'), clock })
})
afterEach(() => simulator.close())

const marked = (value: string, ttl: '5m' | '1h' = '5m'): Body => ({ type: 'text', text: value, cache_control: { type: 'ephemeral', ttl } })
const plain = (value: string): Body => ({ type: 'text', text: value })

type Usage = { readonly input: number; readonly read: number; readonly written: number }

async function ask(rest: Body): Promise<Usage> {
  const body = { model: 'claude-sonnet-4-6', max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }], ...rest }
  const { json } = await sender(`${simulator.url}/v1/messages`, anthropicHeaders)(body)
  const usage = json.usage as Readonly<Record<string, number>>
  return {
    input: usage['input_tokens'] ?? -1,
    read: usage['cache_read_input_tokens'] ?? -1,
    written: usage['cache_creation_input_tokens'] ?? -1,
  }
}

test('a marked prefix is written once and read after that', async () => {
  const first = await ask({ system: [marked(words(2000))] })
  expect(first.read).toBe(0)
  expect(first.written).toBeGreaterThanOrEqual(2000)
  expect(await ask({ system: [marked(words(2000))] })).toEqual({ input: first.input, read: first.written, written: 0 })
})

test('nothing is cached without a mark, and nothing below 1024 tokens', async () => {
  expect(await ask({ system: [plain(words(2000))] })).toMatchObject({ read: 0, written: 0 })
  expect(await ask({ system: [marked(words(900))] })).toMatchObject({ read: 0, written: 0 })
  expect(await ask({ system: [marked(words(900))] })).toMatchObject({ read: 0, written: 0 })
})

test('the cache lives five minutes after its last use, or an hour when asked', async () => {
  const short = { system: [marked(words(2000))] }
  const long = { system: [marked(words(3000), '1h')] }
  await ask(short)
  await ask(long)
  clock.advance(299_000)
  expect((await ask(short)).read).toBeGreaterThan(0)
  clock.advance(299_000)
  expect((await ask(short)).read).toBeGreaterThan(0)
  clock.advance(301_000)
  expect((await ask(short)).read).toBe(0)
  expect((await ask(long)).read).toBeGreaterThan(0)
})

test('a prefix that is found behind a later mark lives on as well', async () => {
  const start = plain(words(1500))
  await ask({ system: [marked(words(1500))] })
  for (const note of ['a', 'b']) {
    clock.advance(200_000)
    expect((await ask({ system: [start, marked(note)] })).read).toBeGreaterThanOrEqual(1500)
  }
})

test('a growing conversation hits as long as its last mark is within twenty blocks', async () => {
  const turn = (count: number): Body => ({
    messages: [
      { role: 'user', content: [plain(words(1500)), ...Array.from({ length: count }, (_, at) => plain(`block ${at}`)), marked('end')] },
    ],
  })
  const grown = (blocks: number): Body => ({
    messages: [
      ...(turn(0)['messages'] as Body[]),
      { role: 'user', content: [...Array.from({ length: blocks }, (_, at) => plain(`more ${at}`)), marked('the end')] },
    ],
  })
  await ask(turn(0))
  const near = await ask(grown(18))
  expect(near.read).toBeGreaterThan(1500)
  simulator.reset()
  const only = { type: 'text', text: 'end' }
  const first = turn(0)['messages'] as Body[]
  const unmarked = (blocks: number): Body => ({
    messages: [
      { role: 'user', content: [...((first[0]?.['content'] as Body[]) ?? []).slice(0, 1), only] },
      { role: 'user', content: [...Array.from({ length: blocks }, (_, at) => plain(`more ${at}`)), marked('the end')] },
    ],
  })
  await ask(turn(0))
  expect((await ask(unmarked(18))).read).toBeGreaterThan(1500)
  simulator.reset()
  await ask(turn(0))
  expect((await ask(unmarked(19))).read).toBe(0)
})

test('a changed byte before the mark misses; a changed tool choice spares tools and system', async () => {
  const tool = { name: 'look', input_schema: { type: 'object' }, description: words(1500), cache_control: { type: 'ephemeral' } }
  const talk = (rest: Body): Body => ({ tools: [tool], messages: [{ role: 'user', content: [marked(words(1200))] }], ...rest })
  const first = await ask(talk({}))
  const other = await ask(talk({ tool_choice: { type: 'none' } }))
  expect(other.read).toBeGreaterThan(1500)
  expect(other.read).toBeLessThan(first.written)
  expect((await ask(talk({ tools: [{ ...tool, description: `${words(1500)}.` }] }))).read).toBe(0)
})

test('a mark on the whole request caches its last block', async () => {
  const request = { cache_control: { type: 'ephemeral' }, messages: [{ role: 'user', content: words(2000) }] }
  await ask(request)
  expect(await ask(request)).toMatchObject({ input: 0, written: 0 })
})

test('another model has another cache', async () => {
  await ask({ system: [marked(words(5000))] })
  expect((await ask({ system: [marked(words(5000))], model: 'claude-haiku-4-5' })).read).toBe(0)
})

test('whatever is marked, the three kinds of input add up to the counted prompt', async () => {
  const block = fc.record({ size: fc.integer({ min: 1, max: 900 }), mark: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 12 }), async (blocks) => {
      let marks = 0
      const content = blocks.map(({ size, mark }) => (mark && (marks += 1) <= 4 ? marked(words(size)) : plain(words(size))))
      const messages = [{ role: 'user', content }]
      const count = sender(`${simulator.url}/v1/messages/count_tokens`, anthropicHeaders)
      const counted = (await count({ model: 'claude-sonnet-4-6', messages })).json as unknown as { readonly input_tokens: number }
      const { input, read, written } = await ask({ messages })
      expect(input + read + written).toBe(counted.input_tokens)
    }),
    { numRuns: 60 },
  )
})
