/** The one error class of Seamfold, its closed list of codes, and the test that works across duplicate installs. */
import { present } from './present.ts'

/** Every failure that this library throws has one of these codes. Adapters use the same list. */
export type ErrorCode =
  | 'invalid_argument' // the caller passed something wrong: fix the call
  | 'unsupported' // this adapter cannot do that
  | 'contract_violation' // an adapter broke the contract of its seam: fix the adapter
  | 'cancelled' // a signal fired
  | 'timeout' // a deadline of ours passed
  | 'session_busy' // a run is under way or waiting in this session
  | 'session_held' // another live process may write this session
  | 'session_lost' // another process took the session from us
  | 'session_closed' // the session or its agent was closed
  | 'session_not_found' // there is no such session in the store
  | 'executor_unavailable' // nobody could take the step, or say how it ended: it may have begun
  | 'workflow_held' // another live process runs this workflow
  | 'workflow_lost' // another process took the workflow from us
  | 'workflow_suspended' // a step waits for an answer: answer, and run the workflow again
  | 'step_changed' // a step's id was used before for another question
  | 'request_not_found' // no pending request has that id
  | 'cursor_invalid' // not a cursor of this session
  | 'cursor_diverged' // a cursor of another branch of this session
  | 'recovery_exhausted' // resuming was tried too often without progress
  | 'budget_exhausted' // a budget said no
  | 'llm_unavailable' // transport, overload or 5xx: worth retrying
  | 'llm_rate_limited' // the provider asks to wait: worth retrying
  | 'llm_rejected' // the provider refused the request: retrying cannot help
  | 'llm_unauthorized' // the key is missing or wrong
  | 'context_overflow' // the conversation does not fit the model's window
  | 'output_invalid' // the model could not produce the structured output
  | 'store_conflict' // someone else appended first
  | 'store_unavailable' // the store cannot be read or written now
  | 'store_corrupt' // stored bytes do not parse or do not verify
  | 'store_newer' // written by a newer version: upgrade to read it
  | 'run_failed' // a run ended otherwise than completed, and the caller asked for an error then
  | 'internal' // a bug in this library

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['llm_unavailable', 'llm_rate_limited', 'timeout', 'store_conflict', 'store_unavailable'])

const BRAND: unique symbol = Symbol.for('seamfold.agent-error') as never

/** What may be said of an error beside its code and message. */
export interface AgentErrorOptions {
  readonly cause?: unknown
  /** Overrides the default of the code. */
  readonly retryable?: boolean
  /** Values that a program may read; plain JSON, e.g. `{ status: 429, retryAfterMs: 2000 }`. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** A failure with a stable code. The message says what happened, with the values, and the way out. */
export class AgentError extends Error {
  readonly code: ErrorCode
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, { cause, retryable = RETRYABLE.has(code), details = {} }: AgentErrorOptions = {}) {
    super(message, present({ cause }))
    this.name = 'AgentError'
    this.code = code
    this.retryable = retryable
    this.details = details
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Tell one of our errors, whichever copy of this package threw it. */
export function isAgentError(value: unknown, code?: ErrorCode): value is AgentError {
  if (!(value instanceof Error) || !(BRAND in value)) return false
  return code === undefined || ('code' in value && value.code === code)
}

/** The provider turned an attempt away before any work, as its adapter says with `details.refused`, so that it took nothing. */
export const wasRefused = (error: unknown): boolean =>
  isAgentError(error) && (error.code === 'llm_rate_limited' || error.details.refused === true)

/** The words of whatever was thrown. */
export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
