/** How many tokens a question may have at the most, and what they may cost. */
import type { Block, Message } from './message.ts'
import type { Price } from './usage.ts'

/** An answer shorter than this is not worth asking for. */
export const LEAST_OUTPUT = 256
/** What one answer may have where neither the agent nor the model says. */
export const DEFAULT_OUTPUT = 32_000
/** What one image may cost at most, in tokens. */
const IMAGE_TOKENS = 4000

type Question = { readonly system: string; readonly messages: readonly Message[]; readonly tools: readonly unknown[] }

/**
 * Tokens of the question at the worst, one a byte. `lastTurn` is all that the provider counted in the turn before, 0 for none: then
 * only what came after it is counted here.
 */
export function mostInputTokens({ messages, system, tools }: Question, lastTurn: number): number {
  const added = messages.slice(lastTurn > 0 ? messages.findLastIndex(({ role }) => role === 'assistant') + 1 : 0)
  const text = JSON.stringify(lastTurn > 0 ? [added] : [added, system, tools])
  const bytes = /[^\0-~]/.test(text) ? new TextEncoder().encode(text).length : text.length
  return lastTurn + bytes + added.reduce((sum, { content }) => sum + forImages(content), 0)
}

/** What images count beside their bytes, those in results too. */
const forImages = (content: readonly Block[]): number =>
  content.reduce((sum, block) => {
    if (block.type === 'tool_result' && typeof block.content !== 'string') return sum + forImages(block.content)
    return block.type === 'image' ? sum + IMAGE_TOKENS - block.data.length : sum
  }, 0)

/** US dollars per million tokens of input, at the dearest. */
export const dearestInput = ({ input, cacheWrite = input, cacheRead = input }: Price): number => Math.max(input, cacheWrite, cacheRead)
