/** How answers of the Responses API end, well or not. */
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { answerOf, eventsOf } from './reading.ts'
import { reading, created, completed, added, done, says, message } from './responses-wire.ts'

describe('the end', () => {
  test.each([
    ['max_output_tokens', 'max_tokens'],
    ['content_filter', 'content_filter'],
    ['something_new', 'other'],
  ])('incomplete because of %s is %s', async (reason, expected) => {
    const end = {
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason }, usage: { input_tokens: 3, output_tokens: 1 } },
    }
    expect(await answerOf(reading(created, says(0, 'Hi'), end))).toMatchObject({ stopReason: expected, usage: { input: 3, output: 1 } })
  })

  test('of a refusal is its words and the reason', async () => {
    const refusal = { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'No.' }
    expect(await answerOf(reading(created, added(0, message()), refusal, completed()))).toMatchObject({
      stopReason: 'refusal',
      message: { content: [{ type: 'text', text: 'No.' }] },
    })
  })

  test('of a refusal that was not streamed is the same', async () => {
    const refusal = message(undefined, { content: [{ type: 'refusal', refusal: 'No.' }] })
    expect(await answerOf(reading(created, done(0, refusal), completed()))).toMatchObject({
      stopReason: 'refusal',
      message: { content: [{ text: 'No.' }] },
    })
  })

  test.each<[string, object, object]>([
    ['plain counts', { input_tokens: 10, output_tokens: 4 }, { input: 10, output: 4 }],
    [
      'the cache inside the input',
      { input_tokens: 10, output_tokens: 4, input_tokens_details: { cached_tokens: 6, cache_write_tokens: 3 } },
      { input: 1, cacheRead: 6, cacheWrite: 3, output: 4 },
    ],
    [
      'reasoning inside the output',
      { input_tokens: 10, output_tokens: 9, output_tokens_details: { reasoning_tokens: 7 } },
      { input: 10, output: 9, reasoning: 7 },
    ],
  ])('counts every token once with %s', async (_, usage, expected) => {
    expect((await answerOf(reading(created, completed({ usage })))).usage).toEqual({
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: 0,
      reasoning: 0,
      ...expected,
    })
  })

  test('without usage is zeros and a note', async () => {
    expect((await answerOf(reading(created, completed()))).meta).toMatchObject({ usageMissing: true })
  })

  test.each<[string, (object | string)[], string, boolean]>([
    ['a stream that just ends', [says(0, 'Hi')], 'llm_unavailable', true],
    ['[DONE] without response.completed', [says(0, 'Hi'), '[DONE]'], 'llm_unavailable', true],
    ['a piece that is not JSON', [says(0, 'Hi'), '{"type":'], 'llm_unavailable', true],
    [
      'a failed response',
      [{ type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'Sorry' } } }],
      'llm_unavailable',
      true,
    ],
    [
      'a failure by rate limit',
      [{ type: 'response.failed', response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow' } } }],
      'llm_rate_limited',
      true,
    ],
    [
      'a refused image',
      [{ type: 'response.failed', response: { status: 'failed', error: { code: 'image_too_large', message: 'Big' } } }],
      'llm_rejected',
      false,
    ],
    ['a failure without a word', [{ type: 'response.failed', response: { status: 'failed', error: null } }], 'llm_unavailable', true],
    ['a cancelled response', [{ type: 'response.cancelled', response: { status: 'cancelled' } }], 'llm_unavailable', true],
    [
      'an error event',
      [{ type: 'error', code: 'context_length_exceeded', message: 'Too long', param: 'input' }],
      'context_overflow',
      false,
    ],
    [
      'an error event with the error inside',
      [{ type: 'error', error: { type: 'server_error', code: null, message: 'Oops' } }],
      'llm_unavailable',
      true,
    ],
    ['a bare error', [{ error: { message: 'Overloaded', type: 'server_error' } }], 'llm_unavailable', true],
  ])('as %s throws', async (...[, data, code, retryable]) => {
    const error = await eventsOf(reading(created, ...data)).catch((thrown: unknown) => thrown)
    expect(isAgentError(error) && { code: error.code, retryable: error.retryable }).toEqual({ code, retryable })
  })
})
