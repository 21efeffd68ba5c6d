/** A Chat Completions request whose shape has been checked. Source: OpenAI's Chat Completions reference. */
import type { Fields } from '../base/json.ts'

export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: 'input_audio'; readonly input_audio: Fields }
  | { readonly type: 'file'; readonly file: Fields }

export type ChatToolCall = {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

type Content = string | readonly ChatPart[]

type Said<Role> = { readonly role: Role; readonly content: Content; readonly name?: string }

export type ChatMessage =
  | Said<'system'>
  | Said<'developer'>
  | Said<'user'>
  | {
      readonly role: 'assistant'
      readonly content?: Content | null
      readonly refusal?: string | null
      readonly tool_calls?: readonly ChatToolCall[]
      readonly name?: string
    }
  | { readonly role: 'tool'; readonly content: Content; readonly tool_call_id: string }

export type ChatTool = {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description?: string
    readonly parameters?: Fields
    readonly strict?: boolean | null
  }
}

export type ChatToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } }
  | { readonly type: 'allowed_tools'; readonly allowed_tools: { readonly mode: 'auto' | 'required'; readonly tools: readonly Fields[] } }

export type ChatResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly json_schema: { readonly name: string; readonly schema?: Fields; readonly strict?: boolean | null }
    }

export type ChatRequest = {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly ChatTool[]
  readonly tool_choice?: ChatToolChoice
  readonly parallel_tool_calls?: boolean
  readonly response_format?: ChatResponseFormat
  readonly stream?: boolean | null
  readonly stream_options?: { readonly include_usage?: boolean; readonly include_obfuscation?: boolean } | null
  readonly max_tokens?: number | null
  readonly max_completion_tokens?: number | null
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly frequency_penalty?: number | null
  readonly presence_penalty?: number | null
  readonly logprobs?: boolean | null
  readonly top_logprobs?: number | null
  readonly n?: number | null
  readonly stop?: string | readonly string[] | null
  readonly reasoning_effort?: string | null
  readonly prompt_cache_key?: string | null
}

/** The parts of a message; a string is one text part. */
export const partsOf = (message: ChatMessage): readonly ChatPart[] => {
  const content = message.content ?? []
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}
