/** Events as server-sent events (WHATWG HTML, section 9.2), with cursors as ids so that a browser resumes by itself. */
import type { Envelope } from '../model/event.ts'

export type EventStreamOptions = {
  /** Milliseconds that the client is told to wait before it reconnects. Default: 1000. */
  readonly retryMs?: number
}

/**
 * A body for a web response of type `text/event-stream`. Reads only as fast as the client does; cancelling it stops reading.
 * Only facts carry an `id`: a client that reconnects with `Last-Event-ID` goes on after the last fact that it has.
 */
export function toEventStream(events: AsyncIterable<Envelope>, { retryMs = 1000 }: EventStreamOptions = {}): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`)),
    async pull(controller) {
      try {
        const { done, value } = await iterator.next()
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(frame(value)))
      } catch (error) {
        controller.error(error)
      }
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

const frame = (envelope: Envelope): string => `${envelope.durable ? `id: ${envelope.cursor}\n` : ''}data: ${JSON.stringify(envelope)}\n\n`
