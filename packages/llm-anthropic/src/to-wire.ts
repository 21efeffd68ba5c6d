/** Writes a request as the body of `POST /v1/messages`. */
import { AgentError, type JsonObject, type LlmRequest, type Message, type ToolDefinition } from '@seamfold/core/kit'
import { toWireMessage } from './message-to-wire.ts'
import type { KnownModel } from './models.ts'
import { outputSchema } from './output-schema.ts'
import type { Effort, Thinking } from './options.ts'
import { thinkingField } from './thinking.ts'
import { Transcript, type TurnFacts } from './transcript.ts'

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
 * Gives a function from a request to its body. What a conversation or a tool looks like on the wire is kept for as long as
 * its first message or the tool lives, so that a turn costs what it adds.
 */
export function requestWriter(settings: WriterSettings): (request: LlmRequest) => Uint8Array {
  const encoder = new TextEncoder()
  const transcripts = new WeakMap<Message, Transcript>()
  const tools = new WeakMap<ToolDefinition, string>()
  const mark = marker(settings.cache)
  const newTranscript = (): Transcript => new Transcript((message) => toWireMessage(message, settings.model), mark)
  return (request) => {
    const first = request.messages[0]
    const transcript = first === undefined ? newTranscript() : remember(transcripts, first, newTranscript)
    const { kept, text, turns } = transcript.write(request.messages)
    const head = JSON.stringify({ ...headOf(request, turns, settings), ...settings.extraBody })
    const toolTexts = request.tools.map((tool) => remember(tools, tool, () => toolText(tool)))
    const prompt = promptText(request, toolTexts, mark)
    return concatenated(encoder.encode(`${head.slice(0, -1)},${prompt}"messages":[`), kept, encoder.encode(`${text}]}`))
  }
}

/** All that is neither prompt nor conversation. */
function headOf(request: LlmRequest, turns: readonly TurnFacts[], settings: WriterSettings): JsonObject {
  const { model, known, effort } = settings
  const maxTokens = request.maxOutputTokens ?? settings.maxOutputTokens
  const choice = toolChoice(request)
  const forced = choice?.['type'] === 'any' || choice?.['type'] === 'tool'
  if (forced && known?.forcedTools === false) {
    throw new AgentError('unsupported', `${model} cannot be made to call a tool. Use toolChoice 'auto' and say in the prompt that it must`)
  }
  const thinking = thinkingField({ ...settings, forced, maxTokens, turns })
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
function promptText({ system }: LlmRequest, tools: readonly string[], mark: Mark): string {
  const hasSystem = system.trim() !== ''
  const list = tools.join(',')
  const toolField = list === '' ? '' : `"tools":[${hasSystem ? list : mark(list)}],`
  return hasSystem ? `${toolField}"system":[${mark(JSON.stringify({ type: 'text', text: system }))}],` : toolField
}

type Mark = (blocks: string) => string

/** Marks the last of some blocks. Blocks are objects: the mark goes in before the brace that ends the last one. */
function marker(cache: WriterSettings['cache']): Mark {
  if (cache === 'off') return (blocks) => blocks
  const control = JSON.stringify({ type: 'ephemeral', ...(cache === '1h' ? { ttl: '1h' } : {}) })
  return (blocks) => `${blocks.slice(0, -1)},"cache_control":${control}}`
}

function remember<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
