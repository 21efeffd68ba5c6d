/** Chat Completions requests whose history cannot be. */
import { assistant, base, call, calls, image, reply, talk, user } from './chat-requests.ts'
import type { RefusedCase } from './verdict.ts'

export const refusedChatHistories: readonly RefusedCase[] = [
  { rule: 'chat.messages_some', title: 'no messages', body: base({ messages: [] }), says: "Invalid 'messages': empty array" },
  {
    rule: 'chat.function_role',
    title: 'the function role',
    body: talk({ role: 'function', name: 'a', content: 'b' }),
    says: "'function' role is deprecated",
  },
  {
    rule: 'chat.empty_lists',
    title: 'an empty list of calls',
    body: talk(user('Hi'), assistant({ content: 'x', tool_calls: [] })),
    says: "Invalid 'messages[1].tool_calls': empty array",
  },
  { rule: 'chat.empty_lists', title: 'an empty list of parts', body: talk(user([])), says: "Invalid 'messages[0].content': empty array" },
  {
    rule: 'chat.assistant_content',
    title: 'an assistant who says nothing',
    body: talk(user('Hi'), assistant({ content: null })),
    says: "Invalid value for 'content': expected a string, got null.",
    param: 'messages.[1].content',
  },
  {
    rule: 'chat.parts_of_role',
    title: 'an image of the system',
    body: talk({ role: 'system', content: [image('https://a.b/c.png')] }),
    says: "Image URLs are only allowed for messages with role 'user'",
  },
  {
    rule: 'chat.parts_of_role',
    title: 'an image as a result',
    body: talk(user('Hi'), calls('a'), reply('a', [image('https://a.b/c.png')])),
    says: "this message with role 'tool' contains an image URL",
  },
  {
    rule: 'chat.parts_of_role',
    title: 'a refusal of the user',
    body: talk(user([{ type: 'refusal', refusal: 'no' }])),
    says: "Invalid value: 'refusal'",
  },
  {
    rule: 'chat.image',
    title: 'an image that is no base64',
    body: talk(user([image('data:image/png;base64,???')])),
    says: 'invalid base64-encoded value',
  },
  {
    rule: 'chat.image',
    title: 'an image of another type',
    body: talk(user([image('data:image/bmp;base64,AAAA')])),
    says: 'Only image types are supported',
    code: 'invalid_image_format',
  },
  { rule: 'chat.image', title: 'an address that is none', body: talk(user([image('a.png')])), says: 'Expected a valid URL' },
  {
    rule: 'chat.image',
    title: 'bytes that are no image',
    body: talk(user([image('data:image/png;base64,aGVsbG8=')])),
    says: 'does not represent a valid image',
  },
  {
    rule: 'chat.tool_call_fields',
    title: 'a call id that is too long',
    body: talk(user('Hi'), calls('x'.repeat(41)), reply('x'.repeat(41))),
    says: 'maximum length 40',
  },
  {
    rule: 'chat.tool_call_fields',
    title: 'a call without a name',
    body: talk(user('Hi'), assistant({ tool_calls: [call('a', '{}', '')] }), reply('a')),
    says: 'empty string',
  },
  {
    rule: 'chat.reasoning_field',
    title: 'reasoning text sent to the provider',
    body: talk(user('Hi'), assistant({ content: 'x', reasoning_content: 'y' })),
    says: "Unknown parameter: 'messages[1].reasoning_content'",
  },
  {
    rule: 'chat.tool_call_id_unique',
    title: 'an id twice in a message',
    body: talk(user('Hi'), calls('a', 'a'), reply('a')),
    says: "Duplicate value for 'tool_call_id' of 'a'",
  },
  { rule: 'chat.tool_call_id_unique', title: 'an empty id', body: talk(user('Hi'), calls(''), reply('')), says: 'empty string' },
  {
    rule: 'chat.tool_message_orphan',
    title: 'a result without a call',
    body: talk(user('Hi'), reply('a')),
    says: "must be a response to a preceeding message with 'tool_calls'",
    param: 'messages.[1].role',
  },
  {
    rule: 'chat.tool_message_orphan',
    title: 'a result of another call',
    body: talk(user('Hi'), calls('a'), reply('a'), reply('b')),
    says: "'tool_call_id' of 'b' not found",
  },
  {
    rule: 'chat.tool_message_orphan',
    title: 'a result after someone spoke',
    body: talk(user('Hi'), calls('a', 'b'), reply('a'), user('wait'), reply('b')),
    says: 'must be a response',
  },
  {
    rule: 'chat.tool_message_once',
    title: 'a result twice',
    body: talk(user('Hi'), calls('a'), reply('a'), reply('a')),
    says: 'must have a single response message',
  },
  {
    rule: 'chat.tool_call_answered',
    title: 'a call without a result',
    body: talk(user('Hi'), calls('a', 'b'), reply('b'), user('so')),
    says: 'did not have response messages: a',
  },
  {
    rule: 'chat.tool_call_answered',
    title: 'a call at the end',
    body: talk(user('Hi'), calls('a')),
    says: "must be followed by tool messages responding to each 'tool_call_id'",
  },
]
