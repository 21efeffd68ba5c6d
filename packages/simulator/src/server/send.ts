/** Sends text over a connection in chunks of a given size, at a given pace. */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../base/clock.ts'
import type { Pace } from '../model/turn.ts'
import type { SendPlan } from './plan.ts'

export const defaultPace: Pace = { firstByteMs: 0, betweenChunksMs: 0, chunkBytes: undefined, deltaCharacters: 24, lineEnding: '\n' }

type Sending = { readonly pace: Pace; readonly clock: Clock; readonly signal: AbortSignal }

/** The network writes: cut by size, anywhere, or one per part. */
function* chunksOf(plan: SendPlan, chunkBytes: number | undefined): Generator<Buffer> {
  const whole = plan.cutAfterBytes === undefined && chunkBytes === undefined
  const buffers = whole ? plan.parts.map((part) => Buffer.from(part)) : [Buffer.from(plan.parts.join('')).subarray(0, plan.cutAfterBytes)]
  for (const buffer of buffers) {
    const size = Math.max(1, chunkBytes ?? buffer.length)
    for (let start = 0; start < buffer.length; start += size) yield buffer.subarray(start, start + size)
  }
}

/** Resolves when all is written or the client is gone. The head must not have been sent yet. */
export async function send(response: ServerResponse, plan: SendPlan, { pace, clock, signal }: Sending): Promise<void> {
  try {
    if (pace.firstByteMs > 0) await clock.sleep(pace.firstByteMs, { signal })
    response.flushHeaders()
    let first = true
    for (const chunk of chunksOf(plan, pace.chunkBytes)) {
      if (!first && pace.betweenChunksMs > 0) await clock.sleep(pace.betweenChunksMs, { signal })
      first = false
      if (signal.aborted) return
      if (!response.write(chunk)) await once(response, 'drain', { signal })
      // the network joins writes that come in one breath
      if (pace.chunkBytes !== undefined) await setImmediate()
    }
  } catch (error) {
    if (signal.aborted) return // the client went away: nobody is left to be told
    throw error
  }
  if (plan.ending === 'finish') {
    response.end()
    return
  }
  // what was written reaches the client before the connection breaks
  response.socket?.destroySoon()
}
