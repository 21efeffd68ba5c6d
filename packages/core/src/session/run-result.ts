/** How a run ended, read off its folded state. */
import { AgentError } from '../base/errors.ts'
import { present } from '../base/present.ts'
import { type RunState, waitingOf } from '../model/session-state.ts'
import { waitingWords } from './session-checks.ts'
import type { CompletedRun, RunResult } from './types.ts'

type Base = Pick<CompletedRun, 'runId' | 'sessionId' | 'text' | 'usage' | 'cost'>

const baseOf = ({ id, text, usage, cost }: RunState, sessionId: string): Base => ({
  runId: id,
  sessionId,
  text,
  usage,
  ...present({ cost }),
})

export function resultFrom(run: RunState, sessionId: string): RunResult {
  const base = baseOf(run, sessionId)
  switch (run.status) {
    case 'completed':
      return { ...base, status: 'completed', reason: run.reason ?? 'end_turn', ...present({ output: run.result }) }
    case 'cancelled':
      return { ...base, status: 'cancelled', reason: run.reason ?? 'cancelled' }
    case 'suspended':
      return { ...base, status: 'suspended', waitingFor: waitingOf(run) }
    case 'failed':
    case 'executing': {
      const { code, message, retryable } = run.error ?? { code: 'internal' as const, message: 'The run has not ended', retryable: false }
      return { ...base, status: 'failed', error: new AgentError(code, message, { retryable }) }
    }
  }
}

/** A run that could not say in the journal how it ended. */
export const failedResult = (run: RunState, sessionId: string, error: AgentError): RunResult => ({
  ...baseOf(run, sessionId),
  status: 'failed',
  error,
})

/** The result of a completed run, or an error that says how it ended. */
export function completedOrThrow(result: RunResult): CompletedRun {
  if (result.status === 'completed') return result
  if (result.status === 'failed')
    throw new AgentError('run_failed', `Run ${result.runId} failed: ${result.error.message}`, {
      cause: result.error,
      details: { status: 'failed', code: result.error.code },
    })
  const why =
    result.status === 'cancelled'
      ? `was cancelled: ${result.reason}`
      : `waits for ${waitingWords(result.waitingFor)}: answer and resume the session`
  throw new AgentError('run_failed', `Run ${result.runId} ${why}`, { details: { status: result.status } })
}
