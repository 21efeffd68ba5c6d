/** Makes the input items of the Responses API of one message. */
import type { Block, ImageBlock, Message, ModelInfo, TextBlock, ToolResultBlock } from '@seamfold/core/kit'
import { assistantItems, callIdOf } from './assistant-items.ts'

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
  call_id: callIdOf(toolUseId),
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
