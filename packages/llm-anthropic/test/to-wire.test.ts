/** What a request looks like on the wire. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { userText, type Block, type JsonSchema, type LlmRequest, type Message } from '@seamfold/core/kit'
import { knownModel } from '../src/models.ts'
import { requestWriter, type WriterSettings } from '../src/to-wire.ts'

const origin = { provider: 'anthropic', model: 'claude-sonnet-4-5' }
const thought: Block = { type: 'reasoning', text: 'Hm.', origin, state: { signature: 'sig' } }
const mark = { cache_control: { type: 'ephemeral' } }
const weather = { name: 'get_weather', description: 'Tells the weather', parameters: { type: 'object', properties: {} } }

const assistant = (...content: readonly Block[]): Message => ({ role: 'assistant', content })
const user = (...content: readonly Block[]): Message => ({ role: 'user', content })
const call = (id: string, input: Block & { type: 'tool_use' } extends { input: infer I } ? I : never = {}): Block => ({
  type: 'tool_use',
  id,
  name: 'get_weather',
  input,
})
const result = (
  toolUseId: string,
  content: string | readonly (Block & { type: 'text' | 'image' })[] = 'sunny',
  isError = false,
): Block => ({
  type: 'tool_result',
  toolUseId,
  content,
  isError,
})
const picture = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const
const picturedOnWire = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }

const request = (change: Partial<LlmRequest> = {}): LlmRequest => ({
  system: 'Be brief.',
  messages: [userText('Hi')],
  tools: [],
  ...change,
})

const settingsOf = (change: Partial<WriterSettings> = {}): WriterSettings => ({
  model: 'claude-sonnet-4-5',
  known: knownModel(change.model ?? 'claude-sonnet-4-5'),
  maxOutputTokens: 8192,
  thinking: undefined,
  effort: undefined,
  cache: 'off',
  extraBody: {},
  ...change,
})

const bodyOf = (asked: LlmRequest, change: Partial<WriterSettings> = {}): Record<string, unknown> =>
  JSON.parse(requestWriter(settingsOf(change))(asked))
const messagesOf = (...messages: readonly Message[]): unknown => bodyOf(request({ messages }))['messages']

test('a plain question is model, limit, system and one message', () => {
  expect(bodyOf(request())).toEqual({
    model: 'claude-sonnet-4-5',
    max_tokens: 8192,
    stream: true,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  })
})

describe('messages', () => {
  test('tool results come before anything else that the user says', () => {
    expect(
      messagesOf(
        userText('Go'),
        assistant(call('a'), call('b')),
        user({ type: 'text', text: 'And now?' }, result('a'), result('b', 'rain', true)),
      ),
    ).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Go' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'get_weather', input: {} },
          { type: 'tool_use', id: 'b', name: 'get_weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'sunny' },
          { type: 'tool_result', tool_use_id: 'b', content: 'rain', is_error: true },
          { type: 'text', text: 'And now?' },
        ],
      },
    ])
  })

  test('neighbours of one role are one message, so that results follow their calls at once', () => {
    expect(messagesOf(userText('Go'), assistant(call('a')), userText('Wait'), user(result('a')), userText('Hm'))).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user', content: [{ type: 'tool_result' }, { type: 'text', text: 'Wait' }, { type: 'text', text: 'Hm' }] },
    ])
  })

  test('an assistant message with nothing left in it is left out', () => {
    const foreign: Block = {
      type: 'reasoning',
      text: 'Hm.',
      origin: { provider: 'openai-responses', model: 'gpt-5' },
      state: { id: 'rs_1' },
    }
    expect(messagesOf(userText('a'), assistant(foreign), userText('b'), assistant({ type: 'text', text: ' \n' }), userText('c'))).toEqual([
      { role: 'user', content: ['a', 'b', 'c'].map((text) => ({ type: 'text', text })) },
    ])
  })

  test('images are sent from the user and from tools', () => {
    expect(
      messagesOf(
        user(picture, { type: 'text', text: 'What is it?' }),
        assistant(call('a')),
        user(result('a', [{ type: 'text', text: 'seen' }, picture])),
      ),
    ).toEqual([
      { role: 'user', content: [picturedOnWire, { type: 'text', text: 'What is it?' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'get_weather', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'seen' }, picturedOnWire] }] },
    ])
  })

  test('images of a failed result follow the results, and a failure has words', () => {
    expect(
      messagesOf(userText('Go'), assistant(call('a'), call('b')), user(result('a', [picture], true), result('b', '', true))),
    ).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'failed without a message', is_error: true },
          { type: 'tool_result', tool_use_id: 'b', content: 'failed without a message', is_error: true },
          picturedOnWire,
        ],
      },
    ])
  })

  test('ids and arguments of other providers are brought into the form that this one takes', () => {
    expect(messagesOf(userText('Go'), assistant(call('functions.get:0', ['Oslo'])), user(result('functions.get:0')))).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ id: 'functions_get_0', input: { input: ['Oslo'] } }] },
      { role: 'user', content: [{ tool_use_id: 'functions_get_0' }] },
    ])
  })
})

describe('thinking in the history', () => {
  const redacted: Block = { type: 'reasoning', text: '', origin, state: { redacted: 'b3BhcXVl' } }

  test('goes back as it came, to the model that it came from', () => {
    expect(messagesOf(userText('Go'), assistant(thought, redacted, call('a')), user(result('a')))).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'redacted_thinking', data: 'b3BhcXVl' },
          { type: 'tool_use' },
        ],
      },
      { role: 'user' },
    ])
  })

  test.each([
    ['another model', { provider: 'anthropic', model: 'claude-opus-4-5' }],
    ['another provider', { provider: 'openai-responses', model: 'claude-sonnet-4-5' }],
  ])('of %s stays at home', (_, from) => {
    expect(messagesOf(userText('Go'), assistant({ ...thought, origin: from }, call('a')), user(result('a')))).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'tool_use' }] },
      { role: 'user' },
    ])
  })

  test('without a signature stays at home too', () => {
    const { state: _, ...unsigned } = thought as Block & { type: 'reasoning' }
    expect(messagesOf(userText('Go'), assistant(unsigned, { type: 'text', text: 'Done' }), userText('More'))).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'text', text: 'Done' }] },
      { role: 'user' },
    ])
  })

  test('may not be the last thing that the model said', () => {
    expect(messagesOf(userText('Go'), assistant({ type: 'text', text: 'Well' }, thought), userText('More'))).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'text', text: 'Well' }] },
      { role: 'user' },
    ])
  })
})

describe('cache marks', () => {
  const conversation = [userText('one'), assistant({ type: 'text', text: 'ah' }), userText('two'), assistant(call('a')), user(result('a'))]
  const places = (asked: LlmRequest, change: Partial<WriterSettings> = { cache: '5m' }): readonly string[] => {
    const found: string[] = []
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      if ('cache_control' in value) found.push(path)
      for (const [name, inner] of Object.entries(value)) look(inner, path === '' ? name : `${path}.${name}`)
    }
    look(bodyOf(asked, change), '')
    return found
  }

  test('stand at the end of the prompt and of the last two messages of the user', () => {
    expect(places(request({ messages: conversation, tools: [weather] }))).toEqual([
      'system.0',
      'messages.2.content.0',
      'messages.4.content.0',
    ])
  })

  test('stand at the last tool where there is no system text', () => {
    expect(places(request({ system: ' ', tools: [weather, { ...weather, name: 'other' }] }))).toEqual(['tools.1', 'messages.0.content.0'])
  })

  test('stand where the request before this one ended, even when the user spoke twice', () => {
    const steered = [...conversation, userText('stop'), userText('go on')]
    expect(places(request({ messages: steered }))).toEqual(['system.0', 'messages.4.content.1', 'messages.4.content.2'])
  })

  test('are never more than four, and never change anything else', () => {
    const anyMessage = fc.oneof(
      fc.string().map(userText),
      fc.string().map((text) => assistant({ type: 'text', text })),
      fc.constant(user(result('a'), picture)),
      fc.constant(assistant(thought, call('a'))),
    )
    fc.assert(
      fc.property(fc.array(anyMessage), fc.boolean(), (messages, withTools) => {
        const asked = request({ messages, tools: withTools ? [weather] : [] })
        const marked = requestWriter(settingsOf({ cache: '5m' }))(asked)
        expect(marked.split('cache_control').length - 1).toBeLessThanOrEqual(4)
        expect(marked.replaceAll(`,${JSON.stringify(mark).slice(1, -1)}`, '')).toBe(requestWriter(settingsOf())(asked))
      }),
    )
  })

  test('can ask to be kept for an hour, or be left out', () => {
    expect(bodyOf(request(), { cache: '1h' })['system']).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }])
    expect(places(request({ messages: conversation }), { cache: 'off' })).toEqual([])
  })
})

test('a message and a tool are written once in their lives', () => {
  let written = 0
  const counted = <T extends object>(value: T): T => Object.assign(value, { toJSON: () => ((written += 1), { type: 'object' }) })
  const write = requestWriter(settingsOf({ cache: '5m' }))
  const tools = [{ ...weather, parameters: { type: 'object', properties: counted({}) } }] as LlmRequest['tools']
  const messages = [
    userText('one'),
    assistant({ ...(call('a') as Block & { type: 'tool_use' }), input: counted({}) as never }),
    user(result('a')),
  ]
  write(request({ messages, tools }))
  const next = [...messages, assistant({ type: 'text', text: 'ah' }), userText('two')]
  write(request({ messages: next, tools }))
  write(request({ messages: next, tools }))
  expect(written).toBe(2)
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
