/** What messages look like on the wire. */
import { describe, expect, test } from 'vitest'
import { userText, type Block } from '@seamfold/core/kit'
import { assistant, call, messagesOf, origin, picture, result, thought, user } from './support/request.ts'

const picturedOnWire = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }

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
    const { state: _, ...unsigned } = thought
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
