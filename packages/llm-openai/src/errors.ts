/** From what a server or the SDK reports to the error codes of the contract. */
import { AgentError, codeForStatus, httpError, isAgentError, isJsonObject, toMessage, type ErrorCode } from '@seamfold/core/kit'

/** What both protocols say of a failure, whatever frame it came in. */
type Complaint = { readonly status?: number; readonly code: string; readonly type: string; readonly message: string }

type Verdict = { readonly code?: ErrorCode; readonly retryable?: boolean; readonly advice?: string }

/** The error of a request that brought no answer, or of an answer that broke off. */
export function toFailure(error: unknown, provider: string): AgentError {
  if (isAgentError(error)) return error
  const cause = error instanceof Error ? error.cause : undefined
  if (isAgentError(cause)) return cause
  if (isStatusError(error)) return statusFailure(error, provider)
  return new AgentError('llm_unavailable', `${provider} could not be reached or broke off: ${deepestMessage(error)}`, { cause: error })
}

/** Under "Connection error." and "fetch failed" lies what really happened. */
const deepestMessage = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? deepestMessage(error.cause) : toMessage(error)

/** The error of an answer that ended too early or cannot be read. */
export const cutOff = (provider: string, what: string): AgentError =>
  new AgentError(
    'llm_unavailable',
    `${provider} gave no whole answer: ${what}. Try again; if it stays, look at the server or what stands before it`,
  )

/** The error that a server reports inside a stream: an object with `message`, `code` and `type`, or only a text. */
export function streamFailure(reported: unknown, provider: string): AgentError {
  const complaint = complaintOf(reported)
  const { code, retryable, advice } = judge(complaint)
  const named = complaint.code === '' ? '' : ` (${complaint.code})`
  return new AgentError(code ?? 'llm_unavailable', `${provider} failed in mid-answer${named}: ${advised(complaint, advice)}`, {
    ...(retryable === undefined ? {} : { retryable }),
    details: complaint.code === '' ? {} : { providerCode: complaint.code },
  })
}

/** The server's words, cut where they are many, and what to do. */
const advised = ({ message }: Complaint, advice: string | undefined): string =>
  advice === undefined ? message.slice(0, 3800) : `${message.slice(0, 3800).replace(/\.$/, '')}${advice}`

type StatusError = { readonly status: number; readonly error?: unknown; readonly headers?: Headers; readonly message: string }

const isStatusError = (error: unknown): error is StatusError =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'

function statusFailure(error: StatusError, provider: string): AgentError {
  const { status, headers } = error
  // Without a body that is JSON the SDK's message is the status and then the body's text.
  const words = error.message.replace(/^\d{3} (?:status code \(no body\)$)?/, '') || 'it gave no reason'
  const complaint = { ...complaintOf(error.error ?? words), status }
  const { code, retryable, advice } = judge(complaint)
  return httpError({
    status,
    provider,
    message: advised(complaint, advice),
    retryAfter: retryAfterOf(headers) ?? null,
    now: Date.now(),
    requestId: headers?.get('x-request-id') ?? undefined,
    refused: (status === 503 || status === 529) && NO_ROOM.test(complaint.message),
    ...(code === undefined ? {} : { code }),
    ...(retryable === undefined ? {} : { retryable }),
  })
}

/** `retry-after-ms` is OpenAI's own and the more exact of the two. */
function retryAfterOf(headers: Headers | undefined): string | null | undefined {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  return Number.isFinite(milliseconds) ? String(milliseconds / 1000) : headers?.get('retry-after')
}

function complaintOf(reported: unknown): Complaint {
  // Gemini sends a list of one, with the error one level further down.
  if (Array.isArray(reported) && reported.length > 0) return complaintOf(reported[0])
  if (isJsonObject(reported) && isJsonObject(reported['error'])) return complaintOf(reported['error'])
  if (!isJsonObject(reported)) return { code: '', type: '', message: typeof reported === 'string' ? reported : JSON.stringify(reported) }
  const { message, code, type } = reported
  const status = typeof code === 'number' && code >= 400 && code < 600 ? { status: code } : {}
  return { ...status, code: word(code), type: word(type), message: typeof message === 'string' ? message : JSON.stringify(reported) }
}

const word = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const OVERFLOW = /context.?(length|window|size)|maximum context|prompt is too long|input is too long|too many (input )?tokens/i
/** "The engine is currently overloaded" and "Slow Down" (OpenAI, "Error codes"): it had no room to begin. Any other 503 may be of something between. */
const NO_ROOM = /overloaded|slow down/i
const QUOTA: ReadonlySet<string> = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'])
const REJECTED = /^(invalid_|image_|unsupported_|empty_image|failed_to_download|.*_policy|.*content_policy|data_residency)/

function judge({ status, code, type, message }: Complaint): Verdict {
  if (QUOTA.has(code) || QUOTA.has(type)) {
    return {
      code: 'llm_rate_limited',
      retryable: false,
      advice: '. The quota is used up: waiting will not help, look at the plan and billing of this key',
    }
  }
  if (code === 'context_length_exceeded' || type === 'exceed_context_size_error') return { code: 'context_overflow' }
  if ((status === 400 || status === 413 || status === undefined) && OVERFLOW.test(message)) return { code: 'context_overflow' }
  if (code === 'model_not_found') return { code: 'llm_rejected', advice: '. Check the option model, and that this key may use it' }
  if (code === 'invalid_api_key' || status === 401) {
    return { code: 'llm_unauthorized', advice: '. Check the key: the option apiKey, or the variable OPENAI_API_KEY' }
  }
  if (status === 404) return { code: 'llm_rejected', advice: '. Check the base URL and the option model' }
  if (/request too large/i.test(message)) return { code: 'llm_rate_limited', retryable: false }
  if (status !== undefined) return { code: codeForStatus(status) }
  if (/rate_limit/.test(code) || /rate_limit/.test(type)) return { code: 'llm_rate_limited' }
  return REJECTED.test(code) || REJECTED.test(type) ? { code: 'llm_rejected' } : {}
}
