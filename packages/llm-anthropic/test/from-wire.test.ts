/** What a stream of the Messages API means. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAgentError, totalTokens } from '@seamfold/core/kit'
import { AnswerReader } from '../src/from-wire.ts'
import { block, end, readChunks, readEvents, start, textBlock, toolBlock, toSse, type SentEvent } from './support/stream.ts'

const thinking = block(0, { type: 'thinking', thinking: '', signature: '' }, [
  { type: 'thinking_delta', thinking: 'Où est ' },
  { type: 'thinking_delta', thinking: 'Oslo? 🧭' },
  { type: 'signature_delta', signature: 'c2lnbm' },
  { type: 'signature_delta', signature: 'F0dXJl' },
])

const everything: readonly SentEvent[] = [
  start({ input_tokens: 20, cache_creation_input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 1 }),
  ...thinking,
  { type: 'ping' },
  ...block(1, { type: 'redacted_thinking', data: 'b3BhcXVl' }),
  ...textBlock(2, 'Let me ', 'sée 👀', '.'),
  { type: 'something_new', index: 2 },
  ...toolBlock(3, 'toolu_1', '', '{"city":', ' "Tromsø"}'),
  ...toolBlock(4, 'toolu_2'),
  ...end('tool_use', { output_tokens: 40, output_tokens_details: { thinking_tokens: 9 } }),
]

const origin = { provider: 'anthropic', model: 'claude-sonnet-4-5' }

describe('an answer', () => {
  test('has its blocks in order, with signatures and parsed arguments', () => {
    expect(readEvents(everything).done?.message).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Où est Oslo? 🧭', origin, state: { signature: 'c2lnbmF0dXJl' } },
        { type: 'reasoning', text: '', origin, state: { redacted: 'b3BhcXVl' } },
        { type: 'text', text: 'Let me sée 👀.' },
        { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Tromsø' } },
        { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: {} },
      ],
    })
  })

  test('says where it came from', () => {
    expect(readEvents(everything).done?.meta).toEqual({
      responseId: 'msg_1',
      responseModel: 'claude-sonnet-4-5-20250929',
      requestId: 'req_1',
      durationMs: 1,
    })
  })

  test('comes in deltas that are never empty', () => {
    expect(readEvents(everything).events).toEqual([
      { type: 'reasoning_delta', block: 0, text: 'Où est ' },
      { type: 'reasoning_delta', block: 0, text: 'Oslo? 🧭' },
      { type: 'text_delta', block: 2, text: 'Let me ' },
      { type: 'text_delta', block: 2, text: 'sée 👀' },
      { type: 'text_delta', block: 2, text: '.' },
      { type: 'tool_start', block: 3, id: 'toolu_1', name: 'get_weather' },
      { type: 'tool_input_delta', block: 3, delta: '{"city":' },
      { type: 'tool_input_delta', block: 3, delta: ' "Tromsø"}' },
      { type: 'tool_start', block: 4, id: 'toolu_2', name: 'get_weather' },
    ])
  })

  test('is the same however its bytes are cut, line ends included', () => {
    const whole = readEvents(everything)
    const lineEnds = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(lineEnds, fc.array(fc.nat(), { maxLength: 60 }), (lineEnd, places) => {
        const bytes = new TextEncoder().encode(toSse(everything).replaceAll('\n', lineEnd))
        const cuts = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length]
        const chunks = cuts.slice(1).map((cut, index) => bytes.slice(cuts[index], cut))
        expect(readChunks(chunks)).toEqual(whole)
      }),
    )
  })

  test('is the same when every byte comes alone', () => {
    const bytes = new TextEncoder().encode(toSse(everything))
    expect(readChunks([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(readEvents(everything))
  })

  test('leaves out blocks of a kind that is not known, and numbers the rest without them', () => {
    const unknown = block(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, [
      { type: 'input_json_delta', partial_json: '{}' },
    ])
    const { events, done } = readEvents([start(), ...unknown, ...textBlock(1, 'Hi'), ...end()])
    expect(events).toEqual([{ type: 'text_delta', block: 0, text: 'Hi' }])
    expect(done?.message.content).toEqual([{ type: 'text', text: 'Hi' }])
  })

  test('is not there before message_stop', () => {
    expect(readEvents([start(), ...textBlock(0, 'Hel')]).done).toBeUndefined()
  })
})

describe('tool arguments', () => {
  const callOf = (events: readonly SentEvent[]): unknown => readEvents([start(), ...events, ...end('tool_use')]).done?.message.content[0]

  test.each([
    ['cut short', '{"city": "Os'],
    ['two values', '{} {}'],
    ['words', 'Oslo'],
  ])('that are not JSON are kept as they were written: %s', (_, json) => {
    expect(callOf(toolBlock(0, 't', json))).toMatchObject({ input: {}, invalidInput: json })
  })

  test('of nothing but blanks are an empty object', () => {
    expect(callOf(toolBlock(0, 't', ' '))).toEqual({ type: 'tool_use', id: 't', name: 'get_weather', input: {} })
  })

  test('that came whole with the start of the block count, with a delta of their own', () => {
    const given = block(0, { type: 'tool_use', id: 't', name: 'get_weather', input: { city: 'Oslo' } })
    const { events, done } = readEvents([start(), ...given, ...end('tool_use')])
    expect(done?.message.content[0]).toMatchObject({ input: { city: 'Oslo' } })
    expect(events.at(-1)).toEqual({ type: 'tool_input_delta', block: 0, delta: '{"city":"Oslo"}' })
  })

  test('are read when the block is never ended', () => {
    expect(callOf(toolBlock(0, 't', '{"a":1}').slice(0, -1))).toMatchObject({ input: { a: 1 } })
  })
})

describe('the stop reason', () => {
  test.each([
    ['end_turn', 'end_turn'],
    ['tool_use', 'tool_use'],
    ['max_tokens', 'max_tokens'],
    ['model_context_window_exceeded', 'max_tokens'],
    ['stop_sequence', 'stop_sequence'],
    ['refusal', 'refusal'],
    ['pause_turn', 'pause'],
    ['brand_new', 'other'],
    [null, 'other'],
  ])('%s is %s', (said, understood) => {
    expect(readEvents([start(), ...textBlock(0, 'x'), ...end(said)]).done?.stopReason).toBe(understood)
  })
})

describe('usage', () => {
  test('keeps cached tokens apart from the rest of the input', () => {
    expect(readEvents(everything).done?.usage).toEqual({ input: 20, output: 40, cacheRead: 7, cacheWrite: 5, reasoning: 9 })
  })

  test('counts every token once, whichever events say it', () => {
    const counts = fc.record({ input: fc.nat(), read: fc.nat(), write: fc.nat(), output: fc.nat(), thought: fc.nat() })
    fc.assert(
      fc.property(counts, fc.boolean(), fc.boolean(), ({ input, read, write, output, thought }, early, late) => {
        const promptSide = { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: write }
        const answerSide = { output_tokens: output + thought, output_tokens_details: { thinking_tokens: thought } }
        const sent = [
          start(early || !late ? { ...promptSide, output_tokens: 0 } : { output_tokens: 0 }),
          ...end('end_turn', late ? { ...promptSide, ...answerSide } : { input_tokens: null, ...answerSide }),
        ]
        const usage = readEvents(sent).done?.usage
        expect(usage).toEqual({ input, output: output + thought, cacheRead: read, cacheWrite: write, reasoning: thought })
        expect(usage && totalTokens(usage)).toBe(input + read + write + output + thought)
      }),
    )
  })
})

describe('an error in mid-stream', () => {
  const failing = (type: string, message = 'no'): unknown => {
    try {
      readEvents([start(), ...textBlock(0, 'Hel'), { type: 'error', error: { type, message } }])
    } catch (error) {
      return error
    }
    return undefined
  }

  test.each([
    ['overloaded_error', 'llm_unavailable', true],
    ['api_error', 'llm_unavailable', true],
    ['timeout_error', 'llm_unavailable', true],
    ['rate_limit_error', 'llm_rate_limited', true],
    ['authentication_error', 'llm_unauthorized', false],
    ['permission_error', 'llm_unauthorized', false],
    ['invalid_request_error', 'llm_rejected', false],
    ['billing_error', 'llm_rejected', false],
    ['request_too_large', 'context_overflow', false],
    ['never_heard_of', 'llm_unavailable', true],
  ])('%s is %s', (type, code, retryable) => {
    const error = failing(type)
    expect(isAgentError(error) && { code: error.code, retryable: error.retryable }).toEqual({ code, retryable })
  })

  test('that says the prompt is too long is an overflow', () => {
    expect(isAgentError(failing('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'), 'context_overflow')).toBe(
      true,
    )
  })

  test('comes after the deltas of the same network read', () => {
    const answer = new AnswerReader(origin, 'req_1')
    const sent = [start(), ...textBlock(0, 'Hel'), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]
    const reading = answer.read(sent.map((event) => ({ event: '', id: '', data: JSON.stringify(event) })))
    expect(reading).toMatchObject({
      batch: [{ type: 'text_delta', block: 0, text: 'Hel' }],
      whole: false,
      failure: { code: 'llm_unavailable', details: { requestId: 'req_1', status: 529 } },
    })
  })
})

describe('an answer of a server that is not quite the provider', () => {
  const said = (events: readonly SentEvent[]): unknown => readEvents(events).done?.message.content

  test('may leave out usage, messages and deltas', () => {
    const odd = [{ type: 'message_start', message: null }, ...block(0, { type: 'text' }, [{ type: 'text_delta', text: 'Hi' }])]
    const none = { type: 'content_block_delta', index: 0, delta: null }
    const { done } = readEvents([...odd.slice(0, 2), none, ...odd.slice(2), { type: 'message_delta', delta: null, usage: null }, ...end()])
    expect(done).toMatchObject({ message: { content: [{ type: 'text', text: 'Hi' }] }, usage: { input: 0, output: 12 } })
    expect(readEvents([start(null), ...textBlock(0, 'Hi'), ...end()]).done?.usage.input).toBe(0)
  })

  test('may begin a block with what is in it, and end none', () => {
    const delta = (index: number, of: object): SentEvent => ({ type: 'content_block_delta', index, delta: of })
    const thoughts = delta(0, { type: 'thinking_delta', thinking: 'Hm' })
    expect(
      said([start(), thoughts, delta(1, { type: 'text_delta', text: 'Hel' }), delta(1, { type: 'text_delta', text: 'lo' }), ...end()]),
    ).toEqual([
      { type: 'reasoning', text: 'Hm', origin },
      { type: 'text', text: 'Hello' },
    ])
  })

  test('may hold what is no block and no delta of ours', () => {
    const unknown = block(0, { type: 'hologram' }, [{ type: 'text_delta', text: 'not ours' }, { type: 'sparkle' }])
    expect(said([start(), ...unknown, ...block(1, null), ...textBlock(2, 'Hi'), ...end()])).toEqual([{ type: 'text', text: 'Hi' }])
  })

  test('counts whole tokens, whatever it says', () => {
    const text = toSse([start({ input_tokens: 9.6 }), ...end('end_turn', { output_tokens: -1 })]).replace('-1', '1e999')
    const { done } = readChunks([new TextEncoder().encode(text)])
    expect(done?.usage).toEqual({ input: 10, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 })
  })

  test('may send what says nothing, to keep the connection alive', () => {
    const bytes = new TextEncoder().encode(`data:\n\n${toSse([start(), ...textBlock(0, 'Hi')])}data: [DONE]\n\n${toSse(end())}`)
    expect(readChunks([bytes]).done?.message.content).toEqual([{ type: 'text', text: 'Hi' }])
  })
})

test('an event that makes no sense makes the answer unreadable, and asking again may help', () => {
  expect(() => readChunks([new TextEncoder().encode('data: null\n\n')])).toThrow(
    expect.objectContaining({ code: 'llm_unavailable', retryable: true }),
  )
})

test('an event that is not JSON makes the answer unreadable, and asking again may help', () => {
  const bytes = new TextEncoder().encode(`${toSse([start()])}data: {"type":\n\n`)
  expect(() => readChunks([bytes])).toThrow(expect.objectContaining({ code: 'llm_unavailable', retryable: true }))
})
