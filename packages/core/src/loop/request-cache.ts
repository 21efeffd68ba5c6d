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
  let checked: { readonly model: ModelInfo; readonly count: number; readonly last: Message | undefined } | undefined
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
      // Usually a history only grows: what was looked at in the turn before is not looked at again.
      const from = checked?.model === model && messages[checked.count - 1] === checked.last ? checked.count : 0
      for (let index = from; index < messages.length; index++) {
        const message = messages[index]
        if (message !== undefined && foreign(message)) return messages.flatMap((each) => (foreign(each) ? clean(each, model) : [each]))
      }
      checked = { model, count: messages.length, last: messages.at(-1) }
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
