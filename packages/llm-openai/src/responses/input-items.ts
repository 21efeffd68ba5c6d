/** Makes the input items of the Responses API of one message. */
import {
  isJsonObject,
  type Block,
  type ImageBlock,
  type Message,
  type ModelInfo,
  type TextBlock,
  type ToolResultBlock,
} from '@seamfold/core/kit'
import { fitId } from '../wire-id.ts'

const LONGEST_ID = 64

export const itemsOf = (message: Message, model: ModelInfo): readonly object[] =>
  message.role === 'assistant' ? assistantItems(message.content, model) : userItems(message.content)

/** Results first, as items of their own, then what a person said. */
function userItems(content: readonly Block[]): readonly object[] {
  const results = content.filter((block): block is ToolResultBlock => block.type === 'tool_result')
  const said = content.filter((block): block is TextBlock | ImageBlock => block.type === 'text' || block.type === 'image')
  return [...results.map(resultItem), ...(said.length === 0 ? [] : [{ role: 'user', content: contentOf(said) }])]
}

const resultItem = ({ toolUseId, content }: ToolResultBlock): object => ({
  type: 'function_call_output',
  call_id: fitId(toolUseId, LONGEST_ID),
  output: typeof content === 'string' ? content : contentOf(content),
})

function contentOf(blocks: readonly (TextBlock | ImageBlock)[]): string | readonly object[] {
  const [only] = blocks
  return blocks.length === 1 && only?.type === 'text' ? only.text : blocks.map(inputPart)
}

const inputPart = (block: TextBlock | ImageBlock): object =>
  block.type === 'text'
    ? { type: 'input_text', text: block.text }
    : { type: 'input_image', detail: 'auto', image_url: `data:${block.mediaType};base64,${block.data}` }

/**
 * Reasoning goes back as the item that it was, only to the model that made it and only in front of what it led to: the API
 * refuses a reasoning item with nothing after it. A call names its item only behind its reasoning, since one without the
 * other is refused too.
 */
function assistantItems(content: readonly Block[], { provider, id }: ModelInfo): readonly object[] {
  const items: object[] = []
  let waiting: object[] = []
  let phase: string | undefined
  let reasoned = false
  let message: { content: object[] } | undefined
  for (const block of content) {
    if (block.type === 'reasoning') {
      const state = isJsonObject(block.state) && block.origin.provider === provider && block.origin.model === id ? block.state : {}
      message = undefined
      if (state['kind'] === 'message' && typeof state['phase'] === 'string') phase = state['phase']
      else if (state['kind'] === 'reasoning' && isWhole(state['item'])) waiting.push(state['item'])
    } else if ((block.type === 'text' && block.text !== '') || block.type === 'tool_use') {
      reasoned ||= waiting.length > 0
      items.push(...waiting)
      waiting = []
      if (block.type === 'tool_use') {
        items.push(callItem(block, reasoned ? { provider, id } : undefined))
        message = undefined
      } else if (message === undefined) {
        message = { content: [textPart(block)] }
        items.push({ type: 'message', role: 'assistant', ...(phase === undefined ? {} : { phase }), content: message.content })
        phase = undefined
      } else message.content.push(textPart(block))
    }
  }
  return items
}

const textPart = ({ text }: TextBlock): object => ({ type: 'output_text', text, annotations: [] })

/** Nothing is stored at the provider, so an item with neither its encrypted nor its plain content says nothing there. */
const isWhole = (item: unknown): item is object =>
  isJsonObject(item) && (typeof item['encrypted_content'] === 'string' || (Array.isArray(item['content']) && item['content'].length > 0))

function callItem(block: Extract<Block, { type: 'tool_use' }>, model: { provider: string; id: string } | undefined): object {
  const { state } = block
  const own =
    model !== undefined &&
    isJsonObject(state) &&
    state['kind'] === 'call' &&
    state['provider'] === model.provider &&
    state['model'] === model.id
  return {
    type: 'function_call',
    ...(own ? { id: state['item'] } : {}),
    call_id: fitId(block.id, LONGEST_ID),
    name: block.name,
    arguments: JSON.stringify(block.input),
  }
}
