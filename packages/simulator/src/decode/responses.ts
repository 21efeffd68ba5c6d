/** Reads a Responses request as a conversation. */
import type { ConversationData, ConversationMessage, ConversationPart, ToolChoice } from '../model/conversation.ts'
import { joined } from '../model/conversation-view.ts'
import type { PromptSegment } from '../model/tokens.ts'
import { contentOf, isMessage } from '../wire/responses.ts'
import type { ResolvedResponses, ResponsesItem, ResponsesPart, ResponsesRequest, ResponsesToolChoice } from '../wire/responses.ts'
import { inputOf } from './arguments.ts'
import { imageAt, segment, segmentsWith } from './openai.ts'

function partOf(part: ResponsesPart): ConversationPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'refusal', text: part.refusal }
    case 'input_image':
      return imageAt(part.image_url ?? '')
    case 'input_file':
      return { type: 'image', mediaType: 'file' }
  }
}

const textOf = (content: string | readonly ResponsesPart[]): string =>
  contentOf(content)
    .flatMap((part) => (part.type === 'input_text' || part.type === 'output_text' ? [part.text] : []))
    .join('\n')

function messageOf(item: ResponsesItem): readonly ConversationMessage[] {
  if (isMessage(item)) {
    if (item.role === 'system' || item.role === 'developer') return []
    return [{ role: item.role, parts: contentOf(item.content).map(partOf) }]
  }
  switch (item.type) {
    case 'reasoning':
      return [{ role: 'assistant', parts: [{ type: 'reasoning', text: item.summary.map(({ text }) => text).join('\n') }] }]
    case 'function_call': {
      const call = { id: item.call_id, name: item.name, input: inputOf(item.arguments), arguments: item.arguments }
      return [{ role: 'assistant', parts: [{ type: 'tool_call', ...call }] }]
    }
    case 'function_call_output': {
      const images = contentOf(item.output).filter(({ type }) => type === 'input_image').length
      return [{ role: 'user', parts: [{ type: 'tool_result', callId: item.call_id, text: textOf(item.output), isError: false, images }] }]
    }
    default:
      return []
  }
}

function choiceOf(choice: ResponsesToolChoice | undefined): ToolChoice {
  if (choice === undefined) return 'auto'
  if (typeof choice === 'string') return choice
  return choice.type === 'function' ? { tool: choice.name } : choice.mode
}

function schemaOf({ text }: ResponsesRequest): { readonly outputSchema?: unknown } {
  const format = text?.format
  if (format?.type === 'json_schema') return { outputSchema: format.schema }
  return format?.type === 'json_object' ? { outputSchema: true } : {}
}

export function decodeResponses({ request, items }: ResolvedResponses): ConversationData {
  const system = items.filter(isMessage).filter(({ role }) => role === 'system' || role === 'developer')
  const instructions = request.instructions ?? ''
  return {
    api: 'responses',
    model: request.model,
    system: [...(instructions === '' ? [] : [instructions]), ...system.map(({ content }) => textOf(content))].join('\n'),
    messages: joined(items.flatMap(messageOf)),
    tools: (request.tools ?? []).map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      schema: tool.parameters ?? {},
      strict: tool.strict === true,
    })),
    toolChoice: choiceOf(request.tool_choice),
    ...schemaOf(request),
    stream: request.stream === true,
  }
}

const isImage = (part: ResponsesPart): boolean => part.type === 'input_image' || part.type === 'input_file'

function itemSegments(item: ResponsesItem): readonly PromptSegment[] {
  const [field, content] = isMessage(item)
    ? ['content', item.content]
    : item.type === 'function_call_output'
      ? ['output', item.output]
      : ['', '']
  const images = contentOf(content).filter(isImage)
  if (images.length === 0) return [segment('', item)]
  const rest = { ...item, [field]: contentOf(content).filter((part) => !isImage(part)) }
  return segmentsWith(images, rest)
}

/** Instructions, tools, then items, an image apart from the text of its item. */
export function responsesSegments({ request, items }: ResolvedResponses): readonly PromptSegment[] {
  return [
    ...((request.instructions ?? undefined) === undefined ? [] : [segment('instructions', request.instructions)]),
    ...(request.tools ?? []).map((tool) => segment('tool', tool)),
    ...(request.text?.format === undefined ? [] : [segment('format', request.text.format)]),
    ...items.flatMap(itemSegments),
  ]
}
