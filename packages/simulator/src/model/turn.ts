/** What a scripted model does next: an answer made of blocks, or a failure. */
import { checkedTurn } from './turn-check.ts'

export type TextBlock = { readonly type: 'text'; readonly text: string }

/** Shown as a thinking block, a reasoning item or only as reasoning tokens, as the protocol and the request have it. */
export type ReasoningBlock = { readonly type: 'reasoning'; readonly text: string; readonly redacted?: boolean }

export type ToolCallBlock = {
  readonly type: 'tool_call'
  readonly name: string
  readonly input?: unknown
  /** Sent instead of `input`, as it is: it may be malformed or empty. */
  readonly arguments?: string
  /** Sent instead of a fresh id: it may repeat another one or be empty. */
  readonly id?: string
}

export type RefusalBlock = { readonly type: 'refusal'; readonly text: string }

export type Block = TextBlock | ReasoningBlock | ToolCallBlock | RefusalBlock

/** Why the model stopped. Default: `tool_calls` when the turn calls tools, `refusal` when it refuses, else `end`. */
export type Stop = 'end' | 'tool_calls' | 'max_tokens' | 'stop_sequence' | 'refusal' | 'content_filter' | 'pause' | 'context_window'

/** How the answer travels. */
export type Pace = {
  /** Wait before the first byte, in milliseconds. Default: 0. */
  readonly firstByteMs: number
  /** Wait between two chunks, in milliseconds. Default: 0. */
  readonly betweenChunksMs: number
  /** Bytes per network write; the cuts fall anywhere, inside characters too. Default: one event per write. */
  readonly chunkBytes: number | undefined
  /** Characters per streamed delta. Default: 24. */
  readonly deltaCharacters: number
  /** Default: `\n`. */
  readonly lineEnding: '\n' | '\r\n' | '\r'
}

/** What goes wrong in mid-stream; positions count events from the start. */
export type StreamFaults = {
  /** An error event in place of the rest, at the latest of the last event. Responses only: `form: 'failed'` says it as `response.failed`. */
  readonly error?: {
    readonly afterEvents: number
    readonly type?: string
    readonly code?: string
    readonly message?: string
    readonly form?: 'event' | 'failed'
  }
  /** The connection ends: `reset` (default) breaks it, `end` finishes the response as if all were well. */
  readonly cut?: { readonly afterEvents?: number; readonly afterBytes?: number; readonly how?: 'reset' | 'end' }
  /** A frame that is not valid, put between two events. Default: data that is broken JSON. */
  readonly malformed?: { readonly afterEvents: number; readonly frame?: string }
  /** Leaves out `data: [DONE]` of Chat Completions. */
  readonly omitDone?: boolean
  /** A ping (Anthropic) or comment line (OpenAI) after every so many events. */
  readonly pingEvery?: number
}

export type AnswerTurn = {
  readonly type: 'answer'
  readonly blocks: readonly Block[]
  readonly stop?: Stop
  /** `missing`: never said. `late`: only in the last frames, asked for or not. Default: as the provider does. */
  readonly usage?: 'normal' | 'missing' | 'late'
  readonly faults?: StreamFaults
  readonly pace?: Partial<Pace>
}

export type FailureTurn = {
  readonly type: 'failure'
  /** The HTTP status; `overloaded` is the provider's own for that (529 or 503), 0 breaks the connection without an answer. */
  readonly status: number | 'overloaded'
  /** Default: the provider's own for that status. */
  readonly errorType?: string
  readonly code?: string
  readonly message?: string
  /** Seconds, or a date; written into the `retry-after` header. */
  readonly retryAfter?: number | Date
  readonly headers?: Readonly<Record<string, string>>
  /** Sent instead of the provider's error body: a proxy's HTML page, say. */
  readonly body?: string
  /** Wait before the failure, in milliseconds. Default: 0. */
  readonly afterMs?: number
}

export type Turn = AnswerTurn | FailureTurn

/** A whole turn, one block or some blocks. */
export type TurnLike = Turn | Block | readonly Block[]

const isBlocks = (value: TurnLike): value is readonly Block[] => Array.isArray(value)

function assertGiven(value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`The scenario gave ${JSON.stringify(value) ?? typeof value}, but a turn is an object: a block, blocks or a failure`)
}

/** The turn that a scenario meant. Throws a `TypeError` when it is none. */
export function toTurn(value: TurnLike): Turn {
  assertGiven(value)
  if (isBlocks(value)) return checkedTurn({ type: 'answer', blocks: value })
  return checkedTurn(value.type === 'answer' || value.type === 'failure' ? value : { type: 'answer', blocks: [value] })
}
