/** A conversation that grows is written once, and always as if it were new. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { userText, type Message } from '@seamfold/core/kit'
import { requestWriter } from '../src/to-wire.ts'
import { assistant, call, picture, request, result, settingsOf, textOf, thought, user, weather } from './support/request.ts'

test('a message and a tool are written once in their lives', () => {
  let written = 0
  const counted = <T extends object>(value: T): T => Object.assign(value, { toJSON: () => ((written += 1), { type: 'object' }) })
  const write = requestWriter(settingsOf({ cache: '5m' }))
  const tools = [{ ...weather, parameters: { type: 'object', properties: counted({}) } }]
  const messages: Message[] = [userText('Go')]
  for (let turn = 0; turn < 20; turn += 1) {
    write(request({ messages: [...messages], tools }))
    // Asked again, as after a failure.
    write(request({ messages: [...messages], tools }))
    messages.push(assistant(call(`c${turn}`, counted({}))), user(result(`c${turn}`)))
  }
  // The calls of all turns but the last, which nobody has sent yet, and the tool.
  expect(written).toBe(19 + 1)
})

const anyMessage = fc.oneof(
  fc.string().map(userText),
  fc.string().map((words) => assistant({ type: 'text', text: words })),
  fc.constant(user(result('a'), picture)),
  fc.constant(assistant(thought, call('a'))),
  fc.constant(assistant()),
)

/** What happens to a history between two requests: it is cut back, changed in one place, and goes on. */
const anyChange = fc.record({
  keep: fc.nat({ max: 20 }),
  changed: fc.option(fc.nat({ max: 20 })),
  added: fc.array(anyMessage, { maxLength: 5 }),
})

test('however a history is cut, edited and continued, its bytes are those of a writer that sees it for the first time', () => {
  fc.assert(
    fc.property(anyMessage, fc.array(anyChange, { maxLength: 12 }), (first, changes) => {
      const write = requestWriter(settingsOf({ cache: '5m' }))
      let messages: readonly Message[] = [first]
      for (const { keep, changed, added } of changes) {
        const kept = messages.slice(0, Math.max(1, keep)).map((message, index) => (index === changed ? { ...message } : message))
        messages = [...kept, ...added]
        const asked = request({ messages })
        expect(textOf(write(asked))).toBe(textOf(requestWriter(settingsOf({ cache: '5m' }))(asked)))
      }
    }),
    { numRuns: 500 },
  )
})
