/** What a request is made of: a message is looked at wherever a middleware has put it. */
import { expect, test } from 'vitest'
import { systemHost } from '../../src/base/host.ts'
import { requestCache } from '../../src/loop/request-cache.ts'
import type { Message } from '../../src/model/message.ts'
import { scriptedLlm } from '../../src/testing.ts'

const { model } = scriptedLlm([])
const said = (role: Message['role'], text: string): Message => ({ role, content: [{ type: 'text', text }] })
const foreign: Message = {
  role: 'assistant',
  content: [
    { type: 'reasoning', text: 'hm', origin: { provider: 'another', model: 'one' } },
    { type: 'text', text: 'yes' },
  ],
}

test('a message that is put in front in each turn is looked at in each', () => {
  const cache = requestCache(systemHost().digest)
  const [question, answer, next] = [said('user', 'is it?'), said('assistant', 'yes'), said('user', 'sure?')]
  expect(cache.messagesFor([said('user', 'note 1'), question], model)).toHaveLength(2)
  const request = cache.messagesFor([foreign, question, answer, next], model)
  expect(request[0]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'yes' }] })
})

test('what was found clean stays the same object, and the same list', () => {
  const cache = requestCache(systemHost().digest)
  const history = [said('user', 'is it?')]
  expect(cache.messagesFor(history, model)).toBe(history)
  const longer = [...history, said('assistant', 'yes')]
  expect(cache.messagesFor(longer, model)).toBe(longer)
})
