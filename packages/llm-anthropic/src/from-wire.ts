/** Reads the events of one answer into what the loop understands. */
import {
  isAgentError,
  isJsonObject,
  type Block,
  type Json,
  type LlmDone,
  type LlmEvent,
  type ModelOrigin,
  type ResponseMeta,
  type StopReason,
} from '@seamfold/core/kit'
import { streamError, unavailable } from './errors.ts'
import type { WireBlock, WireDelta, WireEvent, WireUsage } from './wire.ts'

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: 'end_turn',
  tool_use: 'tool_use',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'max_tokens',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
  pause_turn: 'pause',
}

/** A block while it is being written. `at` is its place in the message, which leaves out blocks that we do not know. */
type Draft =
  | { readonly type: 'text'; readonly at: number; text: string }
  | { readonly type: 'reasoning'; readonly at: number; text: string; state: Json | undefined }
  | { readonly type: 'tool_use'; readonly at: number; readonly id: string; readonly name: string; readonly given: Json; json: string }

/** What one network read came to. A `failure` comes after the events that were said before it. */
export type Reading = { readonly batch: LlmEvent[]; readonly whole: boolean; readonly failure?: unknown }

export class AnswerReader {
  readonly #origin: ModelOrigin
  readonly #requestId: string | undefined
  readonly #drafts: Draft[] = []
  /** By the provider's index, which counts blocks that we do not know too. */
  readonly #open = new Map<number, Draft | undefined>()
  readonly #usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
  #stopReason: StopReason = 'other'
  #response: { readonly id?: string; readonly model?: string } = {}

  constructor(origin: ModelOrigin, requestId?: string) {
    this.#origin = origin
    this.#requestId = requestId
  }

  /** What the events of one network read say. */
  read(events: readonly { readonly data: string }[]): Reading {
    const batch: LlmEvent[] = []
    try {
      for (const { data } of events) if (!KEPT_ALIVE.has(data) && this.#take(data, batch)) return { batch, whole: true }
    } catch (error) {
      return { batch, whole: false, failure: isAgentError(error) ? error : unavailable('an event of its stream makes no sense', error) }
    }
    return { batch, whole: false }
  }

  #take(data: string, batch: LlmEvent[]): boolean {
    const event = parseEvent(data)
    switch (event.type) {
      case 'message_start':
        this.#response = event.message ?? {}
        this.#count(event.message?.usage)
        break
      case 'content_block_start':
        this.#begin(event.index, event.content_block, batch)
        break
      case 'content_block_delta':
        // Some servers begin a block with what is in it.
        if (!this.#open.has(event.index)) this.#begin(event.index, blockFor(event.delta), batch)
        this.#add(this.#open.get(event.index), event.delta, batch)
        break
      case 'content_block_stop':
        this.#end(event.index, batch)
        break
      case 'message_delta':
        this.#stopReason = STOP_REASONS[event.delta?.stop_reason ?? ''] ?? this.#stopReason
        this.#count(event.usage)
        break
      case 'error':
        throw streamError(event.error, this.#requestId)
      case 'message_stop':
        for (const index of this.#open.keys()) this.#end(index, batch)
        return true
    }
    return false
  }

  /** The whole answer; call it once `read` said that there is one. */
  done(times: Pick<ResponseMeta, 'firstTokenMs' | 'durationMs'>): LlmDone {
    const { id, model } = this.#response
    return {
      type: 'done',
      message: { role: 'assistant', content: this.#drafts.map((draft) => this.#block(draft)) },
      usage: { ...this.#usage },
      stopReason: this.#stopReason,
      meta: {
        ...(id === undefined ? {} : { responseId: id }),
        ...(model === undefined ? {} : { responseModel: model }),
        ...(this.#requestId === undefined ? {} : { requestId: this.#requestId }),
        ...times,
      },
    }
  }

  #begin(index: number, block: WireBlock | null | undefined, batch: LlmEvent[]): void {
    const draft = block == null ? undefined : toDraft(block, this.#drafts.length)
    this.#open.set(index, draft)
    if (draft === undefined) return
    this.#drafts.push(draft)
    if (draft.type === 'tool_use') batch.push({ type: 'tool_start', block: draft.at, id: draft.id, name: draft.name })
    else if (draft.text !== '') batch.push({ type: `${draft.type}_delta`, block: draft.at, text: draft.text })
  }

  #add(draft: Draft | undefined, delta: WireDelta | null, batch: LlmEvent[]): void {
    if (delta === null) return
    if (draft?.type === 'text' && delta.type === 'text_delta') {
      draft.text += delta.text
      if (delta.text !== '') batch.push({ type: 'text_delta', block: draft.at, text: delta.text })
    } else if (draft?.type === 'tool_use' && delta.type === 'input_json_delta') {
      draft.json += delta.partial_json
      if (delta.partial_json !== '') batch.push({ type: 'tool_input_delta', block: draft.at, delta: delta.partial_json })
    } else if (draft?.type === 'reasoning' && delta.type === 'thinking_delta') {
      draft.text += delta.thinking
      if (delta.thinking !== '') batch.push({ type: 'reasoning_delta', block: draft.at, text: delta.thinking })
    } else if (draft?.type === 'reasoning' && delta.type === 'signature_delta') {
      draft.state = { signature: signatureOf(draft.state) + delta.signature }
    }
  }

  /** A server that gives the whole input with the start and no deltas has its deltas made up for it here. */
  #end(index: number, batch: LlmEvent[]): void {
    const draft = this.#open.get(index)
    this.#open.delete(index)
    if (draft?.type !== 'tool_use' || draft.json !== '' || !isJsonObject(draft.given) || Object.keys(draft.given).length === 0) return
    draft.json = JSON.stringify(draft.given)
    batch.push({ type: 'tool_input_delta', block: draft.at, delta: draft.json })
  }

  #block(draft: Draft): Block {
    if (draft.type === 'text') return { type: 'text', text: draft.text }
    if (draft.type === 'tool_use') return { type: 'tool_use', id: draft.id, name: draft.name, ...parseArguments(draft.json) }
    const { text, state } = draft
    return { type: 'reasoning', text, origin: this.#origin, ...(state === undefined ? {} : { state }) }
  }

  /** Counts are cumulative, so the larger one is the later one, whatever a compatible server leaves at zero. */
  #count(said: WireUsage | null | undefined): void {
    if (said == null) return
    const usage = this.#usage
    usage.input = Math.max(usage.input, count(said.input_tokens))
    usage.output = Math.max(usage.output, count(said.output_tokens))
    usage.cacheRead = Math.max(usage.cacheRead, count(said.cache_read_input_tokens))
    usage.cacheWrite = Math.max(usage.cacheWrite, count(said.cache_creation_input_tokens))
    usage.reasoning = Math.max(usage.reasoning, count(said.output_tokens_details?.thinking_tokens))
  }
}

/** Data that say nothing: what some proxies send to keep a connection alive, and the end of another protocol. */
const KEPT_ALIVE: ReadonlySet<string> = new Set(['', '[DONE]'])

/** Whole and not negative, whatever was sent: what is no such number counts as 0. */
function count(value: unknown): number {
  const whole = typeof value === 'number' ? Math.round(value) : 0
  return Number.isSafeInteger(whole) ? whole : 0
}

/** The block that a delta without a start belongs to. */
function blockFor(delta: WireDelta | null): WireBlock | undefined {
  if (delta?.type === 'text_delta') return { type: 'text' }
  return delta?.type === 'thinking_delta' ? { type: 'thinking' } : undefined
}

function parseEvent(data: string): WireEvent {
  try {
    // Trusted as far as we read it: validating every delta would cost more than all the rest.
    return JSON.parse(data) as WireEvent
  } catch (cause) {
    throw unavailable(`an event of its stream is not JSON: ${data.slice(0, 200)}`, cause)
  }
}

/** Undefined for a kind of block that we do not know, which is left out of the message together with its deltas. */
function toDraft(block: WireBlock, at: number): Draft | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text', at, text: block.text ?? '' }
    case 'thinking':
      return {
        type: 'reasoning',
        at,
        text: block.thinking ?? '',
        state: block.signature === undefined ? undefined : { signature: block.signature },
      }
    case 'redacted_thinking':
      return { type: 'reasoning', at, text: '', state: { redacted: block.data } }
    case 'tool_use':
      return { type: 'tool_use', at, id: block.id, name: block.name, given: block.input ?? {}, json: '' }
    default:
      return undefined
  }
}

const signatureOf = (state: Json | undefined): string =>
  isJsonObject(state) && typeof state['signature'] === 'string' ? state['signature'] : ''

/** No arguments at all are an empty object; what does not parse is kept for the model to read. */
function parseArguments(json: string): { readonly input: Json; readonly invalidInput?: string } {
  if (json.trim() === '') return { input: {} }
  try {
    return { input: JSON.parse(json) as Json }
  } catch {
    return { input: {}, invalidInput: json }
  }
}
