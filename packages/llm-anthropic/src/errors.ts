/** From what the provider, the SDK or the connection threw to a coded error. */
import { AgentError, httpError, isAgentError, toMessage, type ErrorCode } from '@seamfold/core/kit'
import type { WireError } from './wire.ts'

const PROVIDER = 'Anthropic'

/** The status that an error type has outside of a stream (platform.claude.com, "Errors"). */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** It had no room to begin, which it does not charge for. */
const OVERLOADED = 529

const TOO_LONG = /prompt is too long|exceeds? (the )?context (limit|window)|maximum context length|too many total text bytes/i

/** What of the SDK's `APIError` we read; looked at by shape, so that the SDK need not be loaded to tell it. */
type ApiFailure = Error & { readonly status: number; readonly headers?: Headers; readonly error?: unknown }

const isApiFailure = (error: unknown): error is ApiFailure =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

export type Circumstances = {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What the host asked for; undefined when it set no limit. */
  readonly timeoutMs: number | undefined
}

/** The error for a request that got no answer, or one that is not a success. Errors that are ours already pass untouched. */
export function requestError(error: unknown, { now, timeoutMs }: Circumstances): AgentError {
  if (isAgentError(error)) return error
  if (isApiFailure(error)) return statusError(error, now)
  if (!(error instanceof Error)) return unavailable('the connection failed', error)
  if (isAgentError(error.cause)) return error.cause
  // Node's own limits come as the same error.
  if (error.name === 'APIConnectionTimeoutError' && timeoutMs !== undefined)
    return new AgentError('timeout', `${PROVIDER} sent no answer within ${timeoutMs} ms. Raise timeoutMs, or leave it out`, {
      cause: error,
    })
  return unavailable(deepestMessage(error), error)
}

/** The error for an `error` event in the middle of a stream. */
export function streamError(said: WireError | undefined, requestId: string | undefined): AgentError {
  const type = said?.type ?? 'api_error'
  const status = STATUS[type] ?? 500
  const message = `${type}: ${said?.message ?? 'no message'} (in mid-stream)`
  return httpError({ status, provider: PROVIDER, message, now: 0, requestId, ...overflow(status, message) })
}

/** The error for an answer that is not whole or not readable: it may come through when asked for again. */
export const unavailable = (what: string, cause?: unknown): AgentError =>
  new AgentError('llm_unavailable', `${PROVIDER} gave no whole answer: ${what}`, { cause })

const KEY = ' (the key is read from the apiKey option or ANTHROPIC_API_KEY)'

/** By status, what the provider's words leave out. */
const WHERE_TO_LOOK: Readonly<Record<number, string>> = { 401: KEY, 403: KEY, 404: ' (look at the options model and baseURL)' }

function statusError(error: ApiFailure, now: number): AgentError {
  const { status, headers } = error
  // Without a body that is JSON the SDK's message is the status and then the body's text.
  const message = saidIn(error.error)?.message ?? (error.message.replace(/^\d{3} (?:status code \(no body\)$)?/, '') || 'it gave no reason')
  return httpError({
    status,
    provider: PROVIDER,
    message: `${message}${WHERE_TO_LOOK[status] ?? ''}`,
    retryAfter: retryAfter(headers),
    now,
    requestId: headers?.get('request-id') ?? undefined,
    ...overflow(status, message),
    ...toldToRetry(headers),
    refused: status === OVERLOADED,
  })
}

const overflow = (status: number, message: string): { code?: ErrorCode } =>
  status === 413 || (status === 400 && TOO_LONG.test(message)) ? { code: 'context_overflow' } : {}

/** The provider's own word on whether the same request may succeed later. */
function toldToRetry(headers: Headers | undefined): { retryable?: boolean } {
  const told = headers?.get('x-should-retry')
  return told === 'true' || told === 'false' ? { retryable: told === 'true' } : {}
}

/** Seconds or a date; some servers say it in milliseconds instead. */
function retryAfter(headers: Headers | undefined): string | null {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  return Number.isNaN(milliseconds) ? (headers?.get('retry-after') ?? null) : String(milliseconds / 1000)
}

function saidIn(body: unknown): WireError | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
  const { error } = body
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? { message: error.message }
    : undefined
}

/** Under "Connection error." and "fetch failed" lies what really happened. */
function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : toMessage(error)
}
