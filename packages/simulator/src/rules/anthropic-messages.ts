/** Rules about the order, the roles and the emptiness of Anthropic messages. */
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicBlock, AnthropicRequest } from '../wire/anthropic.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<AnthropicRequest>

const some: R = {
  id: 'anthropic.messages_some',
  check: ({ messages }) => (messages.length === 0 ? { message: 'messages: at least one message is required' } : undefined),
}

const roles: R = {
  id: 'anthropic.roles',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]): Fault | undefined => {
      const role: string = message.role
      if (role === 'system')
        return {
          message:
            'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
        }
      return role === 'user' || role === 'assistant'
        ? undefined
        : { message: `messages.${index}.role: Input should be 'user' or 'assistant'` }
    }),
}

const firstIsUser: R = {
  id: 'anthropic.first_user',
  check: ({ messages }) => (messages[0]?.role === 'user' ? undefined : { message: 'messages: first message must use the "user" role' }),
}

const contentNotEmpty: R = {
  id: 'anthropic.content_not_empty',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) =>
      message.content.length === 0 && !(index === messages.length - 1 && message.role === 'assistant')
        ? { message: `messages.${index}: all messages must have non-empty content except for the optional final assistant message` }
        : undefined,
    ),
}

const emptyText = (
  block: { readonly type: string; readonly text?: string; readonly cache_control?: unknown },
  place: string,
): Fault | undefined => {
  if (block.type !== 'text' || block.text === undefined) return undefined
  if (block.text === '' && block.cache_control !== undefined && block.cache_control !== null)
    return { message: `${place}.cache_control: cache_control cannot be set for empty text blocks` }
  if (block.text === '') return { message: `${place.split('.')[0] ?? ''}: text content blocks must be non-empty` }
  return block.text.trim() === ''
    ? { message: `${place.split('.')[0] ?? ''}: text content blocks must contain non-whitespace text` }
    : undefined
}

const nested = (block: AnthropicBlock): readonly { readonly type: string }[] =>
  block.type === 'tool_result' && Array.isArray(block.content) ? block.content : []

const textNotEmpty: R = {
  id: 'anthropic.text_not_empty',
  check: ({ messages, system }) =>
    firstFault(Array.isArray(system) ? system.entries() : [], ([index, block]) => emptyText(block, `system.${index}`)) ??
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]) => {
        const place = `messages.${index}.content.${at}`
        return (
          emptyText(block, `${place}.text`) ??
          firstFault(nested(block).entries(), ([inner, part]) => emptyText(part, `${place}.tool_result.content.${inner}.text`))
        )
      }),
    ),
}

/** Which blocks each role may send. */
const allowed = {
  user: new Set(['text', 'image', 'document', 'tool_result']),
  assistant: new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']),
}

const blocksOfRole: R = {
  id: 'anthropic.blocks_of_role',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]) =>
        allowed[message.role].has(block.type)
          ? undefined
          : {
              message: `messages.${index}.content.${at}: \`${block.type}\` blocks can only be in \`${message.role === 'user' ? 'assistant' : 'user'}\` messages`,
            },
      ),
    ),
}

const citations: R = {
  id: 'anthropic.citations_of_user',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]) =>
        message.role === 'user' && block.type === 'text' && (block.citations?.length ?? 0) > 0
          ? { message: `messages.${index}.content.${at}.text.citations: citations are only permitted in \`assistant\` messages` }
          : undefined,
      ),
    ),
}

const prefill: R = {
  id: 'anthropic.prefill',
  check({ messages, thinking, output_config }, { model }) {
    const last = messages.at(-1)
    if (last?.role !== 'assistant') return undefined
    if (model.prefill === false)
      return { message: 'This model does not support assistant message prefill. The conversation must end with a user message.' }
    if (output_config?.format !== undefined && output_config.format !== null)
      return { message: 'messages: Assistant message prefill is not supported with output_config.format.' }
    const block = blocksOf(last).at(-1)
    if (block?.type === 'thinking' || block?.type === 'redacted_thinking')
      return { message: `messages.${messages.length - 1}: The final block in an assistant message cannot be \`thinking\`.` }
    const first = blocksOf(last)[0]
    if (thinking !== undefined && thinking.type === 'enabled' && first?.type !== 'thinking' && first?.type !== 'redacted_thinking')
      return {
        message: `messages.${messages.length - 1}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first?.type ?? 'nothing'}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
      }
    return block?.type === 'text' && block.text !== block.text.trimEnd()
      ? { message: 'messages: final assistant content cannot end with trailing whitespace' }
      : undefined
  },
}

export const anthropicMessageRules: readonly R[] = [
  some,
  roles,
  firstIsUser,
  contentNotEmpty,
  textNotEmpty,
  blocksOfRole,
  citations,
  prefill,
]
