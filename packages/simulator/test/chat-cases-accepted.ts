/** Chat Completions requests that must not be refused. */
import { png } from './clients.ts'
import { assistant, base, call, calls, image, reply, strict, talk, thinker, user } from './chat-requests.ts'
import type { AcceptedCase } from './verdict.ts'

export const acceptedByChat: readonly AcceptedCase[] = [
  { title: 'the smallest request', body: base() },
  { title: 'the assistant first', body: talk(assistant({ content: 'Welcome' }), user('Hi')) },
  { title: 'results in another order', body: talk(user('Hi'), calls('a', 'b'), reply('b'), reply('a'), user('so')) },
  { title: 'an id used again in a later turn', body: talk(user('Hi'), calls('a'), reply('a'), calls('a'), reply('a')) },
  { title: 'an image of the user', body: talk(user([{ type: 'text', text: 'See' }, image(`data:image/png;base64,${png}`)])) },
  {
    title: 'malformed arguments in the history',
    body: talk(user('Hi'), assistant({ tool_calls: [call('a', '{"x":')] }), reply('a', 'bad JSON')),
  },
  {
    title: 'a message just as the provider gave it',
    body: async (send) => ({ ...base(), messages: [user('Hi'), (await send(base())).json.choices[0]?.message, user('Go on')] }),
  },
  { title: 'the limits of a reasoning model', body: thinker({ max_completion_tokens: 100, reasoning_effort: 'low', temperature: 1 }) },
  {
    title: 'a strict tool with a nested schema',
    body: strict({ type: 'object', additionalProperties: false, required: ['a'], properties: { a: { type: ['string', 'null'] } } }),
  },
  {
    title: 'JSON that is asked for in words',
    body: base({ response_format: { type: 'json_object' }, messages: [user('Answer in JSON')] }),
  },
]
