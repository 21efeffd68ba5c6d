/** Reads the event stream of the Responses API. */
import type { LlmEvent, ModelInfo, StopReason } from '@seamfold/core/kit'
import { Answer } from '../answer.ts'
import type { Decoder, Ending, NewDecoder } from '../decoder.ts'
import { cutOff, streamFailure } from '../errors.ts'
import { parseObject } from '../parse.ts'
import { OutputItems } from './output-items.ts'
import { usageOf } from './usage.ts'
import type { ResponseObject, ResponsesEvent } from './wire.ts'

export const responsesDecoder: NewDecoder = (model, taken) => new ResponsesDecoder(model, new Answer(taken))

class ResponsesDecoder implements Decoder {
  readonly #model: ModelInfo
  readonly #answer: Answer
  readonly #items: OutputItems
  #response: ResponseObject = {}
  finished = false

  constructor(model: ModelInfo, answer: Answer) {
    this.#model = model
    this.#answer = answer
    this.#items = new OutputItems(answer, model)
  }

  read(data: string, batch: LlmEvent[]): void {
    if (data === '[DONE]') return
    const event: ResponsesEvent = parseObject(data, this.#model.provider)
    switch (event.type) {
      case 'response.output_text.delta':
        return this.#items.text(event, batch)
      case 'response.function_call_arguments.delta':
        return this.#items.callArguments(event, batch)
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return this.#items.reasoning(event, batch)
      case 'response.refusal.delta':
        return this.#items.refusal(event, batch)
      case 'response.output_item.added':
        return this.#items.added(event, batch)
      case 'response.output_item.done':
        return this.#items.done(event, batch)
      default:
        return this.#readRest(event, batch)
    }
  }

  #readRest(event: ResponsesEvent, batch: LlmEvent[]): void {
    switch (event.type) {
      case 'response.created':
        this.#response = event.response ?? {}
        return
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#finish(event.response ?? {}, batch)
      case 'error':
        throw streamFailure(event.error ?? event, this.#model.provider)
      case undefined:
        // A server that does not stream sends the response itself; one that refuses in mid-stream may send a bare error.
        if (event.error != null) throw streamFailure(event.error, this.#model.provider)
        if (event.object === 'response') return this.#finish(event, batch)
    }
  }

  #finish(response: ResponseObject, batch: LlmEvent[]): void {
    if (response.status === 'failed' || response.error != null) {
      throw streamFailure(
        response.error ?? `the response ${response.id ?? ''} failed, and the server does not say why`,
        this.#model.provider,
      )
    }
    if (response.status === 'cancelled') throw cutOff(this.#model.provider, 'the response was cancelled at the server')
    for (const [index, item] of (response.output ?? []).entries()) this.#items.done({ output_index: index, item }, batch)
    this.#response = { ...this.#response, ...response }
    this.finished = true
  }

  end(batch: LlmEvent[]): Ending {
    const { provider, id } = this.#model
    if (!this.finished) throw cutOff(provider, 'the stream ended before response.completed')
    this.#answer.startAll(batch)
    const { usage, id: responseId, model: responseModel } = this.#response
    return {
      message: { role: 'assistant', content: this.#answer.blocks({ provider, model: id }) },
      stopReason: this.#stopReason(),
      usage: usage == null ? undefined : usageOf(usage),
      responseId,
      responseModel,
    }
  }

  #stopReason(): StopReason {
    if (this.#response.status === 'incomplete') {
      const reason = this.#response.incomplete_details?.reason
      if (reason === 'max_output_tokens') return 'max_tokens'
      return reason === 'content_filter' ? 'content_filter' : 'other'
    }
    if (this.#answer.hasTools) return 'tool_use'
    return this.#items.refused ? 'refusal' : 'end_turn'
  }
}
