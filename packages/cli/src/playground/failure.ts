/** What goes wrong in a request, as a status and words. */
import { isAgentError, toMessage, type ErrorCode } from '@seamfold/core/kit'

/** Codes of the server itself, beside those of the runtime. */
export type HttpCode =
  | 'agent_busy'
  | 'agent_gone'
  | 'bad_request'
  | 'body_too_large'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'method_not_allowed'
  | 'not_found'
  | 'pages_missing'
  | 'unauthorized'
  | 'unsupported_media_type'
  | 'works_for_another'

/** A request that is answered with an error. */
export class RequestFailure extends Error {
  readonly status: number
  readonly code: HttpCode

  constructor(status: number, code: HttpCode, message: string) {
    super(message)
    this.name = 'RequestFailure'
    this.status = status
    this.code = code
  }
}

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  unsupported: 400,
  llm_unauthorized: 400,
  session_not_found: 404,
  request_not_found: 404,
  session_busy: 409,
  session_held: 409,
  session_lost: 409,
  session_closed: 409,
  store_conflict: 409,
  store_corrupt: 409,
  store_newer: 409,
  cursor_invalid: 410,
  cursor_diverged: 410,
  recovery_exhausted: 409,
  budget_exhausted: 402,
  llm_rate_limited: 429,
  store_unavailable: 503,
  llm_unavailable: 503,
}

export type FailureReply = { readonly status: number; readonly body: { readonly code: string; readonly message: string } }

/** How any failure is told to the other side. */
export function failureReply(error: unknown): FailureReply {
  if (error instanceof RequestFailure) return { status: error.status, body: { code: error.code, message: error.message } }
  if (isAgentError(error)) return { status: statuses[error.code] ?? 500, body: { code: error.code, message: error.message } }
  return { status: 500, body: { code: 'internal', message: toMessage(error) } }
}
