/** Writes a request as the body of `POST /v1/messages`, each message once in its life. */
import { AgentError, type JsonObject, type LlmRequest, type Message, type ToolDefinition } from '@seamfold/core/kit'
import { toWireMessage, type WireMessage } from './message-to-wire.ts'
import type { KnownModel } from './models.ts'
import { outputSchema } from './output-schema.ts'
import type { Effort, Thinking } from './options.ts'
import { thinkingField } from './thinking.ts'

export type WriterSettings = {
  readonly model: string
  readonly known: KnownModel | undefined
  /** Tokens; used where the request does not say. */
  readonly maxOutputTokens: number
  readonly thinking: Thinking | undefined
  readonly effort: Effort | undefined
  readonly cache: '5m' | '1h' | 'off'
  readonly extraBody: JsonObject
}

/**
 * Gives a function from a request to its body. What a message or a tool looks like on the wire is kept for as long as the
 * message or the tool lives, so that a turn costs what it adds.
 */
export function requestWriter(settings: WriterSettings): (request: LlmRequest) => string {
  const messages = new WeakMap<Message, WireMessage>()
  const tools = new WeakMap<ToolDefinition, string>()
  const mark = cacheMark(settings.cache)
  const wireMessage = (message: Message): WireMessage => remember(messages, message, () => toWireMessage(message, settings.model))
  const wireTool = (tool: ToolDefinition): string => remember(tools, tool, () => toolText(tool))
  return (request) => {
    const wire = request.messages.map(wireMessage)
    const head = JSON.stringify({ ...headOf(request, wire, settings), ...settings.extraBody })
    const prompt = promptText(request, request.tools.map(wireTool), mark)
    return `${head.slice(0, -1)},${prompt}"messages":[${conversation(wire, mark)}]}`
  }
}

/** All that is neither prompt nor conversation. */
function headOf(request: LlmRequest, messages: readonly WireMessage[], settings: WriterSettings): JsonObject {
  const { model, known, effort } = settings
  const maxTokens = request.maxOutputTokens ?? settings.maxOutputTokens
  const choice = toolChoice(request)
  const forced = choice?.['type'] === 'any' || choice?.['type'] === 'tool'
  if (forced && known?.forcedTools === false) {
    throw new AgentError('unsupported', `${model} cannot be made to call a tool. Use toolChoice 'auto' and say in the prompt that it must`)
  }
  const thinking = thinkingField({ ...settings, forced, maxTokens, messages })
  const format = request.output && { type: 'json_schema', schema: outputSchema(request.output.schema) }
  return {
    model,
    max_tokens: maxTokens,
    stream: true,
    ...(choice && { tool_choice: choice }),
    ...(thinking && { thinking }),
    ...((format ?? effort) && { output_config: { ...(effort && { effort }), ...(format && { format }) } }),
  }
}

/** Undefined leaves it to the model; without tools there is nothing to choose. */
function toolChoice({ toolChoice: choice = 'auto', tools }: LlmRequest): JsonObject | undefined {
  if (choice === 'auto' || tools.length === 0) return undefined
  if (choice === 'none') return { type: 'none' }
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name }
}

const toolText = ({ name, description, parameters }: ToolDefinition): string =>
  JSON.stringify({ name, description, input_schema: { type: 'object', ...parameters } })

/** Tools come before the system text in what is cached, so one mark at its end keeps both. */
function promptText({ system }: LlmRequest, tools: readonly string[], mark: string): string {
  const hasSystem = system.trim() !== ''
  const toolList = tools.join(',')
  const toolField = toolList === '' ? '' : `"tools":[${hasSystem ? toolList : marked(toolList, mark)}],`
  return hasSystem ? `${toolField}"system":[${marked(JSON.stringify({ type: 'text', text: system }), mark)}],` : toolField
}

/**
 * Neighbours of one role become one message, tool results first. The last two messages of the user are marked: the earlier
 * mark is where the request before this one ended, so the cache is hit there however much this turn added.
 */
function conversation(messages: readonly WireMessage[], mark: string): string {
  const spoken = messages.filter(({ results, rest }) => results !== '' || rest !== '')
  const secondLast = lastUser(spoken, lastUser(spoken, spoken.length))
  const turns: { readonly role: string; results: string; rest: string }[] = []
  for (const [index, message] of spoken.entries()) {
    const { role, results, rest } = index >= secondLast && message.role === 'user' ? withMark(message, mark) : message
    const turn = turns.at(-1)
    if (turn?.role !== role) turns.push({ role, results, rest })
    else {
      turn.results = joined(turn.results, results)
      turn.rest = joined(turn.rest, rest)
    }
  }
  return turns.map(({ role, results, rest }) => `{"role":"${role}","content":[${joined(results, rest)}]}`).join(',')
}

const lastUser = (messages: readonly WireMessage[], before: number): number =>
  before <= 0 ? -1 : messages.findLastIndex(({ role }, index) => index < before && role === 'user')

const withMark = (message: WireMessage, mark: string): WireMessage =>
  message.rest === '' ? { ...message, results: marked(message.results, mark) } : { ...message, rest: marked(message.rest, mark) }

const joined = (left: string, right: string): string => (left === '' || right === '' ? left + right : `${left},${right}`)

/** Blocks are objects: the mark goes in before the brace that ends the last one. */
const marked = (blocks: string, mark: string): string => (mark === '' ? blocks : `${blocks.slice(0, -1)},${mark}}`)

function cacheMark(cache: WriterSettings['cache']): string {
  if (cache === 'off') return ''
  return cache === '1h' ? '"cache_control":{"type":"ephemeral","ttl":"1h"}' : '"cache_control":{"type":"ephemeral"}'
}

function remember<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
