/** Rules that pair each Chat Completions tool call with its tool message. */
import type { ChatMessage, ChatRequest } from '../wire/chat.ts'
import { emptyString } from './openai-shape.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<ChatRequest>

const callsOf = (message: ChatMessage | undefined): readonly string[] =>
  message?.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : []

/** The index of the message that the tool message at `index` answers: the one before the run of tool messages. */
function asker(messages: readonly ChatMessage[], index: number): number {
  let at = index - 1
  while (messages[at]?.role === 'tool') at -= 1
  return at
}

/** The ids that the tool messages directly after `index` answer. */
function answersAfter(messages: readonly ChatMessage[], index: number): readonly string[] {
  const ids: string[] = []
  for (const message of messages.slice(index + 1)) {
    if (message.role !== 'tool') break
    ids.push(message.tool_call_id)
  }
  return ids
}

const each = (messages: readonly ChatMessage[], check: (message: ChatMessage, index: number) => Fault | undefined): Fault | undefined =>
  firstFault(messages.entries(), ([index, message]) => check(message, index))

const uniqueCalls: R = {
  id: 'chat.tool_call_id_unique',
  check: ({ messages }) =>
    each(messages, (message, index) => {
      const ids = callsOf(message)
      const blank = ids.indexOf('')
      if (blank >= 0) return emptyString(`messages[${index}].tool_calls[${blank}].id`)
      const twice = ids.find((id, at) => ids.indexOf(id) !== at)
      return twice === undefined
        ? undefined
        : {
            message: `Duplicate value for 'tool_call_id' of '${twice}' in message[${index}].`,
            param: `messages.[${index}].tool_calls`,
            code: 'invalid_value',
          }
    }),
}

const orphans: R = {
  id: 'chat.tool_message_orphan',
  check: ({ messages }) =>
    each(messages, (message, index) => {
      if (message.role !== 'tool') return undefined
      const known = callsOf(messages[asker(messages, index)])
      if (known.length === 0)
        return {
          message: "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          param: `messages.[${index}].role`,
        }
      return known.includes(message.tool_call_id)
        ? undefined
        : {
            message: `Invalid parameter: 'tool_call_id' of '${message.tool_call_id}' not found in 'tool_calls' of previous message.`,
            param: `messages.[${index}].tool_call_id`,
          }
    }),
}

const once: R = {
  id: 'chat.tool_message_once',
  check: ({ messages }) =>
    each(messages, (message, index) => {
      const ids = callsOf(message).length === 0 ? [] : answersAfter(messages, index)
      const twice = ids.findIndex((id, at) => ids.indexOf(id) !== at)
      return twice < 0
        ? undefined
        : {
            message: `Invalid parameter: Duplicate value for 'tool_call_id' of '${ids[twice] ?? ''}'. Each tool call must have a single response message.`,
            param: `messages.[${index + 1 + twice}].tool_call_id`,
          }
    }),
}

const answered: R = {
  id: 'chat.tool_call_answered',
  check: ({ messages }) =>
    each(messages, (message, index) => {
      const answers = new Set(answersAfter(messages, index))
      const open = callsOf(message).filter((id) => !answers.has(id))
      return open.length === 0
        ? undefined
        : {
            message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`,
            param: `messages.[${index + 1 + answers.size}].role`,
          }
    }),
}

export const chatPairingRules: readonly R[] = [uniqueCalls, orphans, once, answered]
