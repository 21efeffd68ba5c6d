/** What the events of the Responses API become. */
import { describe, expect, test } from 'vitest'
import { answerOf, clientReading, contentOf, eventsOf, responses } from './reading.ts'
import { origin, reading, created, completed, added, done, says, message, callItem, args, state } from './responses-wire.ts'

describe('a plain answer', () => {
  test('is its deltas, then one done', async () => {
    const events = await eventsOf(
      reading(
        created,
        { type: 'response.in_progress', response: {} },
        added(0, message()),
        { type: 'response.content_part.added', output_index: 0, content_index: 0, part: { type: 'output_text', text: '' } },
        says(0, 'Hel'),
        says(0, 'lo'),
        { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hello' },
        done(0, message('Hello')),
        completed({ usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 } }),
      ),
    )
    expect(events).toEqual([
      { type: 'text_delta', block: 0, text: 'Hel' },
      { type: 'text_delta', block: 0, text: 'lo' },
      {
        type: 'done',
        message: { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
        stopReason: 'end_turn',
        usage: { input: 9, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        meta: { responseId: 'resp_1', responseModel: 'test-model-2026', firstTokenMs: expect.any(Number), durationMs: expect.any(Number) },
      },
    ])
  })

  test.each<[string, object[]]>([
    ['the item alone', [done(0, message('Hello'))]],
    ['the response alone', []],
  ])('whose deltas never came is read from %s', async (_, events) => {
    expect(await contentOf(reading(created, ...events, completed({ output: [message('Hello')] })))).toEqual([
      { type: 'text', text: 'Hello' },
    ])
  })

  test('may come whole, from a server that does not stream', async () => {
    const whole = JSON.stringify({
      object: 'response',
      id: 'resp_1',
      status: 'completed',
      error: null,
      output: [message('Hello'), callItem('{"city":"Oslo"}')],
    })
    expect(await contentOf(clientReading([whole], responses, 'application/json'))).toMatchObject([
      { text: 'Hello' },
      { input: { city: 'Oslo' } },
    ])
  })

  test('in several parts is several blocks', async () => {
    expect(await contentOf(reading(created, added(0, message()), says(0, 'a'), says(0, 'b', 1), says(0, 'c', 1), completed()))).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'bc' },
    ])
  })

  test('keeps how its provider labelled it', async () => {
    const labelled = message(undefined, { phase: 'commentary' })
    expect(
      await contentOf(
        reading(created, added(0, labelled), says(0, 'Looking.'), done(0, message('Looking.', { phase: 'commentary' })), completed()),
      ),
    ).toEqual([
      { type: 'reasoning', text: '', origin, state: { kind: 'message', phase: 'commentary' } },
      { type: 'text', text: 'Looking.' },
    ])
  })
})

describe('reasoning', () => {
  const summary = (summary_index: number, delta: string): object => ({
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index,
    delta,
  })
  const item = {
    type: 'reasoning',
    id: 'rs_1',
    encrypted_content: 'gAAA',
    summary: [
      { type: 'summary_text', text: 'One' },
      { type: 'summary_text', text: 'Two' },
    ],
  }

  test('is a block of its summary, with the whole item kept to go back', async () => {
    const client = reading(
      created,
      added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
      { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 0 },
      summary(0, 'O'),
      summary(0, 'ne'),
      summary(1, 'Two'),
      done(0, { ...item, status: 'completed' }),
      added(1, message()),
      says(1, 'Yes'),
      completed(),
    )
    expect(await contentOf(client)).toEqual([
      { type: 'reasoning', text: 'One\n\nTwo', origin, state: { kind: 'reasoning', item } },
      { type: 'text', text: 'Yes' },
    ])
  })

  test('whose summary was not streamed is said when its item is whole', async () => {
    expect((await contentOf(reading(created, done(0, item), completed())))[0]).toMatchObject({ text: 'One\n\nTwo' })
  })

  test('in plain words, as open models give it, is said too', async () => {
    const text = { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'Hm' }
    const open = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] }
    expect(await contentOf(reading(created, added(0, { type: 'reasoning', id: 'rs_1' }), text, done(0, open), completed()))).toEqual([
      { type: 'reasoning', text: 'Hm', origin, state: { kind: 'reasoning', item: open } },
    ])
  })

  test('without a summary is an empty block that still goes back', async () => {
    const silent = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' }
    expect(await contentOf(reading(created, added(0, silent), done(0, silent), completed()))).toEqual([
      { type: 'reasoning', text: '', origin, state: { kind: 'reasoning', item: silent } },
    ])
  })
})

describe('tool calls', () => {
  test('keep their ids, their order and their item', async () => {
    const second = { ...callItem(''), id: 'fc_2', call_id: 'call_2' }
    const end = await answerOf(
      reading(
        created,
        added(0, callItem('')),
        args(0, '{"ci'),
        added(1, second),
        args(1, '{"city":"Rome"}'),
        args(0, 'ty":"Oslo"}'),
        done(0, callItem('{"city":"Oslo"}')),
        done(1, { ...second, arguments: '{"city":"Rome"}' }),
        completed(),
      ),
    )
    expect(end.message.content).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Oslo' }, state },
      { type: 'tool_use', id: 'call_2', name: 'get_weather', input: { city: 'Rome' }, state: { ...state, item: 'fc_2' } },
    ])
    expect(end.stopReason).toBe('tool_use')
  })

  test('whose arguments were not streamed are read from their item', async () => {
    expect(await contentOf(reading(created, done(0, callItem('{"city":"Oslo"}')), completed()))).toMatchObject([
      { input: { city: 'Oslo' } },
    ])
  })

  test('without arguments have an empty input', async () => {
    expect(await contentOf(reading(created, added(0, callItem('')), done(0, callItem('')), completed()))).toMatchObject([{ input: {} }])
  })

  test('that were cut off keep what was written', async () => {
    const end = await answerOf(
      reading(created, added(0, callItem('')), args(0, '{"city": "Os'), {
        type: 'response.incomplete',
        response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      }),
    )
    expect(end.message.content).toMatchObject([{ input: {}, invalidInput: '{"city": "Os' }])
    expect(end.stopReason).toBe('max_tokens')
  })
})
