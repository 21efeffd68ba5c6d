/** A Responses request whose shape has been checked. Source: OpenAI's Responses reference. */
import type { Fields } from '../base/json.ts'

export type ResponsesPart =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url?: string | null; readonly file_id?: string | null; readonly detail?: string }
  | { readonly type: 'input_file' }
  | { readonly type: 'output_text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }

export type ResponsesMessage = {
  readonly type?: 'message'
  readonly id?: string
  readonly role: 'user' | 'assistant' | 'system' | 'developer'
  readonly content: string | readonly ResponsesPart[]
  readonly status?: string
}

export type ResponsesCall = {
  readonly type: 'function_call'
  readonly id?: string
  readonly call_id: string
  readonly name: string
  readonly arguments: string
}

export type ResponsesCallOutput = {
  readonly type: 'function_call_output'
  readonly id?: string | null
  readonly call_id: string
  readonly output: string | readonly ResponsesPart[]
}

export type ResponsesReasoning = {
  readonly type: 'reasoning'
  readonly id?: string
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[]
  readonly encrypted_content?: string | null
}

export type ResponsesReference = { readonly type: 'item_reference'; readonly id: string }

export type ResponsesItem = ResponsesMessage | ResponsesCall | ResponsesCallOutput | ResponsesReasoning

export type ResponsesTool = {
  readonly type: 'function'
  readonly name: string
  readonly description?: string | null
  readonly parameters?: Fields | null
  readonly strict?: boolean | null
}

export type ResponsesToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly name: string }
  | { readonly type: 'allowed_tools'; readonly mode: 'auto' | 'required'; readonly tools: readonly Fields[] }

export type ResponsesFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly name: string; readonly schema: Fields; readonly strict?: boolean | null }

export type ResponsesRequest = {
  readonly model: string
  readonly input?: string | readonly (ResponsesItem | ResponsesReference)[]
  readonly instructions?: string | null
  readonly tools?: readonly ResponsesTool[]
  readonly tool_choice?: ResponsesToolChoice
  readonly parallel_tool_calls?: boolean | null
  readonly text?: { readonly format?: ResponsesFormat; readonly verbosity?: string | null }
  readonly reasoning?: {
    readonly effort?: string | null
    readonly summary?: string | null
    readonly generate_summary?: string | null
  } | null
  readonly include?: readonly string[] | null
  readonly store?: boolean | null
  readonly previous_response_id?: string | null
  readonly stream?: boolean | null
  readonly stream_options?: Fields | null
  readonly max_output_tokens?: number | null
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly top_logprobs?: number | null
  readonly truncation?: 'auto' | 'disabled' | null
  readonly prompt_cache_key?: string | null
  readonly metadata?: Fields | null
}

/** A request together with the whole conversation: stored items first, references replaced. */
export type ResolvedResponses = {
  readonly request: ResponsesRequest
  readonly items: readonly ResponsesItem[]
  /** How many items came from storage, before the input's own. */
  readonly stored: number
}

/** The parts of an item's content; a string is one text part. */
export const contentOf = (content: string | readonly ResponsesPart[]): readonly ResponsesPart[] =>
  typeof content === 'string' ? [{ type: 'input_text', text: content }] : content

export const isMessage = (item: ResponsesItem): item is ResponsesMessage => item.type === undefined || item.type === 'message'
