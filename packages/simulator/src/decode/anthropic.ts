/** Reads a Messages request as a conversation. */
import type { ConversationData, ConversationMessage, ConversationPart, ToolChoice } from '../model/conversation.ts'
import { joined } from '../model/conversation-view.ts'
import { blocksOf } from '../wire/anthropic.ts'
import type { AnthropicBlock, AnthropicRequest, AnthropicToolChoice, AnthropicToolResult } from '../wire/anthropic.ts'

const resultText = ({ content = '' }: AnthropicToolResult): string =>
  typeof content === 'string' ? content : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')

const resultImages = ({ content }: AnthropicToolResult): number =>
  Array.isArray(content) ? content.filter((part) => part.type === 'image').length : 0

function partOf(block: AnthropicBlock): ConversationPart {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text }
    case 'image':
      return { type: 'image', mediaType: block.source.type === 'base64' ? block.source.media_type : 'url' }
    case 'document':
      return { type: 'image', mediaType: 'document' }
    case 'thinking':
      return { type: 'reasoning', text: block.thinking }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '' }
    case 'tool_use':
      return { type: 'tool_call', id: block.id, name: block.name, input: block.input, arguments: JSON.stringify(block.input) }
    case 'tool_result':
      return {
        type: 'tool_result',
        callId: block.tool_use_id,
        text: resultText(block),
        isError: block.is_error === true,
        images: resultImages(block),
      }
  }
}

function choiceOf(choice: AnthropicToolChoice | undefined): ToolChoice {
  if (choice === undefined || choice.type === 'auto') return 'auto'
  if (choice.type === 'tool') return { tool: choice.name }
  return choice.type === 'any' ? 'required' : 'none'
}

const systemText = ({ system = '' }: AnthropicRequest): string =>
  typeof system === 'string' ? system : system.map(({ text }) => text).join('\n')

export function decodeAnthropic(request: AnthropicRequest): ConversationData {
  const messages = request.messages.map((message): ConversationMessage => ({ role: message.role, parts: blocksOf(message).map(partOf) }))
  const schema = request.output_config?.format?.schema
  return {
    api: 'anthropic',
    model: request.model,
    system: systemText(request),
    messages: joined(messages),
    tools: (request.tools ?? []).map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      schema: tool.input_schema,
      strict: tool.strict === true,
    })),
    toolChoice: choiceOf(request.tool_choice),
    ...(schema === undefined ? {} : { outputSchema: schema }),
    stream: request.stream === true,
  }
}
