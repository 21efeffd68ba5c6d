/** Reads Chat Completions chunks, from OpenAI and from compatible servers. */
import type { LlmEvent, ModelInfo, StopReason } from '@seamfold/core/kit'
import { Answer, addText, type TextDraft } from '../answer.ts'
import type { Decoder, Ending, NewDecoder } from '../decoder.ts'
import { cutOff, streamFailure } from '../errors.ts'
import { parseObject } from '../parse.ts'
import { Reasoning } from './reasoning.ts'
import { ToolCalls } from './tool-calls.ts'
import { usageOf } from './usage.ts'
import type { ChatChunk, ChatDelta, ChatPart, ChatUsage } from './wire.ts'

export const chatDecoder: NewDecoder = (model, taken) => new ChatDecoder(model, new Answer(taken))

class ChatDecoder implements Decoder {
  readonly #model: ModelInfo
  readonly #answer: Answer
  readonly #calls: ToolCalls
  readonly #reasoning: Reasoning
  #text: TextDraft | undefined
  #refused = false
  #finish: string | undefined
  #usage: ChatUsage | undefined
  #id: string | undefined
  #modelId: string | undefined
  finished = false

  constructor(model: ModelInfo, answer: Answer) {
    this.#model = model
    this.#answer = answer
    this.#calls = new ToolCalls(answer, model)
    this.#reasoning = new Reasoning(answer)
  }

  read(data: string, batch: LlmEvent[]): void {
    if (data === '[DONE]') {
      this.finished = true
      return
    }
    const chunk: ChatChunk = parseObject(data, this.#model.provider)
    const error = chunk.error ?? (chunk.choices === undefined && text(chunk.message) !== undefined ? chunk : undefined)
    if (error !== undefined) throw streamFailure(error, this.#model.provider)
    this.#id ??= text(chunk.id)
    this.#modelId ??= text(chunk.model)
    const choice = chunk.choices?.[0]
    const usage = chunk.usage ?? choice?.usage ?? chunk.x_groq?.usage
    if (usage != null) this.#usage = usage
    if (choice == null) return
    const delta = choice.delta ?? choice.message
    if (delta != null) this.#readDelta(delta, batch)
    if (choice.finish_reason) this.#finish = choice.finish_reason
  }

  #readDelta(delta: ChatDelta, batch: LlmEvent[]): void {
    this.#reasoning.read(delta, batch)
    if (Array.isArray(delta.content)) for (const part of delta.content as readonly ChatPart[]) this.#readPart(part, batch)
    else if (delta.content) this.#say(delta.content, batch)
    if (delta.refusal) {
      this.#refused = true
      this.#say(delta.refusal, batch)
    }
    if (delta.tool_calls != null) this.#calls.read(delta.tool_calls, batch)
    else if (delta.function_call != null) this.#calls.read([{ index: 0, function: delta.function_call }], batch)
  }

  #readPart(part: ChatPart, batch: LlmEvent[]): void {
    const thoughts = Array.isArray(part?.thinking) ? (part.thinking as readonly ChatPart[]).map((each) => each?.text) : [part?.thinking]
    for (const thought of thoughts) this.#reasoning.add(thought, batch)
    this.#say(part?.text, batch)
  }

  #say(piece: unknown, batch: LlmEvent[]): void {
    if (typeof piece !== 'string' || piece === '') return
    this.#text ??= this.#answer.openText()
    addText(this.#text, piece, batch)
  }

  end(batch: LlmEvent[]): Ending {
    const { provider, id } = this.#model
    // A finish reason ends an answer, with or without [DONE]; [DONE] alone ends one that has something in it.
    if (this.#finish === undefined && !(this.finished && !this.#answer.isEmpty)) {
      throw cutOff(provider, 'the stream ended without a finish reason')
    }
    this.#answer.startAll(batch)
    this.#reasoning.end()
    return {
      message: { role: 'assistant', content: this.#answer.blocks({ provider, model: id }) },
      stopReason: this.#stopReason(),
      usage: this.#usage === undefined ? undefined : usageOf(this.#usage),
      responseId: this.#id,
      responseModel: this.#modelId,
    }
  }

  /** Calls that are there are to be made, whatever reason a compatible server gives. */
  #stopReason(): StopReason {
    if (this.#finish === 'length') return 'max_tokens'
    if (this.#finish === 'content_filter') return 'content_filter'
    if (this.#answer.hasTools) return 'tool_use'
    if (this.#refused) return 'refusal'
    return this.#finish === undefined || ENDED.has(this.#finish) ? 'end_turn' : 'other'
  }
}

const ENDED: ReadonlySet<string> = new Set(['stop', 'tool_calls', 'function_call', 'end_turn', 'eos'])

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
