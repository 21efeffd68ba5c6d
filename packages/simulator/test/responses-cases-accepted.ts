/** Responses requests that must not be refused. */
import { png } from './clients.ts'
import { back, base, call, isType, output, talk, tool, user } from './responses-requests.ts'
import type { AcceptedCase } from './verdict.ts'

export const acceptedByResponses: readonly AcceptedCase[] = [
  { title: 'the smallest request', body: base() },
  { title: 'reasoning sent back whole', body: (send) => back(send, (items) => items) },
  {
    title: 'a call without its id and reasoning',
    body: (send) => back(send, (items) => items.filter(isType('function_call')).map(({ id: _gone, ...item }) => item)),
  },
  {
    title: 'a stored response that goes on',
    body: async (send) => {
      const { json } = await send(base({ tools: [tool()] }))
      return base({
        previous_response_id: json.id,
        input: json.output.filter(isType('function_call')).map((item) => output(String(item['call_id']))),
      })
    },
  },
  {
    title: 'references to stored items',
    body: async (send) => {
      const { json } = await send(base({ tools: [tool()] }))
      return base({
        input: [
          user('Hi'),
          ...json.output.map(({ id }) => ({ type: 'item_reference', id })),
          ...json.output.filter(isType('function_call')).map((item) => output(String(item['call_id']))),
        ],
      })
    },
  },
  {
    title: 'an image as a result',
    body: talk(call('a'), output('a', { output: [{ type: 'input_image', image_url: `data:image/png;base64,${png}` }] })),
  },
  { title: 'a long prompt that may be cut', body: base({ input: 'word'.repeat(401_000), truncation: 'auto' }) },
  { title: 'sampling where it may be chosen', body: base({ model: 'gpt-4.1', temperature: 0.2, top_p: 0.9 }) },
]
