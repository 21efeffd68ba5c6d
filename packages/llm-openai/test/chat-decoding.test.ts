/** What Chat Completions chunks become. */
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { call, calls, chunk, reading, usage } from './chat-wire.ts'
import { answerOf, asking, batchesOf, clientReading, contentOf, eventsOf, sse } from './reading.ts'

describe('a plain answer', () => {
  const hello = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hel' }), chunk({ content: 'lo' }), chunk({}, 'stop')]

  test('is its deltas, then one done', async () => {
    const client = reading(...hello, usage({ prompt_tokens: 9, completion_tokens: 2 }), '[DONE]')
    expect(await eventsOf(client)).toEqual([
      { type: 'text_delta', block: 0, text: 'Hel' },
      { type: 'text_delta', block: 0, text: 'lo' },
      {
        type: 'done',
        message: { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
        stopReason: 'end_turn',
        usage: { input: 9, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        meta: {
          responseId: 'chatcmpl-1',
          responseModel: 'test-model-0613',
          firstTokenMs: expect.any(Number),
          durationMs: expect.any(Number),
        },
      },
    ])
  })

  test('comes in one batch per network read, and none for a read that says nothing', async () => {
    const client = clientReading([sse(hello[0]!), sse(hello[1]!, hello[2]!), sse(hello[3]!), sse('[DONE]')])
    expect((await batchesOf(client)).map((batch) => batch.map(({ type }) => type))).toEqual([['text_delta', 'text_delta'], ['done']])
  })

  test('is whole with a finish reason although [DONE] never comes', async () => {
    expect(await contentOf(reading(...hello))).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test('is whole although the last event has no blank line behind it', async () => {
    const bytes = sse(...hello)
    expect(await contentOf(clientReading([bytes.slice(0, -2)]))).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test('is read past comments, other line ends and events without choices', async () => {
    const bytes = `: ping\r\n\r\n${sse({ id: 'x', choices: [] }, ...hello).replaceAll('\n', '\r\n')}`
    expect(await contentOf(clientReading([bytes]))).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test('is read past events that hold nothing, and past pieces and choices that are null', async () => {
    const bytes = `data:\n\n${sse({ choices: [null] }, chunk({ tool_calls: [null] }), ...hello)}`
    expect(await contentOf(clientReading([bytes]))).toEqual([{ type: 'text', text: 'Hello' }])
  })

  test.each([{ object: 'error', message: 'gpu on fire', code: 500 }, { message: 'gpu on fire' }, { error: 'gpu on fire' }])(
    'that breaks off with %j says so in the words of the server',
    async (error) => {
      await expect(contentOf(reading(hello[1]!, error))).rejects.toMatchObject({
        code: 'llm_unavailable',
        message: expect.stringContaining('gpu on fire'),
      })
    },
  )

  test('may come in parts, thoughts among them, from a server that says both so', async () => {
    const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }, null] }, { type: 'thinking', thinking: '.' }, null, 7]
    const client = reading(
      chunk({ content: thinking }),
      chunk({ content: [{ type: 'text', text: 'Yes' }] }),
      chunk({ content: '!' }, 'stop'),
    )
    expect(await contentOf(client)).toEqual([
      { type: 'reasoning', text: 'Hm.', origin: { provider: 'openai-chat', model: 'test-model' }, state: {} },
      { type: 'text', text: 'Yes!' },
    ])
  })

  test.each([
    ['1e999', '1e999', 0],
    ['a text', '"12"', 0],
    ['less than none', '-4', 0],
    ['a fraction', '11.6', 12],
  ])('that counts its tokens as %s has whole numbers all the same', async (_, said, input) => {
    const { usage: used } = await answerOf(clientReading([sse(...hello, `{"choices":[],"usage":{"prompt_tokens":${said}}}`)]))
    expect(used).toEqual({ input, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
  })

  test('may come whole, from a server that does not stream', async () => {
    const whole = { id: 'c', model: 'm', choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }] }
    const text = JSON.stringify({ ...whole, usage: { prompt_tokens: 3, completion_tokens: 1 } })
    const client = clientReading([text.slice(0, 20), text.slice(20)], {}, 'application/json; charset=utf-8')
    const { message, usage: used } = await answerOf(client)
    expect(message.content).toEqual([{ type: 'text', text: 'Hello' }])
    expect(used.input).toBe(3)
  })

  test('without a word is an empty message', async () => {
    expect(await contentOf(reading(chunk({ role: 'assistant', content: null }), chunk({}, 'stop'), '[DONE]'))).toEqual([])
  })
})

describe('reasoning of compatible servers', () => {
  test.each(['reasoning_content', 'reasoning'])('in the field %s is a block that remembers where it came from', async (field) => {
    const client = reading(chunk({ [field]: 'Let me ' }), chunk({ [field]: 'see.' }), chunk({ content: 'Yes' }), chunk({}, 'stop'))
    expect(await contentOf(client)).toEqual([
      { type: 'reasoning', text: 'Let me see.', origin: { provider: 'openai-chat', model: 'test-model' }, state: { field } },
      { type: 'text', text: 'Yes' },
    ])
  })

  test('in signed details is put together and kept, whether there are words in it or not', async () => {
    const detail = (index: number, more: object): object => chunk({ reasoning_details: [{ type: 'reasoning.text', index, ...more }] })
    const sealed = { type: 'reasoning.encrypted', index: 2, data: 'gAAA' }
    const pieces = [
      detail(0, { text: 'Let me ' }),
      detail(0, { text: 'see.' }),
      detail(0, { signature: 'sig' }),
      detail(0, { text: '', signature: null }),
      detail(1, { text: 'Yes.' }),
      chunk({ reasoning_details: [sealed] }),
    ]
    const whole = { type: 'reasoning.text', index: 0, text: 'Let me see.', signature: 'sig' }
    const details = [whole, { type: 'reasoning.text', index: 1, text: 'Yes.' }, sealed]
    const [silent] = await contentOf(reading(...pieces, chunk({ content: 'Yes' }, 'stop')))
    expect(silent).toMatchObject({ type: 'reasoning', text: '', state: { details } })
    const [spoken] = await contentOf(reading(chunk({ reasoning: 'Hm' }), ...pieces, chunk({ content: 'Yes' }, 'stop')))
    expect(spoken).toMatchObject({ text: 'Hm', state: { field: 'reasoning', details } })
  })

  test('that comes in both fields is taken once', async () => {
    const client = reading(chunk({ reasoning_content: 'Hm', reasoning: 'Hm' }), chunk({ content: 'Yes' }, 'stop'))
    expect((await contentOf(client))[0]).toMatchObject({ text: 'Hm' })
  })
})

describe('stop reasons', () => {
  const tool = calls(call({ index: 0, id: 'call_a' }, '{}', 'get_weather'))
  const word = chunk({ content: 'Hi' })
  test.each<[string, string | null, string, object]>([
    ['text', 'stop', 'end_turn', word],
    ['text', 'length', 'max_tokens', word],
    ['text', 'content_filter', 'content_filter', word],
    ['text', 'tool_calls', 'end_turn', word],
    ['text', 'insufficient_system_resource', 'other', word],
    ['a refusal', 'stop', 'refusal', chunk({ refusal: 'No.' })],
    ['a call', 'tool_calls', 'tool_use', tool],
    ['a call', 'stop', 'tool_use', tool],
    ['a call', 'length', 'max_tokens', tool],
    ['a call and [DONE]', null, 'tool_use', tool],
    ['text and [DONE]', null, 'end_turn', word],
  ])('%s with the reason %s is %s', async (...[, finish, expected, said]) => {
    expect((await answerOf(reading(said, chunk({}, finish), '[DONE]'))).stopReason).toBe(expected)
  })

  test('a refusal is said as text', async () => {
    expect(await contentOf(reading(chunk({ refusal: 'I can' }), chunk({ refusal: 'not.' }, 'stop')))).toEqual([
      { type: 'text', text: 'I cannot.' },
    ])
  })
})

describe('usage', () => {
  const end = [chunk({ content: 'Hi' }), chunk({}, 'stop')]
  test.each<[string, object, object]>([
    ['plain counts', { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }, { input: 10, output: 4 }],
    [
      'cached tokens inside the prompt',
      { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 8 } },
      { input: 2, cacheRead: 8, output: 4 },
    ],
    [
      'tokens written to the cache',
      { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 } },
      { input: 1, cacheRead: 4, cacheWrite: 5, output: 4 },
    ],
    [
      'reasoning inside the completion',
      { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19, completion_tokens_details: { reasoning_tokens: 7 } },
      { input: 10, output: 9, reasoning: 7 },
    ],
    [
      'reasoning beside the completion',
      { prompt_tokens: 10, completion_tokens: 2, total_tokens: 19, completion_tokens_details: { reasoning_tokens: 7 } },
      { input: 10, output: 9, reasoning: 7 },
    ],
    [
      'cache hits as DeepSeek names them',
      { prompt_tokens: 10, completion_tokens: 4, prompt_cache_hit_tokens: 6, prompt_cache_miss_tokens: 4 },
      { input: 4, cacheRead: 6, output: 4 },
    ],
    ['nulls', { prompt_tokens: 10, completion_tokens: null, prompt_tokens_details: null }, { input: 10 }],
  ])('counts every token once with %s', async (_, wire, expected) => {
    const { usage: used, meta } = await answerOf(reading(...end, usage(wire), '[DONE]'))
    expect(used).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, ...expected })
    expect(meta).not.toHaveProperty('usageMissing')
  })

  test('is taken from the last that says it: running counts do not add up', async () => {
    const running = (tokens: number, delta: object, finish?: string): object => ({
      ...chunk(delta, finish),
      usage: { prompt_tokens: 5, completion_tokens: tokens },
    })
    expect(
      (await answerOf(reading(running(1, { content: 'a' }), running(2, { content: 'b' }), running(2, {}, 'stop')))).usage,
    ).toMatchObject({ input: 5, output: 2 })
  })

  test.each([
    [
      'in the last choice',
      {
        ...(chunk({}, 'stop') as { choices: object[] }),
        choices: [{ delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 5, completion_tokens: 1 } }],
      },
    ],
    ['beside the choices', { ...chunk({}, 'stop'), x_groq: { usage: { prompt_tokens: 5, completion_tokens: 1 } } }],
  ])('is found %s', async (_, last) => {
    expect((await answerOf(reading(chunk({ content: 'Hi' }), last))).usage).toMatchObject({ input: 5, output: 1 })
  })

  test('that never comes is zeros and a note, so that nobody takes it for a measurement', async () => {
    const { usage: used, meta } = await answerOf(reading(...end, '[DONE]'))
    expect(used).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
    expect(meta).toMatchObject({ usageMissing: true })
  })
})

describe('an answer that is not whole', () => {
  const failure = async (...data: (object | string)[]): Promise<unknown> => {
    const seen: string[] = []
    try {
      for await (const batch of reading(...data).stream(asking('Hello'), { signal: new AbortController().signal }))
        seen.push(...batch.map(({ type }) => type))
    } catch (error) {
      if (!isAgentError(error)) throw error
      return { code: error.code, retryable: error.retryable, message: error.message, seen }
    }
    throw new Error(`It ended well: ${seen.join()}`)
  }

  test.each<[string, (object | string)[]]>([
    ['text that just ends', [chunk({ content: 'Hel' })]],
    ['a call that just ends', [calls(call({ index: 0, id: 'call_a' }, '{}', 'get_weather'))]],
    ['nothing', []],
    ['[DONE] and nothing else', ['[DONE]']],
  ])('%s is llm_unavailable', async (_, data) => {
    expect(await failure(...data)).toMatchObject({ code: 'llm_unavailable', retryable: true })
  })

  test.each(['{"choices":[{"delta":{"content":"Hel', 'upstream timed out', 'null', '7'])(
    'a piece that reads %s is llm_unavailable and quoted',
    async (text) => {
      expect(await failure(chunk({ content: 'Hi' }), text)).toMatchObject({
        code: 'llm_unavailable',
        message: expect.stringContaining(text),
        seen: ['text_delta'],
      })
    },
  )

  test.each<[object, string, boolean]>([
    [{ message: 'The server is overloaded', type: 'server_error', code: null }, 'llm_unavailable', true],
    [{ message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' }, 'llm_rate_limited', true],
    [{ message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' }, 'llm_rate_limited', false],
    [{ message: 'Too long', type: 'invalid_request_error', code: 'context_length_exceeded' }, 'context_overflow', false],
    [{ message: 'Bad', type: 'invalid_request_error', code: 'invalid_value' }, 'llm_rejected', false],
    [{ message: 'Provider returned error', code: 502 }, 'llm_unavailable', true],
    [{ message: 'Slow down', code: 429 }, 'llm_rate_limited', true],
  ])('an error in mid-stream (%j) is %s', async (error, code, retryable) => {
    const seen = await failure(chunk({ content: 'Hi' }), { error })
    expect(seen).toMatchObject({
      code,
      retryable,
      message: expect.stringContaining((error as { message: string }).message),
      seen: ['text_delta'],
    })
  })
})
