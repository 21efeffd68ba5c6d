/** Where the marks of the prompt cache stand. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { userText, type LlmRequest } from '@seamfold/core/kit'
import { requestWriter, type WriterSettings } from '../src/to-wire.ts'
import { assistant, bodyOf, call, picture, request, result, settingsOf, textOf, thought, user, weather } from './support/request.ts'

const mark = { cache_control: { type: 'ephemeral' } }

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
        const marked = textOf(requestWriter(settingsOf({ cache: '5m' }))(asked))
        expect(marked.split('cache_control').length - 1).toBeLessThanOrEqual(4)
        expect(marked.replaceAll(`,${JSON.stringify(mark).slice(1, -1)}`, '')).toBe(textOf(requestWriter(settingsOf())(asked)))
      }),
    )
  })

  test('can ask to be kept for an hour, or be left out', () => {
    expect(bodyOf(request(), { cache: '1h' })['system']).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }])
    expect(places(request({ messages: conversation }), { cache: 'off' })).toEqual([])
  })
})
