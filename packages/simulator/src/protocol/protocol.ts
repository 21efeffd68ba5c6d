/** What the server asks of each of the three protocols. */
import type { IncomingHttpHeaders } from 'node:http'
import type { IdSource } from '../base/ids.ts'
import type { Encoded, Frame } from '../encode/frame.ts'
import type { Api, ConversationData } from '../model/conversation.ts'
import type { AnswerTurn, FailureTurn, StreamFaults } from '../model/turn.ts'
import type { Refusal } from '../rules/rule.ts'
import type { World } from './world.ts'

/** Usage in one algebra: `input` is without the cache tokens, `reasoning` is part of `output`. */
export type RecordedUsage = {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
}

export type Accepted = {
  readonly conversation: ConversationData
  /** Writes the turn down. Uses the prompt cache: to be called once, when the turn is really answered. */
  answer(
    turn: AnswerTurn,
    options: { readonly ids: IdSource; readonly deltaCharacters: number },
  ): Encoded & { readonly usage: RecordedUsage }
}

export type Judgement = { readonly accepted: Accepted } | { readonly refusal: Refusal }

/** An error as it is worded for the client. */
export type ProviderError = {
  readonly status: number
  readonly type: string
  readonly message: string
  readonly param?: string
  readonly code?: string
}

export interface Protocol {
  readonly api: Api
  /** The response header that carries the request id. */
  readonly requestIdHeader: string
  authenticate(headers: IncomingHttpHeaders, world: World): Refusal | undefined
  judge(body: unknown, world: World, headers: IncomingHttpHeaders): Judgement
  /** The provider's own words for a failure that a scenario asks for. */
  failure(turn: FailureTurn): ProviderError
  errorBody(error: ProviderError, requestId: string): object
  /** The event that a stream ends with when it fails after `sent` events. */
  errorFrame(error: NonNullable<StreamFaults['error']>, sent: readonly Frame[]): Frame
  readonly pingFrame: string
}
