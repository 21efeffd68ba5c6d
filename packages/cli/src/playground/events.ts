/** Streams a session to one reader, as server-sent events with cursors as ids. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { publicEvents, toEventStream } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { failureReply } from './failure.ts'
import { strictHeaders } from './reply.ts'

export type StreamOptions = {
  readonly response: ServerResponse
  readonly events: (options: { readonly signal: AbortSignal }) => AsyncIterable<Envelope>
  /** Milliseconds between signs of life. */
  readonly heartbeatMs: number
  /** Fires when the server closes. */
  readonly signal: AbortSignal
}

/** Resolves when the reader is gone, the server closes, or reading fails: that is told as an event named `failure`. */
export async function streamEvents({ response, events, heartbeatMs, signal }: StreamOptions): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.once('close', leave)
  signal.addEventListener('abort', leave, { once: true })
  if (signal.aborted) leave()
  response.writeHead(200, { ...strictHeaders, 'cache-control': 'no-store', 'content-type': 'text/event-stream; charset=utf-8' })
  response.write(': here\n\n')
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
  try {
    for await (const chunk of toEventStream(publicEvents(events({ signal: gone.signal })))) {
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal })
    }
  } catch (error) {
    // A reader who left needs no words.
    if (!gone.signal.aborted) response.write(`event: failure\ndata: ${JSON.stringify(failureReply(error).body)}\n\n`)
  } finally {
    clearInterval(heartbeat)
    signal.removeEventListener('abort', leave)
    response.off('close', leave)
    response.end()
  }
}
