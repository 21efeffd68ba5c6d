/** What a conversation is made of: messages of blocks, in plain JSON. */
import { isJsonObject, type Json } from './json.ts'

export type TextBlock = { readonly type: 'text'; readonly text: string }

/** An image, base64 without a data-URL prefix. Media types: image/png, image/jpeg, image/gif, image/webp. */
export type ImageBlock = { readonly type: 'image'; readonly mediaType: string; readonly data: string }

/** Which model said something. A reasoning block goes back only to where it came from. */
export type ModelOrigin = { readonly provider: string; readonly model: string }

/**
 * What a model thought. `state` is the provider's own (a signature, encrypted content, an item id): the adapter
 * that made it reads it, everybody else carries it untouched. Redacted reasoning has an empty `text`.
 */
export type ReasoningBlock = { readonly type: 'reasoning'; readonly text: string; readonly origin: ModelOrigin; readonly state?: Json }

/**
 * A tool call. When the model wrote arguments that are not JSON, `input` is `{}` and `invalidInput` holds the text.
 * `id` pairs it with its result; `state` is the provider's own, as in reasoning.
 */
export type ToolUseBlock = {
  readonly type: 'tool_use'
  readonly id: string
  readonly name: string
  readonly input: Json
  readonly invalidInput?: string
  readonly state?: Json
}

export type ToolResultContent = string | readonly (TextBlock | ImageBlock)[]

export type ToolResultBlock = {
  readonly type: 'tool_result'
  readonly toolUseId: string
  readonly content: ToolResultContent
  readonly isError: boolean
  /** It comes from outside; a model is shown where it begins and ends. */
  readonly untrusted?: true
}

export type Block = TextBlock | ImageBlock | ReasoningBlock | ToolUseBlock | ToolResultBlock

/** One message. All results of one assistant message are in the one user message that follows it, in call order. */
export type Message = { readonly role: 'user' | 'assistant'; readonly content: readonly Block[] }

/** What a person may say: text, or text and images. */
export type Prompt = string | readonly (TextBlock | ImageBlock)[]

/** Blocks of which a prompt may be made. */
export const arePromptBlocks = (content: unknown): content is readonly (TextBlock | ImageBlock)[] =>
  Array.isArray(content) &&
  content.every(
    (block: unknown) =>
      isJsonObject(block) &&
      typeof (block.type === 'text' ? block.text : block.type === 'image' && block.mediaType && block.data) === 'string',
  )

export const userText = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })

export const promptMessage = (prompt: Prompt): Message =>
  typeof prompt === 'string' ? userText(prompt) : { role: 'user', content: prompt }

/** The text of a message: its text blocks joined without a separator. */
export function textOf(message: { readonly content: readonly Block[] }): string {
  let text = ''
  for (const block of message.content) if (block.type === 'text') text += block.text
  return text
}

export const toolCallsOf = (message: Message): readonly ToolUseBlock[] =>
  message.content.filter((block): block is ToolUseBlock => block.type === 'tool_use')

/** The text of a tool result; images are left out. */
export const resultText = (content: ToolResultContent): string => (typeof content === 'string' ? content : textOf({ content }))
