/** The seam to a model: one streaming method. */
import type { JsonSchema } from '../model/json.ts'
import type { Message } from '../model/message.ts'
import type { ToolDefinition } from '../model/tool.ts'
import type { Price, Usage } from '../model/usage.ts'

/** What is known of a model before it is asked. */
export type ModelInfo = {
  /** Who speaks: reasoning goes back only to the same `provider` and `id`. E.g. `anthropic`, `openai-responses`. */
  readonly provider: string
  readonly id: string
  /** Tokens that fit, in and out together. Default: unknown. */
  readonly contextWindow?: number
  /** Tokens that one answer may have. Default: unknown. */
  readonly maxOutputTokens?: number
  /** Default: unknown, and a budget in USD is refused. */
  readonly price?: Price
  /** How it can be held to a schema: `native`, through a forced `tool`, or by `prompt` alone. Default: `prompt`. */
  readonly structuredOutput?: 'native' | 'tool' | 'prompt'
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

/** One question to a model. Messages are immutable and keep their identity from turn to turn: what an adapter makes of one can be cached by it. */
export type LlmRequest = {
  readonly system: string
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDefinition[]
  /** Default: `auto`. */
  readonly toolChoice?: ToolChoice
  /** Hold the answer to this schema; given only where `model.structuredOutput` is `native`. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema }
  /** Tokens. Default: the adapter's. */
  readonly maxOutputTokens?: number
  /** Names the conversation, for providers that route by it to warm caches. */
  readonly cacheKey?: string
}

export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'refusal' | 'content_filter' | 'pause' | 'other'

/** Where an answer came from and how long it took. */
export type ResponseMeta = {
  readonly responseId?: string
  readonly responseModel?: string
  readonly requestId?: string
  /** Milliseconds from request to first content. */
  readonly firstTokenMs?: number
  /** Milliseconds from request to the end. */
  readonly durationMs?: number
  /** The provider did not say what the answer took: `usage` is zeros, not a measurement. */
  readonly usageMissing?: boolean
}

/** What a stream says. `block` is the index of the content block in the message that `done` will carry. */
export type LlmEvent =
  | { readonly type: 'text_delta'; readonly block: number; readonly text: string }
  | { readonly type: 'reasoning_delta'; readonly block: number; readonly text: string }
  | { readonly type: 'tool_start'; readonly block: number; readonly id: string; readonly name: string }
  | { readonly type: 'tool_input_delta'; readonly block: number; readonly delta: string }
  | LlmDone

export type LlmDone = {
  readonly type: 'done'
  readonly message: Message
  readonly usage: Usage
  readonly stopReason: StopReason
  readonly meta?: ResponseMeta
}

/**
 * Talks to one model. Yields batches: one per network read, never delayed; a batch of one is legal.
 *
 * Contract:
 * - Any number of deltas, then exactly one `done`, which is last. [llm.done_once]
 * - The text deltas of a block add up to that block's text in `done`; reasoning and tool input alike. [llm.deltas_add_up]
 * - Only `done` is authoritative: a stream that ends without it throws `llm_unavailable`. [llm.cut_off]
 * - Tool arguments arrive parsed; what does not parse arrives as `invalidInput`, never as a throw. [llm.invalid_arguments]
 * - Tool calls are in the order in which the model made them. [llm.parallel_tools]
 * - Overload, 5xx and lost connections throw `llm_unavailable`, retryable. [llm.overloaded]
 * - Rate limits throw `llm_rate_limited`, retryable, with `details.retryAfterMs` where the provider says when. [llm.rate_limited]
 * - A refused key throws `llm_unauthorized`, not retryable. [llm.unauthorized]
 * - A request that can never succeed throws `llm_rejected`, not retryable. [llm.rejected]
 * - A conversation that does not fit throws `context_overflow`, not retryable. [llm.context_overflow]
 * - Usage counts every token once: input without cache, output with reasoning. [llm.usage]
 * - Never retries: one `stream` is one request. [llm.no_retry]
 * - When the signal fires it stops promptly and throws `signal.reason`. [llm.cancel]
 * - A reader that stops early closes the connection. [llm.early_exit]
 * - Two streams at once do not mix. [llm.concurrent]
 */
export interface LlmClient {
  readonly contract: 1
  readonly model: ModelInfo
  stream(request: LlmRequest, options: { readonly signal: AbortSignal }): AsyncIterable<readonly LlmEvent[]>
}
