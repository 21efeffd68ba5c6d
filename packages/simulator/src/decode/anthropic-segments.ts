/** Lays a Messages request out in the order in which the model reads it, for counting and caching. */
import { without } from '../base/json.ts'
import type { Fields } from '../base/json.ts'
import { imageTokens, tokensOf } from '../model/tokens.ts'
import type { PromptSegment } from '../model/tokens.ts'
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicBlock, AnthropicRequest, CacheControl } from '../wire/anthropic.ts'

type Marked = { readonly cache_control?: CacheControl | null }

function segment(label: string, value: Fields & Marked, tokens?: number): PromptSegment {
  const mark = value.cache_control
  const text = `${label}${JSON.stringify(without(value, 'cache_control'))}`
  return { text, tokens: tokens ?? tokensOf(text), ...(mark === undefined || mark === null ? {} : { breakpoint: mark.ttl ?? '5m' }) }
}

function blockSegment(label: string, block: AnthropicBlock): PromptSegment {
  if (block.type === 'image' || block.type === 'document') return segment(label, block, imageTokens)
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return segment(label, block)
  // a result is one block; marks inside it count as marks on it
  const inner = block.content.map((part): PromptSegment => (part.type === 'text' ? segment('', part) : segment('', part, imageTokens)))
  const whole = segment(label, { ...block, content: inner.map(({ text }) => text) })
  const marked = inner.findLast(({ breakpoint }) => breakpoint !== undefined)?.breakpoint
  const images = block.content.filter((part) => part.type !== 'text')
  const tokens = tokensOf(whole.text) + images.reduce((sum, image) => sum + imageTokens - tokensOf(JSON.stringify(image)), 0)
  return { ...whole, tokens: Math.max(tokens, imageTokens * images.length), ...(marked === undefined ? {} : { breakpoint: marked }) }
}

/** Tools, system prompt, then messages. Thinking and tool choice are read before the messages: changing them spares only what is before. */
export function anthropicSegments(request: AnthropicRequest): readonly PromptSegment[] {
  const system = typeof request.system === 'string' ? [{ type: 'text', text: request.system }] : (request.system ?? [])
  const settings = JSON.stringify([request.thinking ?? null, request.tool_choice ?? null])
  const segments = [
    ...(request.tools ?? []).map((tool) => segment('tool', tool)),
    ...system.map((block) => segment('system', block)),
    { text: settings, tokens: 0 },
    ...request.messages.flatMap((message) => blocksOf(message).map((block) => blockSegment(message.role, block))),
  ]
  const automatic = request.cache_control
  const last = segments.at(-1)
  if (automatic === undefined || automatic === null || last === undefined) return segments
  return [...segments.slice(0, -1), { ...last, breakpoint: automatic.ttl ?? '5m' }]
}
