/** Sends one request through the official SDK, loaded at the first call, and gives the answer's bytes as they come. */
import type { Anthropic } from '@anthropic-ai/sdk'
import type { Clock } from '@seamfold/core/kit'
import { requestError, unavailable, type Circumstances } from './errors.ts'

export type TransportSettings = {
  readonly apiKey: string | undefined
  readonly baseURL: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch | undefined
  /** Milliseconds to the start of the answer; undefined means no limit. */
  readonly timeoutMs: number | undefined
  readonly clock: Pick<Clock, 'now' | 'timer'>
}

/** One answer under way. */
export interface Connection {
  readonly requestId: string | undefined
  readonly contentType: string | undefined
  /** The next bytes, or undefined at the end. Throws `llm_unavailable` when the connection breaks. */
  read(): Promise<Uint8Array | undefined>
  /** Gives up the rest and closes the connection. */
  cancel(): void
  /** Lets the connection be used again after a whole answer: reads its end, or closes it when that does not come. */
  settle(): void
}

/** What a timer can wait at most; the SDK always sets one. */
const NO_LIMIT_MS = 2 ** 31 - 1

/** Milliseconds to wait for the end of a body whose last event has been read. */
const SETTLE_MS = 1000

export type Send = (body: Uint8Array, signal: AbortSignal) => Promise<Connection>

/** Gives the function that sends. Throws coded errors; never retries. */
export function transport(settings: TransportSettings): Send {
  let client: Promise<Anthropic> | undefined
  return async (body, signal) => {
    try {
      client ??= openClient(settings)
      const sdk = await client
      // Bytes pass through the SDK unchanged; an object would be serialised again.
      const sent = sdk.post('/v1/messages', {
        body,
        headers: { 'content-type': 'application/json' },
        stream: true,
        signal,
        maxRetries: 0,
      })
      return connection(await sent.asResponse(), settings)
    } catch (error) {
      throw requestError(error, circumstances(settings))
    }
  }
}

async function openClient({ apiKey, baseURL, headers, fetch, timeoutMs = NO_LIMIT_MS }: TransportSettings): Promise<Anthropic> {
  const sdk = await import('@anthropic-ai/sdk')
  return new sdk.Anthropic({
    // A key that is never sent keeps the SDK from looking for credentials elsewhere; the headers authenticate.
    apiKey: apiKey ?? 'none',
    defaultHeaders: { ...(apiKey === undefined && { authorization: null }), ...headers },
    maxRetries: 0,
    timeout: timeoutMs,
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(fetch === undefined ? {} : { fetch }),
  })
}

const circumstances = ({ clock, timeoutMs }: TransportSettings): Circumstances => ({ now: clock.now(), timeoutMs })

function connection({ body, headers }: Response, settings: TransportSettings): Connection {
  if (body === null) throw unavailable('it has no body')
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  return {
    requestId: headers.get('request-id') ?? undefined,
    contentType: headers.get('content-type') ?? undefined,
    cancel,
    async read() {
      try {
        const { value } = await reader.read()
        return value
      } catch (error) {
        throw requestError(error, circumstances(settings))
      }
    },
    settle() {
      const stop = settings.clock.timer(SETTLE_MS, cancel)
      void reader
        .read()
        .then(({ done }) => done || cancel(), cancel)
        .finally(stop)
    },
  }
}
