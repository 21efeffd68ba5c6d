/** Rules that pair each Anthropic tool use with its result. */
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicMessage, AnthropicRequest, AnthropicToolResult, AnthropicToolUse } from '../wire/anthropic.ts'
import { firstFault } from './rule.ts'
import type { Fault, Rule } from './rule.ts'

type R = Rule<AnthropicRequest>

const usesOf = (message: AnthropicMessage | undefined): readonly AnthropicToolUse[] =>
  message === undefined ? [] : blocksOf(message).filter((block) => block.type === 'tool_use')

const resultsOf = (message: AnthropicMessage): readonly (readonly [number, AnthropicToolResult])[] =>
  [...blocksOf(message).entries()].flatMap(([at, block]) => (block.type === 'tool_result' ? [[at, block] as const] : []))

/** The ids of the results that stand before anything else in the message. */
const leading = (message: AnthropicMessage | undefined): ReadonlySet<string> => {
  const ids = new Set<string>()
  for (const block of message === undefined ? [] : blocksOf(message)) {
    if (block.type !== 'tool_result') break
    ids.add(block.tool_use_id)
  }
  return ids
}

const idPattern: R = {
  id: 'anthropic.tool_use_id_pattern',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) =>
      firstFault(blocksOf(message).entries(), ([at, block]): Fault | undefined => {
        if (block.type !== 'tool_use' && block.type !== 'tool_result') return undefined
        const [name, value] = block.type === 'tool_use' ? ['tool_use.id', block.id] : ['tool_result.tool_use_id', block.tool_use_id]
        return /^[a-zA-Z0-9_-]+$/.test(value)
          ? undefined
          : { message: `messages.${index}.content.${at}.${name}: String should match pattern '^[a-zA-Z0-9_-]+$'` }
      }),
    ),
}

const uniqueIds: R = {
  id: 'anthropic.tool_use_id_unique',
  check({ messages }) {
    const seen = new Set<string>()
    return firstFault(
      messages.flatMap((message) => usesOf(message)),
      ({ id }) => {
        if (seen.has(id)) return { message: 'messages: `tool_use` ids must be unique' }
        seen.add(id)
        return undefined
      },
    )
  },
}

const answered: R = {
  id: 'anthropic.tool_use_answered',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) => {
      const answers = leading(messages[index + 1])
      const open = usesOf(message).flatMap(({ id }) => (answers.has(id) ? [] : [id]))
      if (open.length === 0) return undefined
      return {
        message: `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      }
    }),
}

const noOrphan: R = {
  id: 'anthropic.tool_result_orphan',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) => {
      const known = new Set(usesOf(messages[index - 1]).map(({ id }) => id))
      return firstFault(resultsOf(message), ([at, result]) =>
        known.has(result.tool_use_id)
          ? undefined
          : {
              message: `messages.${index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${result.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
            },
      )
    }),
}

const once: R = {
  id: 'anthropic.tool_result_once',
  check: ({ messages }) =>
    firstFault(messages.entries(), ([index, message]) => {
      const seen = new Set<string>()
      return firstFault(resultsOf(message), ([at, { tool_use_id: id }]) => {
        if (seen.has(id))
          return {
            message: `messages.${index}.content.${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
          }
        seen.add(id)
        return undefined
      })
    }),
}

export const anthropicPairingRules: readonly R[] = [idPattern, uniqueIds, noOrphan, once, answered]
