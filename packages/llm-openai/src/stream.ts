/** Turns the bytes of one HTTP answer into batches of events: one batch per network read, as soon as it is read. */
import { SseDecoder, noUsage, systemHost, type LlmDone, type LlmEvent } from '@seamfold/core/kit'
import type { Decoder } from './decoder.ts'
import { cutOff, toFailure } from './errors.ts'

export type Exchange = {
  readonly send: () => Promise<Response>
  readonly decoder: Decoder
  readonly provider: string
  readonly signal: AbortSignal
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** How long a server may take, in milliseconds, to close an answer that it has declared finished. */
const CLOSING_MS = 1000

export async function* streamAnswer({ send, decoder, provider, signal }: Exchange): AsyncGenerator<readonly LlmEvent[], void, undefined> {
  const started = performance.now()
  let firstTokenMs: number | undefined
  let reader: Reader | undefined
  let ended = false
  try {
    signal.throwIfAborted()
    const response = await send()
    const source = await eventsOf(response, provider)
    reader = source.reader
    while (!ended) {
      const { done, value } = await reader.read()
      const { batch, failure } = decodeAll(decoder, source.push(value))
      ended = done
      if (batch.length > 0) firstTokenMs ??= performance.now() - started
      if (failure === undefined && (done || decoder.finished)) {
        batch.push(doneEvent({ decoder, batch, response, firstTokenMs, durationMs: performance.now() - started }))
        yield batch
        return
      }
      if (batch.length > 0) yield batch
      if (failure !== undefined) throw failure.error
    }
  } catch (error) {
    signal.throwIfAborted()
    throw toFailure(error, provider)
  } finally {
    if (reader !== undefined && !ended) {
      if (decoder.finished) void readToEnd(reader)
      else await reader.cancel().catch(ignore)
    }
  }
}

type Data = { readonly data: string }

type Source = { readonly reader: Reader; push(chunk: Uint8Array | undefined): readonly Data[] }

/** The data of the events of an answer; a server that does not stream gives its whole answer as one. */
async function eventsOf(response: Response, provider: string): Promise<Source> {
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || type.startsWith('text/html')) {
    await response.body?.cancel()
    throw cutOff(provider, `it sent ${response.body === null ? 'no body' : `a page (${type})`} with status ${response.status}`)
  }
  const reader = response.body.getReader() as Reader
  if (type.startsWith('application/json')) return { reader, push: wholeText() }
  const events = new SseDecoder()
  return { reader, push: (chunk) => (chunk === undefined ? events.end() : events.push(chunk)) }
}

function wholeText(): Source['push'] {
  const decoder = new TextDecoder()
  let text = ''
  return (chunk) => {
    text += chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    return chunk === undefined ? [{ data: text }] : []
  }
}

/** What came before a failure is still said. */
function decodeAll(decoder: Decoder, events: readonly Data[]): { batch: LlmEvent[]; failure: { readonly error: unknown } | undefined } {
  const batch: LlmEvent[] = []
  try {
    for (const { data } of events) {
      // What some proxies send to keep a connection alive.
      if (data === '') continue
      decoder.read(data, batch)
      if (decoder.finished) break
    }
    return { batch, failure: undefined }
  } catch (error) {
    return { batch, failure: { error } }
  }
}

type End = {
  readonly decoder: Decoder
  readonly batch: LlmEvent[]
  readonly response: Response
  readonly firstTokenMs: number | undefined
  readonly durationMs: number
}

function doneEvent({ decoder, batch, response, firstTokenMs, durationMs }: End): LlmDone {
  const { message, stopReason, usage, responseId, responseModel } = decoder.end(batch)
  const requestId = response.headers.get('x-request-id')
  return {
    type: 'done',
    message,
    usage: usage ?? noUsage,
    stopReason,
    meta: {
      ...(responseId === undefined ? {} : { responseId }),
      ...(responseModel === undefined ? {} : { responseModel }),
      ...(requestId === null ? {} : { requestId }),
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
      durationMs,
      ...(usage === undefined ? { usageMissing: true } : {}),
    },
  }
}

/** Reads what is left of a finished answer, so that its connection can serve the next request. */
async function readToEnd(reader: Reader): Promise<void> {
  const stop = systemHost().clock.timer(CLOSING_MS, () => void reader.cancel().catch(ignore))
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is whole already; how its connection ends does not matter.
  } finally {
    stop()
  }
}

const ignore = (): void => {}
