/** The seam to wherever agent steps run: this process, a worker, another machine. */
import type { Envelope } from '../model/event.ts'
import type { AgentStepSpec, StepOutcome } from '../model/step.ts'

export interface ExecuteOptions {
  readonly signal: AbortSignal
  /** Called in order, for every event of the step, never after the promise settled. */
  onEvent?(envelope: Envelope): void
}

/**
 * Runs agent steps.
 *
 * Contract:
 * - A step that fails resolves with `status: 'failed'`; only `signal.reason` rejects. [executor.failure]
 * - The outcome carries the spec's `taskId` and `agent` and arrives whole. [executor.outcome]
 * - Events arrive in order, and none after the promise settled. [executor.events]
 * - When the signal fires the work stops, on the far side too, and the promise rejects with the reason. [executor.cancel]
 * - A signal that fired before the call starts nothing. [executor.cancelled_before]
 * - Steps that run at once do not mix their events or outcomes. [executor.concurrent]
 */
export interface AgentExecutor {
  readonly contract: 1
  /** How many steps make sense at once. Advice to the caller, not a limit. Default: 8. */
  readonly concurrencyHint?: number
  executeStep(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepOutcome>
}
