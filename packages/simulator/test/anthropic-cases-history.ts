/** Messages requests whose history cannot be: calls, results, thinking, images. */
import { png } from './clients.ts'
import { assistant, back, base, image, old, result, talk, text, thinking, thought, tool, use, user } from './anthropic-requests.ts'
import type { RefusedCase, Send } from './verdict.ts'

export const refusedHistories: readonly RefusedCase[] = [
  {
    rule: 'anthropic.tool_use_id_pattern',
    title: 'an id with a colon',
    body: talk(user('Hi'), assistant([use('a:1')]), user([result('a:1')])),
    says: "tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
  },
  {
    rule: 'anthropic.tool_use_id_pattern',
    title: 'an empty id',
    body: talk(user('Hi'), assistant([use('')]), user([result('')])),
    says: 'tool_use.id',
  },
  {
    rule: 'anthropic.tool_use_id_unique',
    title: 'an id used twice in a message',
    body: talk(user('Hi'), assistant([use('a'), use('a')]), user([result('a')])),
    says: '`tool_use` ids must be unique',
  },
  {
    rule: 'anthropic.tool_use_id_unique',
    title: 'an id used twice in a conversation',
    body: talk(user('Hi'), assistant([use('a')]), user([result('a')]), assistant([use('a')]), user([result('a')])),
    says: 'must be unique',
  },
  {
    rule: 'anthropic.tool_use_answered',
    title: 'a call without a result',
    body: talk(user('Hi'), assistant([use('a'), use('b')]), user([result('a')])),
    says: 'ids were found without `tool_result` blocks immediately after: b.',
  },
  {
    rule: 'anthropic.tool_use_answered',
    title: 'a call at the end',
    body: talk(user('Hi'), assistant([use('a')])),
    says: 'messages.1: `tool_use` ids were found',
  },
  {
    rule: 'anthropic.tool_use_answered',
    title: 'text before the result',
    body: talk(user('Hi'), assistant([use('a')]), user([text('so'), result('a')])),
    says: 'immediately after: a.',
  },
  {
    rule: 'anthropic.tool_use_answered',
    title: 'results in two messages',
    body: talk(user('Hi'), assistant([use('a'), use('b')]), user([result('a')]), user('more')),
    says: 'immediately after: b.',
  },
  {
    rule: 'anthropic.tool_result_orphan',
    title: 'a result without a call',
    body: talk(user([result('a')])),
    says: 'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: a.',
  },
  {
    rule: 'anthropic.tool_result_orphan',
    title: 'a result too many',
    body: talk(user('Hi'), assistant([use('a')]), user([result('a'), result('b')])),
    says: 'unexpected `tool_use_id` found in `tool_result` blocks: b.',
  },
  {
    rule: 'anthropic.tool_result_once',
    title: 'a result twice',
    body: talk(user('Hi'), assistant([use('a')]), user([result('a'), result('a')])),
    says: 'each tool_use must have a single result',
  },
  {
    rule: 'anthropic.thinking_supported',
    title: 'adaptive thinking where there is none',
    body: base({ thinking: { type: 'adaptive' } }),
    says: 'adaptive thinking is not supported',
  },
  {
    rule: 'anthropic.thinking_supported',
    title: 'manual thinking where there is none',
    body: base({ ...thinking, model: 'claude-sonnet-5' }),
    says: '"thinking.type.enabled" is not supported for this model',
  },
  {
    rule: 'anthropic.thinking_supported',
    title: 'no thinking where there is always some',
    body: base({ model: 'claude-opus-5-5', thinking: { type: 'disabled' } }),
    says: '"thinking.type.disabled" is not supported',
  },
  {
    rule: 'anthropic.thinking_budget',
    title: 'a small budget',
    body: base({ thinking: { type: 'enabled', budget_tokens: 1000 } }),
    says: 'greater than or equal to 1024',
  },
  {
    rule: 'anthropic.thinking_budget',
    title: 'a budget beyond max_tokens',
    body: base({ thinking: { type: 'enabled', budget_tokens: 4000 } }),
    says: '`max_tokens` must be greater than `thinking.budget_tokens`',
  },
  {
    rule: 'anthropic.thinking_combinations',
    title: 'thinking and a forced call',
    body: base({ ...thinking, tools: [tool()], tool_choice: { type: 'any' } }),
    says: 'when tool_choice forces tool use',
  },
  {
    rule: 'anthropic.thinking_combinations',
    title: 'thinking and a temperature',
    body: base({ ...thinking, temperature: 0.5 }),
    headers: old,
    says: '`temperature` may only be set to 1',
  },
  {
    rule: 'anthropic.thinking_signature',
    title: 'altered thinking',
    body: (send: Send) =>
      back(send, (content) => content.map((block) => (block['type'] === 'thinking' ? { ...block, thinking: 'other' } : block))),
    says: 'Invalid `signature` in `thinking` block',
  },
  {
    rule: 'anthropic.thinking_signature',
    title: 'an invented signature',
    body: talk(user('Hi'), assistant([{ type: 'thinking', thinking: 'x', signature: 'c2ln' }, text('y')]), user('z')),
    says: 'messages.1.content.0: Invalid `signature`',
  },
  {
    rule: 'anthropic.thinking_signature',
    title: "another model's thinking",
    body: (send: Send) => back(send, (content) => content, { model: 'claude-sonnet-4-6' }),
    says: 'Invalid `signature` in `thinking` block',
  },
  {
    rule: 'anthropic.thinking_signature',
    title: 'altered redacted thinking',
    body: (send: Send) =>
      back(send, (content) =>
        content.map((block) => (block['type'] === 'redacted_thinking' ? { ...block, data: `A${String(block['data']).slice(1)}` } : block)),
      ),
    says: 'Invalid `data` in `redacted_thinking` block',
  },
  {
    rule: 'anthropic.thinking_not_last',
    title: 'thinking at the end',
    body: async (send: Send) => base({ messages: [user('Hi'), assistant((await thought(send)).slice(0, 1)), user('Hi')] }),
    says: 'The final block in an assistant message cannot be `thinking`',
  },
  {
    rule: 'anthropic.thinking_kept_in_tool_loop',
    title: 'thinking left out in mid-loop',
    body: (send: Send) => back(send, (content) => content.filter((block) => block['type'] === 'tool_use')),
    says: 'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`',
  },
  {
    rule: 'anthropic.thinking_kept_in_tool_loop',
    title: 'redacted thinking left out in mid-loop',
    body: (send: Send) => back(send, (content) => content.filter((block) => block['type'] !== 'redacted_thinking')),
    says: 'cannot be modified',
  },
  {
    rule: 'anthropic.thinking_kept_in_tool_loop',
    title: 'a loop that began without thinking',
    body: base({ ...thinking, tools: [tool()], messages: [user('Hi'), assistant([use('unseen')]), user([result('unseen')])] }),
    says: 'must start with a thinking block',
  },
  {
    rule: 'anthropic.image',
    title: 'an image that is no base64',
    body: image({ type: 'base64', media_type: 'image/png', data: '???' }),
    says: 'invalid base64 data',
  },
  {
    rule: 'anthropic.image',
    title: 'an image of another type',
    body: image({ type: 'base64', media_type: 'image/jpeg', data: png }),
    says: 'appears to be a image/png image',
  },
  {
    rule: 'anthropic.image',
    title: 'bytes that are no image',
    body: image({ type: 'base64', media_type: 'image/png', data: 'aGVsbG8=' }),
    says: 'Could not process image',
  },
  {
    rule: 'anthropic.image',
    title: 'an image over plain HTTP',
    body: image({ type: 'url', url: 'http://example.com/a.png' }),
    says: 'Only HTTPS URLs',
  },
  {
    rule: 'anthropic.image',
    title: 'a bad image in a result',
    body: talk(
      user('Hi'),
      assistant([use('a')]),
      user([result('a', [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } }])]),
    ),
    says: 'image cannot be empty',
  },
]
