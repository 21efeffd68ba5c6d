/** Writes an answer as a chat completion. */
import type { IdSource } from '../base/ids.ts'
import { argumentsOf } from '../model/limit.ts'
import type { LimitedAnswer } from '../model/limit.ts'
import type { ModelProfile } from '../model/model.ts'
import type { Stop } from '../model/turn.ts'

const finishReasons: Readonly<Record<Stop, string>> = {
  end: 'stop',
  tool_calls: 'tool_calls',
  max_tokens: 'length',
  stop_sequence: 'stop',
  refusal: 'stop',
  content_filter: 'content_filter',
  pause: 'stop',
  context_window: 'length',
}

export type ChatCall = {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

export type ChatAnswer = {
  readonly role: 'assistant'
  readonly content: string | null
  readonly refusal: string | null
  readonly annotations: readonly never[]
  readonly tool_calls?: readonly ChatCall[]
  /** Only of compatible servers that show it. */
  readonly reasoning_content?: string
  readonly reasoning?: string
}

export type ChatUsage = {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: number }
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number
    readonly audio_tokens: number
    readonly accepted_prediction_tokens: number
    readonly rejected_prediction_tokens: number
  }
}

export type ChatBody = {
  readonly id: string
  readonly object: 'chat.completion'
  readonly created: number
  readonly model: string
  readonly choices: readonly [{ readonly index: 0; readonly message: ChatAnswer; readonly logprobs: null; readonly finish_reason: string }]
  readonly usage: ChatUsage
  readonly service_tier: 'default'
  readonly system_fingerprint: string
}

const joinedText = (answer: LimitedAnswer, type: 'text' | 'reasoning' | 'refusal'): string =>
  answer.blocks.flatMap((block) => (block.type === type ? [block.text] : [])).join(type === 'reasoning' ? '\n' : '')

function message(answer: LimitedAnswer, model: ModelProfile, ids: IdSource): ChatAnswer {
  const content = joinedText(answer, 'text')
  const refusal = joinedText(answer, 'refusal')
  const thought = joinedText(answer, 'reasoning')
  const calls = answer.blocks.flatMap((block): readonly ChatCall[] =>
    block.type === 'tool_call'
      ? [{ id: block.id ?? ids.next('call_', 24), type: 'function', function: { name: block.name, arguments: argumentsOf(block) } }]
      : [],
  )
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? null : refusal,
    annotations: [],
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(model.reasoningField === undefined || thought === '' ? {} : { [model.reasoningField]: thought }),
  }
}

export const chatUsage = (answer: LimitedAnswer, prompt: { readonly tokens: number; readonly cached: number }): ChatUsage => ({
  prompt_tokens: prompt.tokens,
  completion_tokens: answer.outputTokens,
  total_tokens: prompt.tokens + answer.outputTokens,
  prompt_tokens_details: { cached_tokens: prompt.cached, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: answer.reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

type Fixed = { readonly model: ModelProfile; readonly ids: IdSource; readonly usage: ChatUsage; readonly created: number }

export const chatCompletion = (answer: LimitedAnswer, { model, ids, usage, created }: Fixed): ChatBody => ({
  id: ids.next('chatcmpl-', 29),
  object: 'chat.completion',
  created,
  model: model.id,
  choices: [{ index: 0, message: message(answer, model, ids), logprobs: null, finish_reason: finishReasons[answer.stop] }],
  usage,
  service_tier: 'default',
  system_fingerprint: 'fp_simulator',
})
