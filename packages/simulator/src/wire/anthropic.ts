/** A Messages request whose shape has been checked. Source: Anthropic's Messages API reference. */
import type { Fields } from '../base/json.ts'
import type { ModelProfile } from '../model/model.ts'

export type CacheControl = { readonly type: 'ephemeral'; readonly ttl?: '5m' | '1h' }

type Marked = { readonly cache_control?: CacheControl | null }

export type AnthropicText = Marked & { readonly type: 'text'; readonly text: string; readonly citations?: readonly Fields[] | null }
export type AnthropicImage = Marked & {
  readonly type: 'image'
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string }
    | { readonly type: 'file'; readonly file_id: string }
}
export type AnthropicDocument = Marked & { readonly type: 'document'; readonly source: Fields }
export type AnthropicThinking = { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
export type AnthropicRedacted = { readonly type: 'redacted_thinking'; readonly data: string }
export type AnthropicToolUse = Marked & { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: Fields }
export type AnthropicToolResult = Marked & {
  readonly type: 'tool_result'
  readonly tool_use_id: string
  readonly content?: string | readonly (AnthropicText | AnthropicImage | AnthropicDocument)[]
  readonly is_error?: boolean
}

export type AnthropicBlock =
  | AnthropicText
  | AnthropicImage
  | AnthropicDocument
  | AnthropicThinking
  | AnthropicRedacted
  | AnthropicToolUse
  | AnthropicToolResult

export type AnthropicMessage = { readonly role: 'user' | 'assistant'; readonly content: string | readonly AnthropicBlock[] }

export type AnthropicTool = Marked & {
  readonly type?: 'custom' | null
  readonly name: string
  readonly description?: string
  readonly input_schema: Fields
  readonly strict?: boolean
}

export type AnthropicToolChoice = { readonly type: 'auto' | 'any' | 'none' } | { readonly type: 'tool'; readonly name: string }

export type AnthropicThinkingConfig =
  | { readonly type: 'enabled'; readonly budget_tokens: number; readonly display?: 'summarized' | 'omitted' | null }
  | { readonly type: 'adaptive'; readonly display?: 'summarized' | 'omitted' | null }
  | { readonly type: 'between_tools' }
  | { readonly type: 'disabled' }

export type AnthropicRequest = Marked & {
  readonly model: string
  readonly max_tokens: number
  readonly messages: readonly AnthropicMessage[]
  readonly system?: string | readonly AnthropicText[]
  readonly tools?: readonly AnthropicTool[]
  readonly tool_choice?: AnthropicToolChoice
  readonly thinking?: AnthropicThinkingConfig
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stop_sequences?: readonly string[]
  readonly stream?: boolean
  readonly output_config?: {
    readonly effort?: string | null
    readonly format?: { readonly type: 'json_schema'; readonly schema: Fields } | null
  }
}

/** The blocks of a message; a string is one text block. */
export const blocksOf = (message: AnthropicMessage): readonly AnthropicBlock[] =>
  typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content

/** The configuration of thinking when it is on, by the request or by the model's own default. */
export function thinkingOf(
  request: AnthropicRequest,
  model: ModelProfile,
): Exclude<AnthropicThinkingConfig, { type: 'disabled' }> | undefined {
  if (request.thinking === undefined) return model.thinksByDefault === true ? { type: 'adaptive' } : undefined
  return request.thinking.type === 'disabled' ? undefined : request.thinking
}
