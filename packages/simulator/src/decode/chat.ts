/** Reads a Chat Completions request as a conversation. */
import type { ConversationData, ConversationMessage, ConversationPart, ToolChoice } from '../model/conversation.ts'
import { joined } from '../model/conversation-view.ts'
import type { PromptSegment } from '../model/tokens.ts'
import { partsOf } from '../wire/chat.ts'
import type { ChatMessage, ChatPart, ChatRequest, ChatToolChoice } from '../wire/chat.ts'
import { inputOf } from './arguments.ts'
import { imageAt, segment, segmentsWith } from './openai.ts'

function partOf(part: ChatPart): ConversationPart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'refusal', text: part.refusal }
    case 'image_url':
      return imageAt(part.image_url.url)
    case 'input_audio':
      return { type: 'image', mediaType: 'audio' }
    case 'file':
      return { type: 'image', mediaType: 'file' }
  }
}

const textOf = (message: ChatMessage): string =>
  partsOf(message)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n')

function messageOf(message: ChatMessage): readonly ConversationMessage[] {
  if (message.role === 'system' || message.role === 'developer') return []
  if (message.role === 'user') return [{ role: 'user', parts: partsOf(message).map(partOf) }]
  if (message.role === 'tool')
    return [
      { role: 'user', parts: [{ type: 'tool_result', callId: message.tool_call_id, text: textOf(message), isError: false, images: 0 }] },
    ]
  const calls = (message.tool_calls ?? []).map((call): ConversationPart => ({
    type: 'tool_call',
    id: call.id,
    name: call.function.name,
    input: inputOf(call.function.arguments),
    arguments: call.function.arguments,
  }))
  const refused: readonly ConversationPart[] =
    (message.refusal ?? undefined) === undefined ? [] : [{ type: 'refusal', text: message.refusal ?? '' }]
  const said = partsOf(message).filter((part) => part.type !== 'text' || part.text !== '')
  return [{ role: 'assistant', parts: [...said.map(partOf), ...refused, ...calls] }]
}

function choiceOf(choice: ChatToolChoice | undefined): ToolChoice {
  if (choice === undefined) return 'auto'
  if (typeof choice === 'string') return choice
  return choice.type === 'function' ? { tool: choice.function.name } : choice.allowed_tools.mode
}

function schemaOf({ response_format: format }: ChatRequest): { readonly outputSchema?: unknown } {
  if (format?.type === 'json_schema') return { outputSchema: format.json_schema.schema ?? true }
  return format?.type === 'json_object' ? { outputSchema: true } : {}
}

export function decodeChat(request: ChatRequest): ConversationData {
  const system = request.messages.filter(({ role }) => role === 'system' || role === 'developer')
  return {
    api: 'chat',
    model: request.model,
    system: system.map(textOf).join('\n'),
    messages: joined(request.messages.flatMap(messageOf)),
    tools: (request.tools ?? []).map(({ function: given }) => ({
      name: given.name,
      description: given.description ?? '',
      schema: given.parameters ?? {},
      strict: given.strict === true,
    })),
    toolChoice: choiceOf(request.tool_choice),
    ...schemaOf(request),
    stream: request.stream === true,
  }
}

/** Tools, then messages, an image apart from the text of its message. */
export function chatSegments(request: ChatRequest): readonly PromptSegment[] {
  return [
    ...(request.tools ?? []).map((tool) => segment('tool', tool)),
    ...(request.response_format === undefined ? [] : [segment('format', request.response_format)]),
    ...request.messages.flatMap((message) => {
      const images = partsOf(message).filter((part) => part.type === 'image_url')
      const rest = images.length === 0 ? message : { ...message, content: partsOf(message).filter((part) => part.type !== 'image_url') }
      return segmentsWith(images, rest)
    }),
  ]
}
