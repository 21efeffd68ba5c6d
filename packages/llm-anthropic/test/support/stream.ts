/** Writes the events of the protocol as a server would, and reads them back as the client does. */
import { SseDecoder, type LlmDone, type LlmEvent } from '@seamfold/core/kit'
import { AnswerReader } from '../../src/from-wire.ts'

export type SentEvent = { readonly type: string; readonly [field: string]: unknown }

export const toSse = (events: readonly SentEvent[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')

export const start = (usage: object | null = { input_tokens: 10, output_tokens: 1 }): SentEvent => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5-20250929', content: [], usage },
})

export const block = (index: number, content: object | null, deltas: readonly object[] = []): readonly SentEvent[] => [
  { type: 'content_block_start', index, content_block: content },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]

export const end = (stopReason: string | null = 'end_turn', usage: object = { output_tokens: 12 }): readonly SentEvent[] => [
  { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage },
  { type: 'message_stop' },
]

export const textBlock = (index: number, ...texts: readonly string[]): readonly SentEvent[] =>
  block(
    index,
    { type: 'text', text: '' },
    texts.map((text) => ({ type: 'text_delta', text })),
  )

export const toolBlock = (index: number, id: string, ...parts: readonly string[]): readonly SentEvent[] =>
  block(
    index,
    { type: 'tool_use', id, name: 'get_weather', input: {} },
    parts.map((partial) => ({ type: 'input_json_delta', partial_json: partial })),
  )

/** All that a client makes of the bytes, cut into these chunks. */
export function readChunks(chunks: readonly Uint8Array[]): { readonly events: readonly LlmEvent[]; readonly done: LlmDone | undefined } {
  const decoder = new SseDecoder()
  const answer = new AnswerReader({ provider: 'anthropic', model: 'claude-sonnet-4-5' }, 'req_1')
  const events: LlmEvent[] = []
  for (const chunk of [...chunks, undefined]) {
    const { batch, whole, failure } = answer.read(chunk === undefined ? decoder.end() : decoder.push(chunk))
    events.push(...batch)
    if (failure !== undefined) throw failure
    if (whole) return { events, done: answer.done({ durationMs: 1 }) }
  }
  return { events, done: undefined }
}

export const readEvents = (events: readonly SentEvent[]): ReturnType<typeof readChunks> =>
  readChunks([new TextEncoder().encode(toSse(events))])
