/** Writes an answer as a Responses object. */
import type { LimitedAnswer } from '../model/limit.ts'
import type { ResponsesRequest } from '../wire/responses.ts'
import type { OutputItem } from './response-items.ts'

export type ResponseUsage = {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly reasoning_tokens: number }
  readonly total_tokens: number
}

export type ResponseBody = {
  readonly id: string
  readonly status: string
  readonly output: readonly OutputItem[]
  readonly usage: ResponseUsage | null
  readonly [field: string]: unknown
}

export const responseUsage = (answer: LimitedAnswer, prompt: { readonly tokens: number; readonly cached: number }): ResponseUsage => ({
  input_tokens: prompt.tokens,
  input_tokens_details: { cached_tokens: prompt.cached, cache_write_tokens: 0 },
  output_tokens: answer.outputTokens,
  output_tokens_details: { reasoning_tokens: answer.reasoningTokens },
  total_tokens: prompt.tokens + answer.outputTokens,
})

function ending(answer: LimitedAnswer): { readonly status: string; readonly incomplete_details: object | null } {
  if (answer.stop === 'max_tokens') return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  if (answer.stop === 'content_filter') return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  return { status: 'completed', incomplete_details: null }
}

type Fixed = { readonly id: string; readonly request: ResponsesRequest; readonly usage: ResponseUsage | null; readonly created: number }

export function responseBody(answer: LimitedAnswer, output: readonly OutputItem[], { id, request, usage, created }: Fixed): ResponseBody {
  const end = ending(answer)
  return {
    id,
    object: 'response',
    created_at: created,
    ...end,
    background: false,
    completed_at: end.status === 'completed' ? created : null,
    error: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    model: request.model,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    safety_identifier: null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: { type: 'text' }, ...request.text },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    usage,
    user: null,
    metadata: request.metadata ?? {},
  }
}
