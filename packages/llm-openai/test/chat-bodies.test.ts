/** What Chat Completions requests look like on the wire. */
import type { Block, LlmRequest, Message } from '@seamfold/core/kit'
import { describe, expect, test } from 'vitest'
import type { OpenAiOptions } from '../src/options.ts'
import { weather } from './reading.ts'
import { written, user, assistant, text, image, use, result, dataUrl } from './writing.ts'

describe('Chat Completions', () => {
  test('a plain request says only what is needed', () => {
    expect(written('chat')).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: weather.name, description: weather.description, parameters: weather.parameters } }],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    })
  })

  test('without system text and tools has neither', () => {
    expect(written('chat', { system: '', tools: [], toolChoice: 'none' })).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    })
  })

  const messages = (...list: Message[]): unknown => written('chat', { system: '', messages: list })['messages']

  test('calls and results pair up, one message per result, and what was said beside them follows', () => {
    expect(
      messages(assistant(text('Look'), use('a'), use('b')), user(result('a'), result('b', [text('1'), text('2')] as never), text('And?'))),
    ).toEqual([
      {
        role: 'assistant',
        content: 'Look',
        tool_calls: ['a', 'b'].map((id) => ({ id, type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } })),
      },
      { role: 'tool', tool_call_id: 'a', content: '12 °C' },
      { role: 'tool', tool_call_id: 'b', content: '1\n2' },
      { role: 'user', content: 'And?' },
    ])
  })

  test('images of a person are parts, images of tools move into a user message that says whose they are', () => {
    expect(messages(user(image, text('What is it?')))).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: dataUrl } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ])
    expect(messages(assistant(use('a')), user(result('a', [{ type: 'text', text: 'A cat' }, image as never])))).toMatchObject([
      { content: null },
      { role: 'tool', tool_call_id: 'a', content: 'A cat\n[1 image, in the next message]' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Images in the result of call a:' },
          { type: 'image_url', image_url: { url: dataUrl } },
        ],
      },
    ])
  })

  test('arguments that were not JSON go back as an empty object', () => {
    expect(messages(assistant(use('a', { input: {}, invalidInput: '{"ci' })))).toMatchObject([
      { tool_calls: [{ function: { arguments: '{}' } }] },
    ])
  })

  test('reasoning goes back in its field to the model that made it, and to no other', () => {
    const own: Block = {
      type: 'reasoning',
      text: 'Hm',
      origin: { provider: 'openai-chat', model: 'm' },
      state: { field: 'reasoning_content' },
    }
    const other: Block = { ...own, origin: { provider: 'openai-chat', model: 'n' } }
    const foreign: Block = { ...own, origin: { provider: 'anthropic', model: 'm' }, state: 'signature' }
    expect(messages(assistant(own, text('Yes')))).toEqual([{ role: 'assistant', content: 'Yes', reasoning_content: 'Hm' }])
    expect(messages(assistant(other, text('Yes')))).toEqual([{ role: 'assistant', content: 'Yes' }])
    expect(messages(assistant(foreign, text('Yes')))).toEqual([{ role: 'assistant', content: 'Yes' }])
  })

  test('signed details and signatures of calls go back as they came to the model that made them, and to no other', () => {
    const details = [{ type: 'reasoning.text', text: 'Hm', signature: 'sig' }]
    const thought: Block = {
      type: 'reasoning',
      text: 'Hm',
      origin: { provider: 'openai-chat', model: 'm' },
      state: { field: 'reasoning', details },
    }
    const extra = { google: { thought_signature: 'sig' } }
    const signed = (model: string): Block => use('a', { state: { extra, provider: 'openai-chat', model } })
    expect(messages(assistant(thought, signed('m')))).toMatchObject([
      { reasoning_details: details, tool_calls: [{ extra_content: extra }] },
    ])
    const [other] = messages(assistant({ ...thought, origin: { provider: 'openai-chat', model: 'n' } }, signed('n'))) as object[]
    expect(other).toEqual({ role: 'assistant', content: null, tool_calls: [expect.not.objectContaining({ extra_content: extra })] })
  })

  test('an assistant message with nothing left is left out', () => {
    const foreign: Block = { type: 'reasoning', text: 'Hm', origin: { provider: 'anthropic', model: 'x' } }
    expect(messages(assistant(foreign), assistant(text('')), assistant(), user(text('Go on')))).toEqual([
      { role: 'user', content: 'Go on' },
    ])
  })

  test('ids that are too long become the same short one in call and result', () => {
    const id = `toolu_${'x'.repeat(60)}`
    const [call, answer] = messages(assistant(use(id)), user(result(id))) as [{ tool_calls: { id: string }[] }, { tool_call_id: string }]
    expect(call.tool_calls[0]?.id).toHaveLength(40)
    expect(answer.tool_call_id).toBe(call.tool_calls[0]?.id)
  })

  test.each<[string, Partial<LlmRequest>, Partial<OpenAiOptions>, object]>([
    ['the output limit of the request', { maxOutputTokens: 9 }, { maxOutputTokens: 5 }, { max_tokens: 9 }],
    ['the output limit of the options', {}, { maxOutputTokens: 5 }, { max_tokens: 5 }],
    [
      'the new name of the limit for OpenAI',
      {},
      { maxOutputTokens: 5, baseURL: 'https://api.openai.com/v1' },
      { max_completion_tokens: 5 },
    ],
    ['the new name of the limit for its models elsewhere', {}, { maxOutputTokens: 5, model: 'gpt-5' }, { max_completion_tokens: 5 }],
    [
      'a forced tool',
      { toolChoice: { name: 'get_weather' } },
      {},
      { tool_choice: { type: 'function', function: { name: 'get_weather' } } },
    ],
    ['a required tool', { toolChoice: 'required' }, {}, { tool_choice: 'required' }],
    ['effort and temperature', {}, { reasoning: { effort: 'low' }, temperature: 0 }, { reasoning_effort: 'low', temperature: 0 }],
    ['a cache key for OpenAI', { cacheKey: 's-1' }, { baseURL: 'https://api.openai.com/v1' }, { prompt_cache_key: 's-1' }],
  ])('says %s', (...[, request, options, expected]) => {
    expect(written('chat', request, options)).toMatchObject(expected)
  })

  test('says nothing of a cache key to others, and nothing that the options take out', () => {
    expect(written('chat', { cacheKey: 's-1' })).not.toHaveProperty('prompt_cache_key')
    expect(written('chat', {}, { extraBody: { stream_options: null, top_k: 3 } })).toMatchObject({ top_k: 3 })
    expect(written('chat', {}, { extraBody: { stream_options: null } })).not.toHaveProperty('stream_options')
  })

  test('holds the answer to a schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } } as const
    expect(written('chat', { output: { name: 'reply', schema } })['response_format']).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'reply',
        strict: true,
        schema: { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'], additionalProperties: false },
      },
    })
  })
})
