/** What a request is made of, kept from turn to turn: the same messages and tools stay the same objects. */
import type { Host } from '../base/host.ts'
import { fenced, isUntrusted } from './fenced.ts'
import type { Block, Message } from '../model/message.ts'
import type { Tool, ToolDefinition } from '../model/tool.ts'
import type { ModelInfo } from '../ports/llm-client.ts'

export interface RequestCache {
  /** The messages without what other models thought: reasoning goes back only to the model that made it. What is untrusted says so. */
  messagesFor(messages: readonly Message[], model: ModelInfo): readonly Message[]
  definitionsOf(tools: readonly Tool[]): readonly ToolDefinition[]
}

export function requestCache(digest: Host['digest']): RequestCache {
  const cleaned = new WeakMap<Message, { readonly model: ModelInfo; readonly messages: readonly Message[] }>()
  let checked: { readonly model: ModelInfo; readonly messages: readonly Message[] } | undefined
  const definitions = new WeakMap<readonly Tool[], readonly ToolDefinition[]>()
  const clean = (message: Message, model: ModelInfo): readonly Message[] => {
    const known = cleaned.get(message)
    if (known?.model === model) return known.messages
    const content = message.content.filter((block) => !isForeign(block, model)).map((block) => fenced(block, digest))
    // A message that said nothing else is left out whole: no provider takes an empty one.
    const messages = content.length > 0 ? [{ ...message, content }] : []
    cleaned.set(message, { model, messages })
    return messages
  }
  return {
    messagesFor(messages, model) {
      const foreign = ({ content }: Message): boolean => content.some((block) => isUntrusted(block) || isForeign(block, model))
      // What was found clean in the turn before, at the same place, is not looked at again.
      const before = checked?.model === model ? checked.messages : []
      if (messages.some((message, index) => message !== before[index] && foreign(message)))
        return messages.flatMap((each) => (foreign(each) ? clean(each, model) : [each]))
      checked = { model, messages }
      return messages
    },
    definitionsOf(tools) {
      const known = definitions.get(tools) ?? tools.map(({ definition }) => definition)
      definitions.set(tools, known)
      return known
    },
  }
}

const isForeign = (block: Block, model: ModelInfo): boolean =>
  block.type === 'reasoning' && (block.origin.provider !== model.provider || block.origin.model !== model.id)
