/** What Responses requests look like on the wire. */
import type { Block, LlmRequest, Message } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import type { OpenAiOptions } from '../src/options.ts'
import { weather } from './reading.ts'
import { written, user, assistant, text, image, use, result, dataUrl } from './writing.ts'

describe('Responses', () => {
  test('a plain request stores nothing and asks for encrypted reasoning', () => {
    expect(written('responses')).toEqual({
      model: 'm',
      stream: true,
      store: false,
      include: ['reasoning.encrypted_content'],
      parallel_tool_calls: true,
      instructions: 'Be brief.',
      tools: [{ type: 'function', strict: false, name: weather.name, description: weather.description, parameters: weather.parameters }],
      input: [{ role: 'user', content: 'Hello' }],
    })
  })

  test('does not ask a model for encrypted reasoning that has none', () => {
    expect(written('responses', {}, { model: 'gpt-4.1-mini' })).not.toHaveProperty('include')
  })

  const input = (...list: Message[]): unknown => written('responses', { messages: list })['input']
  const origin = { provider: 'openai-responses', model: 'm' }
  const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' }
  const thought: Block = { type: 'reasoning', text: '', origin, state: { kind: 'reasoning', item } }
  const state = { kind: 'call', item: 'fc_1', ...origin }
  const output = (value: string): object => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: value, annotations: [] }],
  })
  const call = (more: object = {}): object => ({
    type: 'function_call',
    call_id: 'a',
    name: 'get_weather',
    arguments: '{"city":"Oslo"}',
    ...more,
  })

  test('reasoning goes back as it came, before what it led to, and the call names its item', () => {
    expect(input(assistant(thought, text('Look'), use('a', { state })), user(result('a')))).toEqual([
      item,
      output('Look'),
      call({ id: 'fc_1' }),
      { type: 'function_call_output', call_id: 'a', output: '12 °C' },
    ])
  })

  test('reasoning of another model stays here, and with it the ids of its items', () => {
    const foreign: Block = { ...thought, origin: { ...origin, model: 'n' } }
    expect(input(assistant(foreign, use('a', { state: { ...state, model: 'n' } })))).toEqual([call()])
    expect(input(assistant(use('a', { state })))).toEqual([call()])
  })

  test.each<[string, Block]>([
    ['that led to nothing', thought],
    ['that was cut off', { ...thought, state: { kind: 'reasoning', item: { ...item, encrypted_content: null } } }],
    ['that is not known', { ...thought, state: 'x' }],
  ])('reasoning %s stays here', (_, block) => {
    expect(input(assistant(block), user(text('Go on')))).toEqual([{ role: 'user', content: 'Go on' }])
  })

  test('a label goes back with its message', () => {
    const label: Block = { type: 'reasoning', text: '', origin, state: { kind: 'message', phase: 'commentary' } }
    expect(input(assistant(label, text('Look'), use('a')))).toEqual([{ ...output('Look'), phase: 'commentary' }, call()])
  })

  test('images are parts, in what people say and in what tools find', () => {
    const part = { type: 'input_image', detail: 'auto', image_url: dataUrl }
    expect(input(assistant(use('a')), user(result('a', [image as never]), text('And?'), image))).toEqual([
      call(),
      { type: 'function_call_output', call_id: 'a', output: [part] },
      { role: 'user', content: [{ type: 'input_text', text: 'And?' }, part] },
    ])
  })

  test.each<[string, Partial<LlmRequest>, Partial<OpenAiOptions>, object]>([
    ['the output limit', { maxOutputTokens: 99 }, {}, { max_output_tokens: 99 }],
    ['effort and summary', {}, { reasoning: { effort: 'high', summary: 'auto' } }, { reasoning: { effort: 'high', summary: 'auto' } }],
    ['a forced tool', { toolChoice: { name: 'get_weather' } }, {}, { tool_choice: { type: 'function', name: 'get_weather' } }],
    [
      'a long cache key by its digest',
      { cacheKey: 'k'.repeat(65) },
      { baseURL: 'https://api.openai.com/v1' },
      { prompt_cache_key: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
    [
      'an output schema',
      { output: { name: 'reply', schema: { type: 'object' } } },
      {},
      { text: { format: { type: 'json_schema', name: 'reply', strict: false, schema: { type: 'object' } } } },
    ],
  ])('says %s', (...[, request, options, expected]) => {
    expect(written('responses', request, options)).toMatchObject(expected)
  })
})
