/** What a request looks like on the wire. */
import { describe, expect, test } from 'vitest'
import { userText, type JsonSchema, type LlmRequest } from '@seamfold/core/kit'
import type { WriterSettings } from '../src/to-wire.ts'
import { assistant, bodyOf, call, request, result, thought, user, weather } from './support/request.ts'

test('a plain question is model, limit, system and one message', () => {
  expect(bodyOf(request())).toEqual({
    model: 'claude-sonnet-4-5',
    max_tokens: 8192,
    stream: true,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  })
})

describe('the choice of tools', () => {
  test.each([
    ['auto', undefined],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [{ name: 'get_weather' }, { type: 'tool', name: 'get_weather' }],
  ] as const)('%o is sent as %o', (toolChoice, expected) => {
    expect(bodyOf(request({ toolChoice, tools: [weather] }))['tool_choice']).toEqual(expected)
  })

  test('is not sent without tools', () => {
    expect(bodyOf(request({ toolChoice: 'none' }))).not.toHaveProperty('tool_choice')
  })

  test('a tool without a word about its input takes an object', () => {
    expect(bodyOf(request({ tools: [{ ...weather, parameters: {} }] }))['tools']).toMatchObject([{ input_schema: { type: 'object' } }])
  })

  test('that forces a call is refused for a model that cannot be forced', () => {
    expect(() => bodyOf(request({ toolChoice: 'required', tools: [weather] }), { model: 'claude-opus-5-5' })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    )
  })
})

describe('thinking of a request', () => {
  const budget = { thinking: { budgetTokens: 4000 } }
  const thinkingOf = (asked: Partial<LlmRequest>, change: Partial<WriterSettings>): unknown => bodyOf(request(asked), change)['thinking']
  const forced = { toolChoice: 'required', tools: [weather] } as const

  test('is left to the model where nothing is said', () => {
    expect(thinkingOf({}, {})).toBeUndefined()
  })

  test('has its budget, and its thoughts can be shown', () => {
    expect(thinkingOf({}, { thinking: { budgetTokens: 4000, display: 'summarized' } })).toEqual({
      type: 'enabled',
      budget_tokens: 4000,
      display: 'summarized',
    })
    expect(thinkingOf({}, { model: 'claude-sonnet-5', thinking: { mode: 'adaptive' } })).toEqual({ type: 'adaptive' })
    expect(thinkingOf({}, { model: 'claude-sonnet-5', thinking: { mode: 'off' } })).toEqual({ type: 'disabled' })
    expect(thinkingOf({}, { model: 'claude-sonnet-5-5', thinking: { mode: 'between_tools' } })).toEqual({ type: 'between_tools' })
  })

  test('shrinks its budget below the limit of the answer, and stops where too little is left', () => {
    expect(thinkingOf({ maxOutputTokens: 2000 }, budget)).toEqual({ type: 'enabled', budget_tokens: 1999 })
    expect(thinkingOf({ maxOutputTokens: 1024 }, budget)).toBeUndefined()
  })

  test('gives way to a forced call', () => {
    expect(thinkingOf(forced, budget)).toBeUndefined()
    expect(thinkingOf(forced, { model: 'claude-sonnet-5', thinking: { mode: 'adaptive' } })).toEqual({ type: 'disabled' })
    expect(thinkingOf({ ...forced, toolChoice: 'none' }, budget)).toMatchObject({ type: 'enabled' })
  })

  test('with a budget waits for the end of a round of calls that began without it', () => {
    const round = [userText('Go'), assistant(call('a')), user(result('a'))]
    expect(thinkingOf({ messages: round, tools: [weather] }, budget)).toBeUndefined()
    expect(thinkingOf({ messages: [...round, assistant({ type: 'text', text: 'ok' }), userText('Next')] }, budget)).toMatchObject({
      type: 'enabled',
    })
    expect(thinkingOf({ messages: [userText('Go'), assistant(thought, call('a')), user(result('a'))] }, budget)).toMatchObject({
      type: 'enabled',
    })
  })

  test('lets the provider drop what an edit of the history made invalid', () => {
    expect(thinkingOf({}, { model: 'claude-opus-5-5' })).toEqual({
      type: 'adaptive',
      block_binding: { prefix_mismatch_behavior: 'drop_block' },
    })
  })
})

describe('structured output', () => {
  const formatOf = (schema: JsonSchema): unknown => {
    const config = bodyOf(request({ output: { name: 'answer', schema } }), { effort: 'low' })['output_config']
    expect(config).toMatchObject({ effort: 'low', format: { type: 'json_schema' } })
    return (config as { format: { schema: unknown } }).format.schema
  }

  test('is native, with objects closed', () => {
    expect(formatOf({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] })).toEqual({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    })
  })

  test('tells the model what the provider cannot enforce', () => {
    expect(
      formatOf({
        type: 'object',
        properties: {
          age: { type: 'integer', minimum: 0, description: 'In years' },
          tags: { type: 'array', maxItems: 2, items: { oneOf: [{ type: 'string', minLength: 1 }] } },
        },
      }),
    ).toEqual({
      type: 'object',
      properties: {
        age: { type: 'integer', description: 'In years (minimum: 0)' },
        tags: { type: 'array', description: '(maxItems: 2)', items: { anyOf: [{ type: 'string', description: '(minLength: 1)' }] } },
      },
      additionalProperties: false,
    })
  })

  test('follows definitions', () => {
    expect(
      formatOf({ $ref: '#/$defs/node', $defs: { node: { type: ['object', 'null'], properties: { next: { $ref: '#/$defs/node' } } } } }),
    ).toEqual({
      $ref: '#/$defs/node',
      $defs: { node: { type: ['object', 'null'], properties: { next: { $ref: '#/$defs/node' } }, additionalProperties: false } },
    })
  })
})

test('fields that the host adds win over ours', () => {
  expect(bodyOf(request(), { extraBody: { service_tier: 'standard_only', max_tokens: 5 } })).toMatchObject({
    service_tier: 'standard_only',
    max_tokens: 5,
  })
})
