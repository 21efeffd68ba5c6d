/** Rules about the content of Chat Completions messages. */
import { partsOf } from '../wire/chat.ts'
import type { ChatMessage, ChatRequest } from '../wire/chat.ts'
import { imageUrlFault } from './openai-images.ts'
import { emptyArray, invalidValue, longString, unknownParameter } from './openai-shape.ts'
import { functionNameFault } from './openai-tools.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ChatRequest>

const each = ({ messages }: ChatRequest, check: (message: ChatMessage, index: number) => Fault | undefined): Fault | undefined =>
  firstFault(messages.entries(), ([index, message]) => check(message, index))

const some: R = {
  id: 'chat.messages_some',
  check: ({ messages }) => (messages.length === 0 ? emptyArray('messages') : undefined),
}

const functionRole: R = {
  id: 'chat.function_role',
  check: (request) =>
    each(request, ({ role }, index) =>
      (role as string) === 'function'
        ? {
            message: "Invalid value: 'function'. The 'function' role is deprecated; use 'tool' messages.",
            param: `messages[${index}].role`,
            code: 'invalid_value',
          }
        : undefined,
    ),
}

const assistantContent: R = {
  id: 'chat.assistant_content',
  check: (request) =>
    each(request, (message, index) => {
      if (message.role !== 'assistant') return undefined
      const { content, refusal, tool_calls } = message
      const empty = (content ?? null) === null && (refusal ?? null) === null
      return empty && tool_calls === undefined
        ? { message: `Invalid value for 'content': expected a string, got null.`, param: `messages.[${index}].content` }
        : undefined
    }),
}

const emptyLists: R = {
  id: 'chat.empty_lists',
  check: (request) =>
    each(request, (message, index) => {
      if (Array.isArray(message.content) && message.content.length === 0) return emptyArray(`messages[${index}].content`)
      return message.role === 'assistant' && message.tool_calls?.length === 0 ? emptyArray(`messages[${index}].tool_calls`) : undefined
    }),
}

const partsOfRole: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
}

const parts: R = {
  id: 'chat.parts_of_role',
  check: (request) =>
    each(request, (message, index) =>
      firstFault(partsOf(message).entries(), ([at, part]) => {
        if (part.type === 'image_url' && message.role !== 'user')
          return {
            message: `Invalid 'messages[${index}]'. Image URLs are only allowed for messages with role 'user', but this message with role '${message.role}' contains an image URL.`,
            param: `messages[${index}]`,
            code: 'invalid_value',
          }
        const allowed = partsOfRole[message.role] ?? []
        return allowed.includes(part.type) ? undefined : invalidValue(`messages[${index}].content[${at}].type`, part.type, allowed)
      }),
    ),
}

const images: R = {
  id: 'chat.image',
  check: (request, { model }) =>
    each(request, (message, index) =>
      firstFault(partsOf(message).entries(), ([at, part]) => {
        if (part.type !== 'image_url') return undefined
        const param = `messages[${index}].content[${at}].image_url.url`
        return model.images === false
          ? { message: `Invalid content type. image_url is only supported by certain models.`, param }
          : imageUrlFault(part.image_url.url, param)
      }),
    ),
}

const callFields: R = {
  id: 'chat.tool_call_fields',
  check: (request) =>
    each(request, (message, index) =>
      firstFault(message.role === 'assistant' ? (message.tool_calls ?? []).entries() : [], ([at, call]) => {
        const param = `messages[${index}].tool_calls[${at}]`
        if (call.id.length > 40) return longString(`${param}.id`, 40, call.id.length)
        return functionNameFault(call.function.name, `${param}.function.name`)
      }),
    ),
}

/** Reasoning text is a field of compatible servers; the provider does not know it. */
const reasoningField: R = {
  id: 'chat.reasoning_field',
  check: (request, { model }) =>
    each(request, (message, index) => {
      const found = ['reasoning_content', 'reasoning'].find((name) => name in message && name !== model.reasoningField)
      return found === undefined ? undefined : unknownParameter(`messages[${index}].${found}`)
    }),
}

export const chatMessageRules: readonly R[] = [some, functionRole, emptyLists, assistantContent, parts, images, callFields, reasoningField]
