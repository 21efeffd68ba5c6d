/** Responses requests whose history cannot be. */
import { answered, back, base, call, image, isType, output, sealed, talk, user } from './responses-requests.ts'
import type { RefusedCase, Send } from './verdict.ts'

export const refusedResponsesHistories: readonly RefusedCase[] = [
  { rule: 'responses.input_some', title: 'no input', body: { model: 'gpt-5' }, says: "Missing required parameter: 'input'." },
  { rule: 'responses.input_some', title: 'an empty input', body: base({ input: [] }), says: 'empty array' },
  {
    rule: 'responses.item_id',
    title: 'a call with the id of its call_id',
    body: talk(call('a', { id: 'call_a' }), output('a')),
    says: "Expected an ID that begins with 'fc'.",
    param: 'input[0].id',
  },
  {
    rule: 'responses.item_id',
    title: 'an item id that is too long',
    body: talk({ type: 'message', id: `msg_${'x'.repeat(61)}`, role: 'user', content: 'x' }),
    says: 'maximum length 64',
  },
  {
    rule: 'responses.item_once',
    title: 'an item twice',
    body: talk(call('a', { id: 'fc_1' }), output('a'), call('b', { id: 'fc_1' }), output('b')),
    says: 'Duplicate item found with id fc_1.',
  },
  {
    rule: 'responses.parts_of_role',
    title: 'input text of the assistant',
    body: talk({ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
    says: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
    param: 'input[0].content[0]',
  },
  {
    rule: 'responses.parts_of_role',
    title: 'output text of the user',
    body: talk(user([{ type: 'output_text', text: 'x' }])),
    says: "Invalid value: 'output_text'",
  },
  {
    rule: 'responses.image',
    title: 'an image that is no base64',
    body: talk(image('data:image/png;base64,???')),
    says: 'invalid base64-encoded value',
  },
  {
    rule: 'responses.image',
    title: 'an image without an address',
    body: talk(user([{ type: 'input_image' }])),
    says: 'Missing required parameter',
  },
  {
    rule: 'responses.function_call_fields',
    title: 'an empty call_id',
    body: talk(call(''), output('')),
    says: 'empty string',
    param: 'input[0].call_id',
  },
  {
    rule: 'responses.function_call_fields',
    title: 'a call_id that is too long',
    body: talk(call('x'.repeat(65)), output('x'.repeat(65))),
    says: 'maximum length 64',
  },
  {
    rule: 'responses.call_id_unique',
    title: 'a call_id twice',
    body: talk(call('a'), output('a'), call('a')),
    says: 'Duplicate function call found with call_id a.',
  },
  {
    rule: 'responses.output_once',
    title: 'an output twice',
    body: talk(call('a'), output('a'), output('a')),
    says: 'Duplicate tool output found for function call a.',
  },
  {
    rule: 'responses.output_orphan',
    title: 'an output without a call',
    body: talk(user('Hi'), output('a')),
    says: 'No tool call found for function call output with call_id a.',
    param: 'input',
  },
  { rule: 'responses.output_orphan', title: 'an output before its call', body: talk(output('a'), call('a')), says: 'No tool call found' },
  {
    rule: 'responses.call_answered',
    title: 'a call without an output',
    body: talk(call('a'), call('b'), output('b')),
    says: 'No tool output found for function call a.',
    param: 'input',
  },
  {
    rule: 'responses.encrypted_content',
    title: 'altered reasoning',
    body: (send: Send) =>
      back(send, (items) =>
        items.map((item) =>
          isType('reasoning')(item) ? { ...item, encrypted_content: `B${String(item['encrypted_content']).slice(1)}` } : item,
        ),
      ),
    says: 'could not be verified',
    code: 'invalid_encrypted_content',
  },
  {
    rule: 'responses.encrypted_content',
    title: "another model's reasoning",
    body: (send: Send) => back(send, (items) => items, { model: 'gpt-5-mini' }),
    says: 'could not be verified',
  },
  {
    rule: 'responses.reasoning_known',
    title: 'reasoning that was not stored',
    body: (send: Send) => back(send, (items) => items.map(({ encrypted_content: _gone, ...item }) => item)),
    status: 404,
    says: 'Items are not persisted when `store` is set to false.',
  },
  {
    rule: 'responses.reasoning_followed',
    title: 'reasoning without its call',
    body: async (send: Send) =>
      base({ ...sealed, input: [user('Hi'), ...(await answered(send)).filter(isType('reasoning')), user('So?')] }),
    says: "of type 'reasoning' was provided without its required following item.",
    param: 'input',
  },
  {
    rule: 'responses.reasoning_followed',
    title: 'reasoning before another item',
    body: (send: Send) =>
      back(send, (items) => [
        ...items.filter(isType('reasoning')),
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'x', annotations: [] }],
        },
        ...items.filter(isType('function_call')),
      ]),
    says: 'required following item',
  },
  {
    rule: 'responses.reasoning_required',
    title: 'a call without its reasoning',
    body: (send: Send) => back(send, (items) => items.filter(isType('function_call'))),
    says: "of type 'function_call' was provided without its required 'reasoning' item: 'rs_",
  },
]
