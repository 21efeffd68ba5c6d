/** The seam to wherever agent steps run: this process, a worker, another machine. */
import type { Envelope } from '../model/event.ts'
import type { AgentStepSpec, StepOutcome } from '../model/step.ts'

export interface ExecuteOptions {
  readonly signal: AbortSignal
  /** Called in order, for every event of the step, never after the promise settled. Where a reader is far too slow, live events may be left out; facts never. */
  onEvent?(envelope: Envelope): void
}

/**
 * Runs agent steps.
 *
 * Contract:
 * - A step that fails resolves with `status: 'failed'` and says why; only `signal.reason` rejects. [executor.failure, executor.failure_value]
 * - The code of an error is the outcome's `code`. [executor.failure_code]
 * - The outcome carries the spec's `taskId` and `agent`. [executor.identity]
 * - The outcome arrives whole, whatever its status and size. [executor.outcome, executor.outcome_large, executor.suspended]
 * - Events arrive whole, in order and once each, before the promise settles, large ones too. [executor.events, executor.events_large]
 * - None arrives after the promise settled, and none to a listener that cancelled. [executor.events_late, executor.cancel_in_listener]
 * - Nobody needs to listen, and a listener that throws fails its own step only. [executor.no_listener, executor.listener_throws]
 * - When the signal fires the work stops, on the far side too, and the promise rejects with the reason. [executor.cancel]
 * - It rejects at once, also when the work does not stop, and leaves nothing on the signal. [executor.cancel_ignored, executor.signal_left]
 * - Cancelling one step leaves the others alone, and cancelling all stops all. [executor.cancel_one, executor.cancel_all]
 * - A signal that fired before the call starts nothing. [executor.cancelled_before]
 * - Steps that run at once do not mix their events or outcomes, also of one `taskId`. [executor.concurrent, executor.same_task]
 * - More steps than `concurrencyHint` wait, or run: each gets its outcome. [executor.many]
 */
export interface AgentExecutor {
  readonly contract: 1
  /** How many steps make sense at once. Advice to the caller, not a limit. Default: 8. */
  readonly concurrencyHint?: number
  executeStep(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepOutcome>
}
