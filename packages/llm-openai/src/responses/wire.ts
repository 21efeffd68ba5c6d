/** The parts of the Responses API that this adapter reads (platform.openai.com/docs/api-reference/responses-streaming). */
import type { Json } from '@seamfold/core/kit'

/** One streamed event: a union on the wire, one loose shape here, since each kind's fields are read only under its `type`. */
export type ResponsesEvent = {
  readonly type?: string
  /** In a whole answer that was not streamed. */
  readonly object?: string
  readonly output_index?: number
  readonly content_index?: number
  readonly summary_index?: number
  readonly delta?: string
  readonly item?: OutputItem
  readonly response?: ResponseObject
  readonly error?: unknown
  readonly code?: string | null
  readonly message?: string
}

export type ResponseObject = {
  readonly id?: string
  readonly model?: string
  readonly status?: string
  readonly output?: readonly OutputItem[] | null
  readonly usage?: ResponsesUsage | null
  readonly incomplete_details?: { readonly reason?: string } | null
  readonly error?: unknown
}

export type OutputItem = {
  readonly type?: string
  readonly id?: string
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: string
  readonly phase?: string | null
  readonly content?: readonly { readonly type?: string; readonly text?: string; readonly refusal?: string }[] | null
  readonly summary?: readonly { readonly text?: string }[] | null
  readonly encrypted_content?: string | null
}

export type ResponsesUsage = {
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly input_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number } | null
  readonly output_tokens_details?: { readonly reasoning_tokens?: number } | null
}

/**
 * What this adapter keeps in the `state` of blocks. `reasoning` is a whole item, to be sent back as it came; `message` says how
 * the message after it was labelled; `call` is the item id of a call.
 */
export type ItemState =
  | { readonly kind: 'reasoning'; readonly item: Json }
  | { readonly kind: 'message'; readonly phase: string }
  | { readonly kind: 'call'; readonly item: string; readonly provider: string; readonly model: string }
