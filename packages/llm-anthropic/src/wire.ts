/** The fields of a Messages API stream that we read (platform.claude.com, "Streaming messages", API version 2026-10-21). */
import type { Json } from '@seamfold/core/kit'

/** Token counts; a later one replaces an earlier one, since each counts from the start of the answer. */
export type WireUsage = {
  readonly input_tokens?: number | null
  readonly output_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null
}

export type WireBlock =
  | { readonly type: 'text'; readonly text?: string }
  | { readonly type: 'thinking'; readonly thinking?: string; readonly signature?: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input?: Json }

export type WireDelta =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'thinking_delta'; readonly thinking: string }
  | { readonly type: 'signature_delta'; readonly signature: string }
  | { readonly type: 'input_json_delta'; readonly partial_json: string }

/** What the provider says of a failure, in an error body and in an `error` event alike. */
export type WireError = { readonly type?: string; readonly message?: string }

export type WireMessageStart = { readonly id?: string; readonly model?: string; readonly usage?: WireUsage | null }

/** The events that we read. The provider may send others at any time: they are passed over. */
export type WireEvent =
  | { readonly type: 'message_start'; readonly message?: WireMessageStart | null }
  | { readonly type: 'content_block_start'; readonly index: number; readonly content_block?: WireBlock | null }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: WireDelta | null }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | { readonly type: 'message_delta'; readonly delta?: { readonly stop_reason?: string | null } | null; readonly usage?: WireUsage | null }
  | { readonly type: 'message_stop' }
  | { readonly type: 'error'; readonly error?: WireError }
