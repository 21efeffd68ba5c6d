/** Short names for the blocks and turns of a scenario. */
import { checkedTurn } from '../model/turn-check.ts'
import type { AnswerTurn, Block, ReasoningBlock, RefusalBlock, TextBlock, ToolCallBlock } from '../model/turn.ts'

export const text = (value: string): TextBlock => ({ type: 'text', text: value })

export const reasoning = (value: string, options: { readonly redacted?: boolean } = {}): ReasoningBlock => ({
  type: 'reasoning',
  text: value,
  ...options,
})

export const refusal = (value: string): RefusalBlock => ({ type: 'refusal', text: value })

/** A tool call; `id` overrides the fresh one and may repeat or be empty. */
export const callTool = (name: string, input: unknown = {}, options: { readonly id?: string } = {}): ToolCallBlock => ({
  type: 'tool_call',
  name,
  input,
  ...options,
})

/** A tool call whose argument text is sent as it is, malformed or not. */
export const callToolRaw = (name: string, argumentText: string, options: { readonly id?: string } = {}): ToolCallBlock => ({
  type: 'tool_call',
  name,
  arguments: argumentText,
  ...options,
})

/** Several blocks as one turn, with what is special about its ending or its way over the network. */
export const answer = (blocks: Block | readonly Block[], options: Omit<AnswerTurn, 'type' | 'blocks'> = {}): AnswerTurn =>
  checkedTurn({ type: 'answer', blocks: isBlock(blocks) ? [blocks] : blocks, ...options })

const isBlock = (blocks: Block | readonly Block[]): blocks is Block => !Array.isArray(blocks) && typeof blocks === 'object'
