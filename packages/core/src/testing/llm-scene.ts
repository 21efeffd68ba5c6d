/** What the llm-client suite asks of a provider, and how an adapter's test stages it. */
import type { LlmClient } from '../ports/llm-client.ts'

/** How a provider behaves, the same at every request. `llmScenes` says what each one is. */
export type LlmScene =
  | 'says_hello'
  | 'reasons_then_calls'
  | 'calls_two_tools'
  | 'malformed_arguments'
  | 'no_arguments'
  | 'counts_usage'
  | 'echoes'
  | 'overloaded'
  | 'server_error'
  | 'drops_connection'
  | 'rate_limited'
  | 'unauthorized'
  | 'rejected'
  | 'context_overflow'
  | 'cut_off'
  | 'error_mid_stream'
  | 'hangs'
  | 'never_answers'

/** What the provider does in each scene, in words for whoever stages it. */
export const llmScenes: Readonly<Record<LlmScene, string>> = {
  says_hello: 'answers with the text "Hello there", in at least two deltas, and stops by itself',
  reasons_then_calls: 'reasons (where the model can, so switch it on) and then calls get_weather with {"city":"Oslo"}',
  calls_two_tools: 'calls get_weather with {"city":"Oslo"}, then get_time with {"zone":"UTC"}, in one answer',
  malformed_arguments: 'calls get_weather with the argument text {"city": "Os and nothing more',
  no_arguments: 'calls get_time with no argument text at all',
  counts_usage: 'answers with any text, reasoning first where the model can; its caches work, and `counted` tells what it counted',
  echoes: 'answers with the text of the last user message, in several deltas',
  overloaded: 'refuses every request because it is overloaded (HTTP 529 or 503)',
  server_error: 'refuses every request with HTTP 500',
  drops_connection: 'closes the connection instead of answering',
  rate_limited: 'refuses every request with HTTP 429 and says to come back after 2 seconds',
  unauthorized: 'refuses the key (HTTP 401)',
  rejected: 'refuses the request as invalid (HTTP 400), whatever it says',
  context_overflow: 'refuses the request because the conversation does not fit the model',
  cut_off: 'begins to answer, then the connection ends as if all were well',
  error_mid_stream: 'begins to answer, then reports in the stream that it is overloaded',
  hangs: 'says a first delta of text, then nothing more, and keeps the connection open',
  never_answers: 'accepts the request and keeps the connection open without a byte',
}

/** Tokens as the provider's own books have them, in words that every provider's can be put into. */
export type LlmCounts = {
  /** All that went in, cached or not. */
  readonly in: number
  /** All that came out, reasoning included. */
  readonly out: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
}

/** A client and the provider behind it, staged by the adapter's test. */
export interface LlmClientSubject {
  /** A fresh client whose provider plays this scene. */
  in(scene: LlmScene): Promise<LlmClient>
  /** How many requests the provider has got since the last `in`, or in all. */
  requests(): number
  /** Resolves once the provider sees that the client left an answer that was under way. */
  closed(): Promise<void>
  /** What the provider counted for the last whole answer. */
  counted(): LlmCounts
}
