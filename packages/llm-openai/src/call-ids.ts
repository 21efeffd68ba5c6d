/** Ids of tool calls: unique in a conversation, and short enough for the protocol that carries them. */
import { systemHost, type Message } from '@seamfold/core/kit'

/** Tells whether a call of this conversation has that id already: some servers count from the same number in every answer. */
export function idsOf(messages: readonly Message[]): (id: string) => boolean {
  return (id) => {
    // Asked once per call, of the whole conversation: plain loops keep that at some microseconds for a thousand messages.
    for (const { role, content } of messages) {
      if (role !== 'assistant') continue
      for (const block of content) if (block.type === 'tool_use' && block.id === id) return true
    }
    return false
  }
}

/** 37 characters: Chat Completions takes at most 40. */
export const newCallId = (): string => `call_${crypto.randomUUID().replaceAll('-', '')}`

/** The id itself where it fits, else its digest: the same id always becomes the same, so call and result stay a pair. */
export const fitId = (id: string, longest: number): string =>
  id.length <= longest
    ? id
    : `call_${systemHost()
        .digest(id)
        .slice(0, longest - 5)}`
