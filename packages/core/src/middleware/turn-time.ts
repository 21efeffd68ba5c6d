/** Bounds one turn's model call in time, retries included. */
import { AgentError } from '../base/errors.ts'
import { childSignal } from '../base/signals.ts'
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'

/** `turnMs` in milliseconds. Past it the run fails with `timeout`. */
export function turnTime(turnMs: number): Middleware {
  return defineMiddleware({
    name: 'turn-time',
    start: ({ host: { clock } }) => ({
      async *wrapModelCall(call, next) {
        const child = childSignal(call.signal)
        const stop = clock.timer(turnMs, () =>
          child.abort(new AgentError('timeout', `Turn ${call.turn} had no whole answer within ${turnMs} ms`, { retryable: false })),
        )
        try {
          yield* next({ ...call, signal: child.signal })
        } finally {
          stop()
          child.release()
        }
      },
    }),
  })
}
