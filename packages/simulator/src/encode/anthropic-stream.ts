/** Streams a Messages response: the events of the provider, in its order. */
import { pieces } from '../base/text.ts'
import type { MessageBlock, MessageBody, WrittenBlock } from './anthropic-message.ts'
import { named } from './frame.ts'
import type { Frame } from './frame.ts'

type Delta = { readonly type: string } & Readonly<Record<string, string>>

const emptied = (block: MessageBlock): object => {
  switch (block.type) {
    case 'text':
      return { ...block, text: '' }
    case 'thinking':
      return { ...block, thinking: '', signature: '' }
    case 'tool_use':
      return { ...block, input: {} }
    case 'redacted_thinking':
      return block
  }
}

function deltasOf({ block, arguments: text }: WrittenBlock, size: number): readonly Delta[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text, size).map((piece) => ({ type: 'text_delta', text: piece }))
    case 'thinking':
      return [
        ...pieces(block.thinking, size).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
        { type: 'signature_delta', signature: block.signature },
      ]
    case 'tool_use':
      // the provider opens the arguments with an empty delta, and sends no other for a call without arguments
      return ['', ...(text === '{}' ? [] : pieces(text, size))].map((piece) => ({ type: 'input_json_delta', partial_json: piece }))
    case 'redacted_thinking':
      return []
  }
}

const blockFrames = (written: WrittenBlock, index: number, size: number): readonly Frame[] => [
  named({ type: 'content_block_start', index, content_block: emptied(written.block) }),
  ...deltasOf(written, size).map((delta) => named({ type: 'content_block_delta', index, delta })),
  named({ type: 'content_block_stop', index }),
]

/** `late` keeps the prompt's usage for the end; `missing` never says any. */
export function anthropicFrames(
  body: MessageBody,
  blocks: readonly WrittenBlock[],
  options: { readonly size: number; readonly usage: 'normal' | 'missing' | 'late' },
): readonly Frame[] {
  const { usage } = body
  const none = { input_tokens: 0, output_tokens: 0 }
  const early = options.usage === 'normal' ? { ...usage, output_tokens: 1 } : none
  const final = {
    input_tokens: usage.input_tokens,
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: null,
  }
  const started = { ...body, content: [], stop_reason: null, stop_sequence: null, stop_details: null, usage: early }
  const delta = { stop_reason: body.stop_reason, stop_sequence: body.stop_sequence, stop_details: body.stop_details, container: null }
  const content = blocks.map((block, index) => blockFrames(block, index, options.size))
  const [first = [], ...rest] = content
  const ping = named({ type: 'ping' })
  return [
    named({ type: 'message_start', message: started }),
    ...first.slice(0, 1),
    ping,
    ...first.slice(1),
    ...rest.flat(),
    named({ type: 'message_delta', delta, usage: options.usage === 'missing' ? none : final }),
    named({ type: 'message_stop' }),
  ]
}
