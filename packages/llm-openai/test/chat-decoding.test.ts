/** What Chat Completions chunks become. */
import { isAgentError } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import { answerOf, asking, batchesOf, clientReading, contentOf, eventsOf, sse } from './reading.ts'

const chunk = (delta: object, finish: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'test-model-0613',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const usage = (counts: object): object => ({ id: 'chatcmpl-1', choices: [], usage: counts })
const call = (more: object, args?: string, name?: string): object => ({
  ...more,
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
})
const calls = (...pieces: object[]): object => chunk({ tool_calls: pieces })
const reading = (...data: (object | string)[]): ReturnType<typeof clientReading> => clientReading([sse(...data)])
const toolUse = (id: string, name: string, input: object): object => ({ type: 'tool_use', id, name, input })

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

  test('that comes in both fields is taken once', async () => {
    const client = reading(chunk({ reasoning_content: 'Hm', reasoning: 'Hm' }), chunk({ content: 'Yes' }, 'stop'))
    expect((await contentOf(client))[0]).toMatchObject({ text: 'Hm' })
  })
})

describe('tool calls', () => {
  const oslo = toolUse('call_a', 'get_weather', { city: 'Oslo' })
  const rome = toolUse('call_b', 'get_weather', { city: 'Rome' })
  const finish = [chunk({}, 'tool_calls'), '[DONE]']

  test('are put together by index', async () => {
    const client = reading(
      calls(call({ index: 0, id: 'call_a', type: 'function' }, '', 'get_weather')),
      calls(call({ index: 0 }, '{"ci')),
      calls(call({ index: 1, id: 'call_b', type: 'function' }, '', 'get_weather')),
      calls(call({ index: 1 }, '{"city":"Rome"}'), call({ index: 0 }, 'ty":"Oslo"}')),
      ...finish,
    )
    const done = await answerOf(client)
    expect(done.message.content).toEqual([oslo, rome])
    expect(done.stopReason).toBe('tool_use')
  })

  test('are announced before their first delta, with text in front keeping its block', async () => {
    const client = reading(chunk({ content: 'Look' }), calls(call({ index: 0, id: 'call_a' }, '{"city":"Oslo"}', 'get_weather')), ...finish)
    expect((await eventsOf(client)).slice(0, 3)).toEqual([
      { type: 'text_delta', block: 0, text: 'Look' },
      { type: 'tool_start', block: 1, id: 'call_a', name: 'get_weather' },
      { type: 'tool_input_delta', block: 1, delta: '{"city":"Oslo"}' },
    ])
  })

  const whole = (more: object, city: string): object => call(more, `{"city":"${city}"}`, 'get_weather')
  test.each<[string, object[]]>([
    ['no index at all, whole calls in one chunk', [calls(whole({ id: 'call_a' }, 'Oslo'), whole({ id: 'call_b' }, 'Rome'))]],
    [
      'no index, in pieces',
      [calls(call({ id: 'call_a' }, '{"city":', 'get_weather')), calls(call({}, '"Oslo"}')), calls(whole({ id: 'call_b' }, 'Rome'))],
    ],
    [
      'no index, the id in every piece',
      [
        calls(call({ id: 'call_a' }, '{"city":', 'get_weather')),
        calls(call({ id: 'call_a' }, '"Oslo"}')),
        calls(whole({ id: 'call_b' }, 'Rome')),
      ],
    ],
    ['the index 0 for every call', [calls(whole({ index: 0, id: 'call_a' }, 'Oslo')), calls(whole({ index: 0, id: 'call_b' }, 'Rome'))]],
    [
      'the id and name in every piece',
      [
        calls(call({ index: 0, id: 'call_a' }, '{"city":', 'get_weather')),
        calls(call({ index: 0, id: 'call_a' }, '"Oslo"}', 'get_weather')),
        calls(whole({ index: 1, id: 'call_b' }, 'Rome')),
      ],
    ],
    [
      'the id first and the name after it',
      [
        calls(call({ index: 0, id: 'call_a' })),
        calls(call({ index: 0 }, '{"city":"Oslo"}', 'get_weather')),
        calls(whole({ index: 1, id: 'call_b' }, 'Rome')),
      ],
    ],
    [
      'arguments before the name',
      [
        calls(call({ index: 0, id: 'call_a' }, '{"city":')),
        calls(call({ index: 0 }, '"Oslo"}', 'get_weather')),
        calls(whole({ index: 1, id: 'call_b' }, 'Rome')),
      ],
    ],
    [
      'a new id in every piece of one call',
      [
        calls(call({ index: 0, id: 'call_a' }, '{"city":', 'get_weather')),
        calls(call({ index: 0, id: 'call_x' }, '"Oslo"}')),
        calls(whole({ index: 1, id: 'call_b' }, 'Rome')),
      ],
    ],
    [
      'arguments as an object',
      [calls({ id: 'call_a', function: { name: 'get_weather', arguments: { city: 'Oslo' } } }, whole({ id: 'call_b' }, 'Rome'))],
    ],
  ])('are told apart with %s', async (_, chunks) => {
    expect(await contentOf(reading(...chunks, ...finish))).toEqual([oslo, rome])
  })

  test.each<[string, object[]]>([
    ['the same id for both', [calls(whole({ index: 0, id: 'call_0' }, 'Oslo'), whole({ index: 1, id: 'call_0' }, 'Rome'))]],
    ['the same id for both and no index', [calls(whole({ id: 'call_0' }, 'Oslo'), whole({ id: 'call_0' }, 'Rome'))]],
    ['empty ids and the index 0', [calls(whole({ index: 0, id: '' }, 'Oslo')), calls(whole({ index: 0, id: '' }, 'Rome'))]],
    ['no ids and no index', [calls(whole({}, 'Oslo'), whole({}, 'Rome'))]],
  ])('get ids of their own with %s', async (_, chunks) => {
    const content = await contentOf(reading(...chunks, ...finish))
    expect(content).toMatchObject([{ input: { city: 'Oslo' } }, { input: { city: 'Rome' } }])
    const ids = content.map((block) => (block.type === 'tool_use' ? block.id : ''))
    expect(new Set(ids).size).toBe(2)
    // Chat Completions refuses longer ids on the way back.
    for (const id of ids) (expect(id.length).toBeGreaterThan(0), expect(id.length).toBeLessThanOrEqual(40))
  })

  test('in the form before tool_calls are read', async () => {
    const client = reading(
      chunk({ function_call: { name: 'get_weather', arguments: '' } }),
      chunk({ function_call: { arguments: '{"city":"Oslo"}' } }),
      chunk({}, 'function_call'),
    )
    const { message, stopReason } = await answerOf(client)
    expect(message.content).toMatchObject([{ type: 'tool_use', name: 'get_weather', input: { city: 'Oslo' } }])
    expect(stopReason).toBe('tool_use')
  })

  test.each([
    ['', {}],
    [' ', {}],
    ['null', {}],
    ['{"a":1}', { a: 1 }],
    ['[1]', [1]],
  ])('with the argument text %j have the input %j', async (text, input) => {
    const [block] = await contentOf(reading(calls(call({ index: 0, id: 'call_a' }, text, 'get_weather')), ...finish))
    expect(block).toEqual({ type: 'tool_use', id: 'call_a', name: 'get_weather', input })
  })

  test('keep argument text that is not JSON for the model to read', async () => {
    const [block] = await contentOf(reading(calls(call({ index: 0, id: 'call_a' }, '{"city": "Os', 'get_weather')), chunk({}, 'length')))
    expect(block).toEqual({ type: 'tool_use', id: 'call_a', name: 'get_weather', input: {}, invalidInput: '{"city": "Os' })
  })
})

describe('stop reasons', () => {
  const tool = calls(call({ index: 0, id: 'call_a' }, '{}', 'get_weather'))
  const word = chunk({ content: 'Hi' })
  test.each<[string, object, string | null, string]>([
    ['text', word, 'stop', 'end_turn'],
    ['text', word, 'length', 'max_tokens'],
    ['text', word, 'content_filter', 'content_filter'],
    ['text', word, 'tool_calls', 'end_turn'],
    ['text', word, 'insufficient_system_resource', 'other'],
    ['a refusal', chunk({ refusal: 'No.' }), 'stop', 'refusal'],
    ['a call', tool, 'tool_calls', 'tool_use'],
    ['a call', tool, 'stop', 'tool_use'],
    ['a call', tool, 'length', 'max_tokens'],
    ['a call and no reason, only [DONE]', tool, null, 'tool_use'],
    ['text and no reason, only [DONE]', word, null, 'end_turn'],
  ])('for %s (%#)', async (_, said, finish, expected) => {
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
