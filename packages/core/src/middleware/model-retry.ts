/** Tries a turn's model call again when the failure may pass: the one place in the system that does. */
import { isAgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, type RunContext } from '../loop/middleware.ts'

export type ModelRetryOptions = {
  /** Tries of one turn in all. Default: 5. */
  readonly attempts?: number
  /** Milliseconds before the second try; doubles each time, ±25 %. Default: 500. */
  readonly baseDelayMs?: number
  /** The longest wait in milliseconds; a provider that asks for more ends the run. Default: 30,000 without, 300,000 with `Retry-After`. */
  readonly maxDelayMs?: number
}

const DEFAULT_ATTEMPTS = 5
const BASE_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
const MAX_RETRY_AFTER_MS = 300_000

export function modelRetry({ attempts = DEFAULT_ATTEMPTS, baseDelayMs = BASE_DELAY_MS, maxDelayMs }: ModelRetryOptions = {}): Middleware {
  return defineMiddleware({
    name: 'model-retry',
    start: (run) => ({
      async *wrapModelCall(call, next) {
        for (let attempt = 1; ; attempt++) {
          try {
            return yield* next(call)
          } catch (error) {
            if (call.signal.aborted || attempt >= attempts || !isAgentError(error) || !error.retryable) throw error
            const delayMs = delay({ attempt, asked: error.details.retryAfterMs, baseDelayMs, maxDelayMs, run })
            if (delayMs === undefined) throw error
            run.emit({ type: 'model_retry', turn: call.turn, attempt, code: error.code, message: error.message, delayMs })
            await run.host.clock.sleep(delayMs, { signal: call.signal })
          }
        }
      },
    }),
  })
}

type DelayInput = {
  readonly attempt: number
  readonly asked: unknown
  readonly baseDelayMs: number
  readonly maxDelayMs: number | undefined
  readonly run: RunContext
}

/** What the provider asks for, or a growing pause. Undefined when it asks for more than anybody waits. */
function delay({ attempt, asked, baseDelayMs, maxDelayMs, run }: DelayInput): number | undefined {
  if (typeof asked === 'number') return asked <= (maxDelayMs ?? MAX_RETRY_AFTER_MS) ? asked : undefined
  const pause = Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs ?? MAX_DELAY_MS)
  return Math.round(pause * (0.75 + run.host.random() * 0.5))
}
