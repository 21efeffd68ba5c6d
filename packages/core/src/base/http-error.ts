/** From an HTTP status to an error code, and when to come back: what every model adapter needs. */
import { AgentError, type ErrorCode } from './errors.ts'

const UNAVAILABLE: ReadonlySet<number> = new Set([408, 409, 425, 500, 502, 503, 504, 529])

/** Milliseconds that `Retry-After` asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3). Undefined when it says nothing usable. */
export function retryAfterMs(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined
  const wait = Math.round(Number(value) * 1000)
  if (Number.isFinite(wait)) return wait >= 0 ? wait : undefined
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

export function codeForStatus(status: number): ErrorCode {
  if (status === 429) return 'llm_rate_limited'
  if (status === 401 || status === 403) return 'llm_unauthorized'
  if (UNAVAILABLE.has(status) || status >= 500) return 'llm_unavailable'
  return 'llm_rejected'
}

export type HttpFailure = {
  readonly status: number
  readonly provider: string
  /** What the provider said. Cut at 4,000 characters. */
  readonly message: string
  readonly retryAfter?: string | null
  /** Milliseconds since the epoch, to read a `Retry-After` date against. */
  readonly now: number
  readonly requestId?: string | undefined
  /** Overrides the code of the status, e.g. `context_overflow` where the body says so. */
  readonly code?: ErrorCode
  /** Overrides the default of the code, e.g. false for a quota that is used up. */
  readonly retryable?: boolean
  /** The provider turned it away before any work, so that nobody pays for it. Default: nobody knows, and budgets count the worst case. */
  readonly refused?: boolean
}

/** The error that a model adapter throws for an HTTP answer that is not a success. */
export function httpError({ status, provider, message, retryAfter, now, requestId, code, retryable, refused }: HttpFailure): AgentError {
  const wait = retryAfterMs(retryAfter, now)
  return new AgentError(code ?? codeForStatus(status), `${provider} answered ${status}: ${message.slice(0, 4000)}`, {
    ...(retryable === undefined ? {} : { retryable }),
    details: {
      status,
      ...(refused === true ? { refused } : {}),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  })
}
