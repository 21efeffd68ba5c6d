/** Ends a model call that says nothing for too long, so that it can be tried again. */
import { AgentError } from '../base/errors.ts'
import type { Clock } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'

export type ModelTimeoutOptions = {
  /** Milliseconds from the request to the first content. `0` means no limit. Default: 120,000. */
  readonly firstChunkMs?: number
  /** Milliseconds between contents; what carries none does not count. `0` means no limit. Default: 120,000. */
  readonly chunkMs?: number
}

const DEFAULT_CHUNK_MS = 120_000

export function modelTimeout({ firstChunkMs = DEFAULT_CHUNK_MS, chunkMs = DEFAULT_CHUNK_MS }: ModelTimeoutOptions = {}): Middleware {
  return defineMiddleware({
    name: 'model-timeout',
    start: ({ host: { clock } }) => ({
      async *wrapModelCall(call, next) {
        const child = childSignal(call.signal)
        const watch = idleWatch(clock, (ms, what) =>
          child.abort(new AgentError('timeout', `The model sent no content for ${ms} ms ${what}`)),
        )
        try {
          watch.reset(firstChunkMs, 'after the request')
          for await (const batch of next({ ...call, signal: child.signal })) {
            if (batch.length > 0) watch.reset(chunkMs, 'in the middle of its answer')
            yield batch
          }
        } finally {
          watch.stop()
          child.release()
        }
      },
    }),
  })
}

/** One timer that is moved by writing down a time, so that a delta costs no timer of its own. */
function idleWatch(clock: Clock, expire: (ms: number, what: string) => void): { reset(ms: number, what: string): void; stop(): void } {
  let stop: (() => void) | undefined
  let current = { ms: 0, what: '', since: 0 }
  const arm = (wait: number): void => {
    stop = clock.timer(wait, () => {
      const left = current.since + current.ms - clock.now()
      if (left > 0) arm(left)
      else expire(current.ms, current.what)
    })
  }
  return {
    reset(ms, what) {
      const changed = ms !== current.ms
      current = { ms, what, since: clock.now() }
      if (!changed) return
      stop?.()
      if (ms > 0) arm(ms)
    },
    stop: () => stop?.(),
  }
}
