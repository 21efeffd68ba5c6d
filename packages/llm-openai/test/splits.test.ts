/** However the network cuts an answer up, it says the same. */
import { textOf, type LlmEvent } from '@seamfold/core/kit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchesOf, clientReading, sse } from './reading.ts'

const chat = sse(
  { id: 'c', choices: [{ delta: { reasoning_content: 'Grübel… ' } }] },
  { id: 'c', choices: [{ delta: { content: 'Ζεύς 🌩️ says ' } }] },
  { id: 'c', choices: [{ delta: { content: 'é\n"x"' } }] },
  {
    id: 'c',
    choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Тро' } }] } }],
  },
  { id: 'c', choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: 'мсё"}' } }] } }] },
  { id: 'c', choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
  { id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } },
  '[DONE]',
)

const responses = sse(
  { type: 'response.created', response: { id: 'r' } },
  { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Grübel… ' },
  { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'Ζεύς 🌩️ says ' },
  { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'é\n"x"' },
  {
    type: 'response.output_item.added',
    output_index: 2,
    item: { type: 'function_call', id: 'fc', call_id: 'call_1', name: 'get_weather' },
  },
  { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"city":"Тро' },
  { type: 'response.function_call_arguments.delta', output_index: 2, delta: 'мсё"}' },
  { type: 'response.completed', response: { status: 'completed', usage: { input_tokens: 7, output_tokens: 5 } } },
)

/** Everything but the times. */
const essence = (events: readonly LlmEvent[]): unknown =>
  JSON.parse(JSON.stringify(events, (key, value: unknown) => (key.endsWith('Ms') ? undefined : value)))

describe.each([
  ['chat', chat],
  ['responses', responses],
] as const)('%s', (mode, text) => {
  const lineEnds = fc.constantFrom('\n', '\r\n', '\r')

  test('says the same at every split, with every line end', async () => {
    const whole = (await batchesOf(clientReading([text], { mode }))).flat()
    expect(whole).toHaveLength(7)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(Buffer.byteLength(text) * 2), { maxLength: 12 }), lineEnds, async (cuts, end) => {
        const bytes = Buffer.from(text.replaceAll('\n', end))
        const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted((a, b) => a - b)
        const chunks = edges
          .slice(1)
          .map((to, index) => bytes.subarray(edges[index], to))
          .filter(({ length }) => length > 0)
        expect(essence((await batchesOf(clientReading(chunks, { mode }))).flat())).toEqual(essence(whole))
      }),
      { numRuns: 150 },
    )
  })

  test('says the same byte by byte, and never holds back what it could say', async () => {
    const bytes = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
    const batches = await batchesOf(clientReading(bytes, { mode }))
    expect(batches.every((batch) => batch.length > 0)).toBe(true)
    const last = batches.flat().at(-1)
    expect(last?.type === 'done' && textOf(last.message)).toBe('Ζεύς 🌩️ says é\n"x"')
  })

  test('says nothing of an answer that is cut off anywhere, but that it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.lastIndexOf('data: ') - 1), async (length) => {
        // Chat is whole once its finish reason has come.
        const cut = mode === 'chat' ? Math.min(length, text.indexOf('"finish_reason"')) : length
        const read = batchesOf(clientReading([Buffer.from(text).subarray(0, cut)], { mode }))
        await expect(read).rejects.toMatchObject({ code: 'llm_unavailable' })
      }),
      { numRuns: 50 },
    )
  })
})

describe('usage', () => {
  const count = fc.nat(1_000_000)
  const counts = fc.tuple(count, count, count, count, count)

  test('of Chat Completions is conserved: what went in and what came out', async () => {
    await fc.assert(
      fc.asyncProperty(counts, async ([prompt, completion, cached, written, reasoning]) => {
        const usage = {
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
          completion_tokens_details: { reasoning_tokens: reasoning },
        }
        const end = (await batchesOf(clientReading([sse({ choices: [{ delta: {}, finish_reason: 'stop' }], usage })]))).flat().at(-1)
        expect(end?.type === 'done' && conserved(end.usage, prompt, completion)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('of Responses is conserved: what went in and what came out', async () => {
    await fc.assert(
      fc.asyncProperty(counts, async ([input, output, cached, written, reasoning]) => {
        const usage = {
          input_tokens: input,
          output_tokens: output,
          input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
          output_tokens_details: { reasoning_tokens: reasoning },
        }
        const event = { type: 'response.completed', response: { status: 'completed', usage } }
        const end = (await batchesOf(clientReading([sse(event)], { mode: 'responses' }))).flat().at(-1)
        expect(end?.type === 'done' && conserved(end.usage, input, output)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

function conserved(
  usage: { input: number; output: number; cacheRead: number; cacheWrite: number; reasoning: number },
  wentIn: number,
  cameOut: number,
): boolean {
  const none = Object.values(usage).every((value) => value >= 0)
  return none && usage.input + usage.cacheRead + usage.cacheWrite === wentIn && usage.output === cameOut && usage.reasoning <= usage.output
}
