/** Ids of tool calls: unique in a conversation, and short enough for the protocol that carries them. */
import { systemHost, type Message } from '@seamfold/core/kit'

/** Tells whether a call of this conversation has that id already: some servers count from the same number in every answer. */
export const idsOf =
  (messages: readonly Message[]) =>
  (id: string): boolean =>
    messages.some(({ role, content }) => role === 'assistant' && content.some((block) => block.type === 'tool_use' && block.id === id))

/** 37 characters: Chat Completions takes at most 40. */
export const newCallId = (): string => `call_${crypto.randomUUID().replaceAll('-', '')}`

/** The id itself where it fits, else its digest: the same id always becomes the same, so call and result stay a pair. */
export const fitId = (id: string, longest: number): string =>
  id.length <= longest
    ? id
    : `call_${systemHost()
        .digest(id)
        .slice(0, longest - 5)}`
