/** What a workspace throws: an error with words for the model and a kind for programs. */
import { AgentError, failed, isAgentError, type ErrorCode, type ToolErrorKind, type ToolResult } from '@seamfold/core/kit'

const CODES: Partial<Record<ToolErrorKind, ErrorCode>> = { cancelled: 'cancelled', timeout: 'timeout', unsupported: 'unsupported' }

/** Make the error that tools turn into a failed result of this kind. */
export const fault = (kind: ToolErrorKind, message: string, cause?: unknown): AgentError =>
  new AgentError(CODES[kind] ?? 'invalid_argument', message, { details: { kind }, ...(cause === undefined ? {} : { cause }) })

/** Read an error as a failed result; what is none of ours is thrown on. */
function faultResult(error: unknown): ToolResult {
  if (!isAgentError(error) || typeof error.details['kind'] !== 'string') throw error
  return failed(error.message, { kind: error.details['kind'] as ToolErrorKind })
}

/** Wrap an `execute`, so that the faults of a workspace become results with their kind. */
export const reporting =
  <Arguments extends readonly unknown[]>(
    execute: (...given: Arguments) => Promise<ToolResult>,
  ): ((...given: Arguments) => Promise<ToolResult>) =>
  (...given) =>
    execute(...given).catch(faultResult)

/** The `code` of a Node system error, or `undefined`. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
