/** The parts of Chat Completions that this adapter reads (platform.openai.com/docs/api-reference/chat-streaming). */
import type { Json } from '@seamfold/core/kit'

/** Everything is optional: compatible servers leave out what they like. */
export type ChatChunk = {
  readonly id?: unknown
  readonly model?: unknown
  readonly choices?: readonly (ChatChoice | null)[] | null
  readonly usage?: ChatUsage | null
  /** Where Groq puts usage. */
  readonly x_groq?: { readonly usage?: ChatUsage | null } | null
  readonly error?: unknown
  /** Of an error that some servers send without the object around it. */
  readonly message?: unknown
}

export type ChatChoice = {
  readonly delta?: ChatDelta | null
  /** In place of `delta` where a server answers in one piece. */
  readonly message?: ChatDelta | null
  readonly finish_reason?: string | null
  /** Where Moonshot puts usage. */
  readonly usage?: ChatUsage | null
}

export type ChatDelta = {
  readonly content?: string | readonly ChatPart[] | null
  readonly refusal?: string | null
  /** DeepSeek, vLLM, Qwen and others. */
  readonly reasoning_content?: string | null
  /** OpenRouter, Groq, newer vLLM. */
  readonly reasoning?: string | null
  /** OpenRouter: signed or encrypted reasoning of the model behind it, which wants it back. */
  readonly reasoning_details?: readonly Json[] | null
  readonly tool_calls?: readonly (ChatToolCall | null)[] | null
  /** The form before `tool_calls`. */
  readonly function_call?: ChatFunction | null
}

/** Mistral's models that think say their thoughts and their words as parts. */
export type ChatPart = { readonly text?: unknown; readonly thinking?: unknown } | null

export type ChatToolCall = {
  readonly index?: number | null
  readonly id?: string | null
  readonly function?: ChatFunction | null
  /** Gemini's signature of the thought behind a call: without it the next request is refused. */
  readonly extra_content?: Json
}

export type ChatFunction = { readonly name?: string | null; readonly arguments?: string | object | null }

export type ChatUsage = {
  readonly prompt_tokens?: number | null
  readonly completion_tokens?: number | null
  readonly total_tokens?: number | null
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null; readonly cache_write_tokens?: number | null } | null
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number | null } | null
  /** DeepSeek's name for cached tokens. */
  readonly prompt_cache_hit_tokens?: number | null
  /** Moonshot's name for cached tokens. */
  readonly cached_tokens?: number | null
}

/** In which field a server wrote its reasoning: it goes back in the same. */
export type ReasoningField = 'reasoning_content' | 'reasoning'
