/** Messages requests that must not be refused. */
import { png } from './clients.ts'
import { assistant, back, base, mark, old, result, talk, text, tool, use, user } from './anthropic-requests.ts'
import type { AcceptedCase, Send } from './verdict.ts'

export const acceptedByAnthropic: readonly AcceptedCase[] = [
  { title: 'the smallest request', body: base() },
  { title: 'neighbouring user messages', body: base({ messages: [user('Hi'), user('there')] }) },
  { title: 'a prefill', body: base({ messages: [user('Hi'), assistant('Once')] }) },
  {
    title: 'text after the results',
    body: talk(user('Hi'), assistant([use('a'), use('b')]), user([result('b'), result('a'), text('go on')])),
  },
  { title: 'a result without content', body: talk(user('Hi'), assistant([use('a')]), user([{ type: 'tool_result', tool_use_id: 'a' }])) },
  { title: 'thinking sent back whole', body: (send: Send) => back(send, (content) => content) },
  {
    title: 'old thinking without its model thinking now',
    body: async (send: Send) => ({ ...(await back(send, (content) => content)), thinking: { type: 'disabled' } }),
  },
  {
    title: 'four cache marks and an image',
    body: base({
      system: [text('a', mark)],
      tools: [tool(mark)],
      messages: [user([text('b', mark), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png }, ...mark }])],
    }),
  },
  { title: 'sampling in the former API version', body: base({ temperature: 0.5 }), headers: old },
  { title: 'a bearer token in place of a key', body: base(), headers: { authorization: 'Bearer t', 'anthropic-version': '2026-10-21' } },
]
