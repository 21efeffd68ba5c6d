/** Writes one message as the API wants it: a pure function of the message and the model, so that its text can be kept. */
import {
  isJsonObject,
  type Block,
  type ImageBlock,
  type Message,
  type ReasoningBlock,
  type TextBlock,
  type ToolResultBlock,
} from '@seamfold/core/kit'

/** A message on the wire, as JSON texts of blocks joined by commas; an empty text means no blocks. */
export type WireMessage = {
  readonly role: 'user' | 'assistant'
  /** Tool results; they have to come before anything else a user says. */
  readonly results: string
  readonly rest: string
  /** Whether its first block is a thinking block. */
  readonly thinks: boolean
}

/** What one model reads of a message. */
export function toWireMessage({ role, content }: Message, model: string): WireMessage {
  if (role === 'user') return userMessage(content)
  const blocks = withoutLastThinking(content.flatMap((block) => assistantBlock(block, model)))
  const first = blocks[0]
  return {
    role,
    results: '',
    rest: blocks.map((block) => JSON.stringify(block)).join(','),
    thinks: first !== undefined && isThinking(first),
  }
}

type WireBlock = { readonly type: string }

function userMessage(content: readonly Block[]): WireMessage {
  const results: WireBlock[] = []
  const rest: WireBlock[] = []
  for (const block of content) {
    if (block.type === 'tool_result') {
      const images = failedImages(block)
      results.push(toolResult(block, images))
      rest.push(...images.map(image))
    } else rest.push(...said(block))
  }
  const text = (blocks: readonly WireBlock[]): string => blocks.map((block) => JSON.stringify(block)).join(',')
  return { role: 'user', results: text(results), rest: text(rest), thinks: false }
}

/** A failed result may hold only text: its images follow the results of the message. */
const failedImages = ({ content, isError }: ToolResultBlock): readonly ImageBlock[] =>
  !isError || typeof content === 'string' ? [] : content.filter((block) => block.type === 'image')

function toolResult({ toolUseId, content, isError }: ToolResultBlock, moved: readonly ImageBlock[]): WireBlock {
  const blocks =
    typeof content === 'string' ? content : content.filter((block) => block.type === 'text' || !moved.includes(block)).flatMap(said)
  return {
    type: 'tool_result',
    tool_use_id: wireId(toolUseId),
    // A failure without a word is refused.
    ...(blocks.length > 0 ? { content: blocks } : isError ? { content: 'failed without a message' } : {}),
    ...(isError ? { is_error: true } : {}),
  } as WireBlock
}

/** Text without anything to read is refused, so it is left out. */
function said(block: Block): readonly WireBlock[] {
  if (block.type === 'image') return [image(block)]
  return block.type === 'text' && block.text.trim() !== '' ? [text(block)] : []
}

const text = ({ text: words }: TextBlock): WireBlock => ({ type: 'text', text: words }) as WireBlock

const image = ({ mediaType, data }: ImageBlock): WireBlock =>
  ({ type: 'image', source: { type: 'base64', media_type: mediaType, data } }) as WireBlock

function assistantBlock(block: Block, model: string): readonly WireBlock[] {
  if (block.type === 'reasoning') return thinking(block, model)
  if (block.type !== 'tool_use') return said(block)
  const { id, name, input } = block
  // Other models may have written arguments that are JSON, but not an object; this API takes nothing else.
  return [{ type: 'tool_use', id: wireId(id), name, input: isJsonObject(input) ? input : { input } } as WireBlock]
}

/** Thinking goes back exactly as it came, and only to the model that it came from. */
function thinking({ text: words, origin, state }: ReasoningBlock, model: string): readonly WireBlock[] {
  if (origin.provider !== 'anthropic' || origin.model !== model || !isJsonObject(state)) return []
  if (typeof state['redacted'] === 'string') return [{ type: 'redacted_thinking', data: state['redacted'] } as WireBlock]
  if (typeof state['signature'] === 'string') return [{ type: 'thinking', thinking: words, signature: state['signature'] } as WireBlock]
  return []
}

const isThinking = ({ type }: WireBlock): boolean => type === 'thinking' || type === 'redacted_thinking'

/** An answer that was cut short while it thought may not be sent back with the thought at its end. */
function withoutLastThinking(blocks: readonly WireBlock[]): readonly WireBlock[] {
  const last = blocks.findLastIndex((block) => !isThinking(block))
  return blocks.slice(0, last + 1)
}

/** Ids of other providers may hold characters that this API refuses; a call and its result change alike. */
const wireId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
