/** What a command says to the shell when it ends. */
import type { RunResult } from '@seamfold/core'
import { type ErrorCode, isAgentError } from '@seamfold/core/kit'

export const EXIT = { completed: 0, failed: 1, usage: 2, suspended: 3 } as const

/** Wrong from the outset: nothing was done. */
const USAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid_argument',
  'unsupported',
  'session_not_found',
  'session_busy',
  'request_not_found',
  'cursor_invalid',
  'cursor_diverged',
  'llm_unauthorized',
  'store_corrupt',
  'store_newer',
])

export const exitCodeOfError = (error: unknown): number => (isAgentError(error) && USAGE.has(error.code) ? EXIT.usage : EXIT.failed)

/** `interrupted` is the code of the signal that stopped the run, where one did. */
export function exitCodeOfRun(result: RunResult, interrupted: number | undefined): number {
  switch (result.status) {
    case 'completed':
      return EXIT.completed
    case 'failed':
      return EXIT.failed
    case 'cancelled':
      return interrupted ?? EXIT.failed
    case 'suspended':
      return interrupted ?? EXIT.suspended
  }
}
