/** What both protocols' decoders are: fed with one event's data at a time, asked for the end when the stream is over. */
import type { LlmEvent, Message, ModelInfo, StopReason, Usage } from '@seamfold/core/kit'

/** The end of an answer, before it is known how long it took. */
export type Ending = {
  readonly message: Message
  readonly stopReason: StopReason
  /** Undefined when the server did not say. */
  readonly usage: Usage | undefined
  readonly responseId: string | undefined
  readonly responseModel: string | undefined
}

/** Makes the decoder of one answer; `taken` tells which call ids the conversation has already. */
export type NewDecoder = (model: ModelInfo, taken: (id: string) => boolean) => Decoder

export interface Decoder {
  /** Read one event's data; what it says is pushed onto `batch`. Throws what the server reports as a failure. */
  read(data: string, batch: LlmEvent[]): void
  /** Whether the server said that nothing follows. */
  readonly finished: boolean
  /** The whole answer, once `finished` or at the end of the bytes. Throws `llm_unavailable` when the answer is not whole. */
  end(batch: LlmEvent[]): Ending
}
