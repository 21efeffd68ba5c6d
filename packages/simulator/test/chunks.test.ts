/** However an answer is cut into chunks and lines, the clients receive the same. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, callTool, reasoning, startSimulator, text } from '../src/index.ts'
import type { Pace, Simulator } from '../src/index.ts'
import { anthropicClient, openAiClient, weatherSchema } from './clients.ts'

let simulator: Simulator
let pace: Partial<Pace> = {}

const blocks = [
  reasoning('Hm — 考える…'),
  text('Grüße aus Köln 🌍👩‍🚀, "quoted"\n\nand data: lines\r\n: too'),
  callTool('weather', { city: 'Zürich\n🌧' }),
]

beforeAll(async () => {
  simulator = await startSimulator({ scenario: () => answer(blocks, { pace }) })
})
afterAll(() => simulator.close())

const ids = /\b(?:msg_01|toolu_01|call_|chatcmpl-|rs_|fc_|msg_|resp_)\w+/g
const settled = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(ids, 'id')
      .replace(/"(?:signature|encrypted_content)":"[^"]*"/g, '"sealed":""'),
    (key, inner: unknown) => (key === 'cached_tokens' || key === 'created' || key === 'created_at' || key === 'completed_at' ? 0 : inner),
  )

const asked = { role: 'user' as const, content: 'Hi' }

const receivers: Readonly<Record<string, () => Promise<unknown>>> = {
  anthropic: () =>
    anthropicClient(simulator)
      .messages.stream({
        model: 'claude-haiku-4-5',
        max_tokens: 4000,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        tools: [{ name: 'weather', input_schema: { type: 'object' } }],
        messages: [asked],
      })
      .finalMessage(),
  chat: () =>
    openAiClient(simulator)
      .chat.completions.stream({
        model: 'gpt-5',
        messages: [asked],
        tools: [{ type: 'function', function: { name: 'weather', parameters: weatherSchema } }],
        stream_options: { include_usage: true },
      })
      .finalChatCompletion(),
  responses: () =>
    openAiClient(simulator)
      .responses.stream({
        model: 'gpt-5',
        input: [asked],
        tools: [{ type: 'function', name: 'weather', parameters: weatherSchema, strict: false }],
        reasoning: { summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      })
      .finalResponse(),
}

const paces = fc.record({
  chunkBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 5000 }), fc.constant(undefined)),
  lineEnding: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
  deltaCharacters: fc.integer({ min: 1, max: 60 }),
})

test.each(Object.keys(receivers))('%s: any chunk size, line ending and delta size', { timeout: 60_000 }, async (api) => {
  const receive = receivers[api]!
  pace = {}
  const whole = settled(await receive())
  await fc.assert(
    fc.asyncProperty(paces, async (chosen) => {
      pace = chosen
      expect(settled(await receive())).toEqual(whole)
    }),
    {
      numRuns: 40,
      examples: [[{ chunkBytes: 1, lineEnding: '\r\n', deltaCharacters: 1 }], [{ chunkBytes: 2, lineEnding: '\r', deltaCharacters: 3 }]],
    },
  )
})

test('one byte a chunk really arrives in small pieces that cut characters apart', async () => {
  pace = { chunkBytes: 1 }
  const response = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2026-10-21' },
    body: JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 99, stream: true, messages: [asked] }),
  })
  let pieces = 0
  let bytes = 0
  let partial = 0
  for await (const piece of response.body!) {
    pieces += 1
    bytes += piece.length
    if (((piece.at(-1) ?? 0) & 0x80) !== 0) partial += 1
  }
  expect(pieces).toBeGreaterThan(bytes / 4)
  expect(partial).toBeGreaterThan(0)
})
