/** Writes requests for Chat Completions. */
import {
  isJsonObject,
  type Block,
  type ImageBlock,
  type Json,
  type LlmRequest,
  type Message,
  type ModelInfo,
  type ReasoningBlock,
  type ToolChoice,
  type ToolResultBlock,
  type ToolUseBlock,
} from '@seamfold/core/kit'
import { concatenate, encode, lastText, messageList, toolList } from '../bytes.ts'
import { isReasoningModel } from '../models.ts'
import type { Settings } from '../options.ts'
import { parametersOf } from '../parameters.ts'
import { cacheKeyOf, fieldsText, outputSchemas } from '../request.ts'
import { fitId } from '../call-ids.ts'

const LONGEST_ID = 40

/** Makes bodies; what was made of a message or a list of tools is kept for as long as that lives. */
export function chatBody({ options, official, model }: Settings): (request: LlmRequest) => Uint8Array {
  const messages = messageList((message) => messagesOf(message, model))
  const tools = toolList((tool) => ({
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: parametersOf(tool.parameters) },
  }))
  const systemOf = lastText((system) => (system === '' ? '' : JSON.stringify({ role: 'system', content: system })))
  const schemaOf = outputSchemas()
  const limitField = official || isReasoningModel(model.id) ? 'max_completion_tokens' : 'max_tokens'
  return (request) => {
    const output = schemaOf(request.output)
    const fields = {
      model: model.id,
      stream: true,
      stream_options: { include_usage: true },
      [limitField]: request.maxOutputTokens ?? options.maxOutputTokens,
      temperature: options.temperature,
      reasoning_effort: options.reasoning?.effort,
      prompt_cache_key: cacheKeyOf(request, official),
      tool_choice: request.tools.length === 0 ? undefined : choiceOf(request.toolChoice),
      response_format: output === undefined ? undefined : { type: 'json_schema', json_schema: output },
    }
    return concatenate([
      encode(`{${fieldsText(fields, options.extraBody)}`),
      ...(request.tools.length === 0 ? [] : [encode(',"tools":'), tools(request.tools)]),
      encode(',"messages":['),
      ...messages(systemOf(request.system), request.messages),
      encode(']}'),
    ])
  }
}

function choiceOf(choice: ToolChoice | undefined): unknown {
  if (choice === undefined || choice === 'auto') return undefined
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

const messagesOf = (message: Message, model: ModelInfo): readonly object[] =>
  message.role === 'assistant' ? assistantMessage(message.content, model) : userMessages(message.content)

/** Results come first, each as a message of its own; their images follow in a user message, since a tool message cannot hold any. */
function userMessages(content: readonly Block[]): readonly object[] {
  const results = content.filter((block): block is ToolResultBlock => block.type === 'tool_result')
  const parts = [...results.flatMap(imagesOf), ...content.flatMap(partOf)]
  return [...results.map(toolMessage), ...userMessage(parts)]
}

type Part = { readonly type: 'text'; readonly text: string } | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }

function userMessage(parts: readonly Part[]): readonly object[] {
  const [only] = parts
  if (only === undefined) return []
  return [{ role: 'user', content: parts.length === 1 && only.type === 'text' ? only.text : parts }]
}

function partOf(block: Block): readonly Part[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }]
  return block.type === 'image' ? [imagePart(block)] : []
}

const imagePart = ({ mediaType, data }: ImageBlock): Part => ({ type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } })

function imagesOf({ toolUseId, content }: ToolResultBlock): readonly Part[] {
  if (typeof content === 'string') return []
  const images = content.filter((block) => block.type === 'image')
  if (images.length === 0) return []
  return [{ type: 'text', text: `Images in the result of call ${fitId(toolUseId, LONGEST_ID)}:` }, ...images.map(imagePart)]
}

function toolMessage({ toolUseId, content }: ToolResultBlock): object {
  return { role: 'tool', tool_call_id: fitId(toolUseId, LONGEST_ID), content: typeof content === 'string' ? content : resultText(content) }
}

function resultText(content: Exclude<ToolResultBlock['content'], string>): string {
  const lines = content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  const images = content.length - lines.length
  if (images > 0) lines.push(images === 1 ? '[1 image, in the next message]' : `[${images} images, in the next message]`)
  return lines.join('\n')
}

/** A message with nothing left is left out. */
function assistantMessage(content: readonly Block[], model: ModelInfo): readonly object[] {
  let text = ''
  const calls: object[] = []
  const reasoning: Record<string, Json> = {}
  for (const block of content) {
    if (block.type === 'text') text += block.text
    else if (block.type === 'tool_use') calls.push(callOf(block, model))
    else if (block.type === 'reasoning') Object.assign(reasoning, reasoningFields(block, model))
  }
  if (text === '' && calls.length === 0) return []
  return [{ role: 'assistant', content: text === '' ? null : text, ...reasoning, ...(calls.length === 0 ? {} : { tool_calls: calls }) }]
}

/** Reasoning goes back only to the model that made it: its details as they came, else its text in the field that it came in. */
function reasoningFields({ text, origin, state }: ReasoningBlock, model: ModelInfo): Readonly<Record<string, Json>> {
  if (!isJsonObject(state) || origin.provider !== model.provider || origin.model !== model.id) return {}
  const { field, details } = state
  if (Array.isArray(details)) return { reasoning_details: details }
  return field === 'reasoning_content' || field === 'reasoning' ? { [field]: text } : {}
}

/** Arguments that were not JSON have an empty `input`, which is what goes back. */
function callOf({ id, name, input, state }: ToolUseBlock, model: ModelInfo): object {
  const own = isJsonObject(state) && state['provider'] === model.provider && state['model'] === model.id && 'extra' in state
  return {
    id: fitId(id, LONGEST_ID),
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
    ...(own ? { extra_content: state['extra'] } : {}),
  }
}
