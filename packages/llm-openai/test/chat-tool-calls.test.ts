/** How the pieces of streamed tool calls find together, from servers of many habits. */
import { describe, expect, test } from 'vitest'
import { call, calls, chunk, reading } from './chat-wire.ts'
import { answerOf, contentOf, eventsOf } from './reading.ts'

const toolUse = (id: string, name: string, input: object): object => ({ type: 'tool_use', id, name, input })

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
    for (const id of ids) expect(id).toMatch(/^.{1,40}$/)
  })

  test('are told apart by id alone, with the index 0 for every call and no arguments', async () => {
    const none = (id: string): object => calls(call({ index: 0, id }, '', 'get_time'))
    expect(await contentOf(reading(none('call_a'), none('call_b'), ...finish))).toEqual([
      toolUse('call_a', 'get_time', {}),
      toolUse('call_b', 'get_time', {}),
    ])
  })

  test('keep the signature that their provider wants back', async () => {
    const extra = { google: { thought_signature: 'sig' } }
    const client = reading(calls(call({ index: 0, id: 'call_a', extra_content: extra }, '{}', 'get_time')), ...finish)
    expect(await contentOf(client)).toEqual([
      { ...toolUse('call_a', 'get_time', {}), state: { extra, provider: 'openai-chat', model: 'test-model' } },
    ])
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
