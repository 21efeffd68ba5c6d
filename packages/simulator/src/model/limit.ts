/** Ends an answer where the request's output limit or a stop sequence ends it. */
import { firstBytes } from '../base/text.ts'
import { tokensOf } from './tokens.ts'
import type { AnswerTurn, Block, Stop } from './turn.ts'

export type LimitedAnswer = {
  readonly blocks: readonly Block[]
  readonly stop: Stop
  /** The stop sequence that ended the text. */
  readonly stopSequence?: string
  readonly outputTokens: number
  readonly reasoningTokens: number
}

/** The argument text of a call: what the turn says, or its input as JSON. */
export const argumentsOf = (block: { readonly input?: unknown; readonly arguments?: string }): string =>
  block.arguments ?? JSON.stringify(block.input ?? {})

const outputText = (block: Block): string => (block.type === 'tool_call' ? `${block.name}${argumentsOf(block)}` : block.text)

const outputTokensOf = (block: Block): number => tokensOf(outputText(block))

const usualStop = (blocks: readonly Block[]): Stop => {
  if (blocks.some((block) => block.type === 'tool_call')) return 'tool_calls'
  return blocks.some((block) => block.type === 'refusal') ? 'refusal' : 'end'
}

function cutAtSequence(block: Block, sequences: readonly string[]): readonly [Block, string] | undefined {
  if (block.type !== 'text') return undefined
  const found = sequences
    .map((sequence) => [block.text.indexOf(sequence), sequence] as const)
    .filter(([at]) => at >= 0)
    .toSorted(([left], [right]) => left - right)[0]
  return found === undefined ? undefined : [{ type: 'text', text: block.text.slice(0, found[0]) }, found[1]]
}

function cutToTokens(block: Block, tokens: number): Block {
  if (block.type !== 'tool_call') return { ...block, text: firstBytes(block.text, tokens * 4) }
  const room = Math.max(0, tokens * 4 - Buffer.byteLength(block.name))
  return { ...block, arguments: firstBytes(argumentsOf(block), room) }
}

const measured = (blocks: readonly Block[], stop: Stop): LimitedAnswer => ({
  blocks,
  stop,
  outputTokens: blocks.reduce((sum, block) => sum + outputTokensOf(block), 0),
  reasoningTokens: blocks.reduce((sum, block) => sum + (block.type === 'reasoning' ? outputTokensOf(block) : 0), 0),
})

export type AnswerLimit = {
  /** Most tokens of output, reasoning included. */
  readonly tokens: number
  readonly stopSequences: readonly string[]
  /** Whether the model may reason; reasoning is left out when it may not. */
  readonly reasoning: boolean
}

export function limited(turn: AnswerTurn, limit: AnswerLimit): LimitedAnswer {
  const kept: Block[] = []
  let left = limit.tokens
  for (const block of turn.blocks) {
    if (block.type === 'reasoning' && !limit.reasoning) continue
    const cut = cutAtSequence(block, limit.stopSequences)
    const candidate = cut?.[0] ?? block
    const cost = outputTokensOf(candidate)
    if (cost > left) {
      if (left > 0) kept.push(cutToTokens(candidate, left))
      return measured(kept, 'max_tokens')
    }
    left -= cost
    kept.push(candidate)
    if (cut !== undefined) return { ...measured(kept, 'stop_sequence'), stopSequence: cut[1] }
  }
  return measured(kept, turn.stop ?? usualStop(turn.blocks))
}
