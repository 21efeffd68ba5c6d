/** Writes an answer as a Messages response. */
import type { IdSource } from '../base/ids.ts'
import { parseJson, isFields } from '../base/json.ts'
import type { Signer } from '../base/signer.ts'
import type { AnthropicCacheUse } from '../cache/anthropic-cache.ts'
import { argumentsOf } from '../model/limit.ts'
import type { LimitedAnswer } from '../model/limit.ts'
import type { ModelProfile } from '../model/model.ts'
import type { Block, Stop } from '../model/turn.ts'
import { thinkingOf } from '../wire/anthropic.ts'
import type { AnthropicRequest } from '../wire/anthropic.ts'

export type MessageBlock =
  | { readonly type: 'text'; readonly text: string; readonly citations: null }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use'
      readonly id: string
      readonly name: string
      readonly input: unknown
      readonly caller: { readonly type: 'direct' }
    }

/** A block, and the argument text that is streamed for it when it is a tool use. */
export type WrittenBlock = { readonly block: MessageBlock; readonly arguments: string }

const stopReasons: Readonly<Record<Stop, string>> = {
  end: 'end_turn',
  tool_calls: 'tool_use',
  max_tokens: 'max_tokens',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
  content_filter: 'refusal',
  pause: 'pause_turn',
  context_window: 'model_context_window_exceeded',
}

type Writing = { readonly request: AnthropicRequest; readonly model: ModelProfile; readonly signer: Signer; readonly ids: IdSource }

function thinkingBlock(text: string, redacted: boolean, { request, model, signer, ids }: Writing): MessageBlock {
  const nonce = ids.next('', 12)
  if (redacted) return { type: 'redacted_thinking', data: signer.seal(request.model, text, nonce) }
  const thinking = thinkingOf(request, model)
  const display = (thinking !== undefined && 'display' in thinking ? thinking.display : undefined) ?? model.thinkingDisplay ?? 'summarized'
  const shown = display === 'omitted' ? '' : text
  return { type: 'thinking', thinking: shown, signature: signer.sign(request.model, shown, nonce) }
}

function written(block: Block, writing: Writing): readonly WrittenBlock[] {
  if (block.type === 'reasoning') return [{ block: thinkingBlock(block.text, block.redacted === true, writing), arguments: '' }]
  if (block.type !== 'tool_call')
    return block.text === '' ? [] : [{ block: { type: 'text', text: block.text, citations: null }, arguments: '' }]
  const text = argumentsOf(block)
  const parsed = parseJson(text)?.value
  const use: MessageBlock = {
    type: 'tool_use',
    id: block.id ?? writing.ids.next('toolu_01', 22),
    name: block.name,
    input: isFields(parsed) ? parsed : {},
    caller: { type: 'direct' },
  }
  return [{ block: use, arguments: text }]
}

export const writtenBlocks = (answer: LimitedAnswer, writing: Writing): readonly WrittenBlock[] =>
  answer.blocks.flatMap((block) => written(block, writing))

const refusalOf = (answer: LimitedAnswer): string | null => answer.blocks.find((block) => block.type === 'refusal')?.text ?? null

export type AnthropicUsage = {
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly thinking_tokens: number } | null
  readonly server_tool_use: null
  readonly service_tier: 'standard'
  readonly inference_geo: null
  readonly speed: null
}

export const anthropicUsage = (use: AnthropicCacheUse, answer: LimitedAnswer): AnthropicUsage => ({
  input_tokens: use.input,
  cache_creation_input_tokens: use.written5m + use.written1h,
  cache_read_input_tokens: use.read,
  cache_creation: { ephemeral_5m_input_tokens: use.written5m, ephemeral_1h_input_tokens: use.written1h },
  output_tokens: answer.outputTokens,
  output_tokens_details: answer.reasoningTokens === 0 ? null : { thinking_tokens: answer.reasoningTokens },
  server_tool_use: null,
  service_tier: 'standard',
  inference_geo: null,
  speed: null,
})

export type MessageBody = {
  readonly id: string
  readonly type: 'message'
  readonly role: 'assistant'
  readonly model: string
  readonly content: readonly MessageBlock[]
  readonly stop_reason: string | null
  readonly stop_sequence: string | null
  readonly stop_details: object | null
  readonly container: null
  readonly diagnostics: null
  readonly usage: AnthropicUsage
}

export function anthropicMessage(
  answer: LimitedAnswer,
  blocks: readonly WrittenBlock[],
  fixed: { readonly id: string; readonly model: string; readonly usage: AnthropicUsage },
): MessageBody {
  const refused = answer.stop === 'refusal' || answer.stop === 'content_filter'
  return {
    id: fixed.id,
    type: 'message',
    role: 'assistant',
    model: fixed.model,
    content: blocks.map(({ block }) => block),
    stop_reason: stopReasons[answer.stop],
    stop_sequence: answer.stopSequence ?? null,
    stop_details: refused ? { type: 'refusal', category: null, explanation: refusalOf(answer) } : null,
    container: null,
    diagnostics: null,
    usage: fixed.usage,
  }
}
