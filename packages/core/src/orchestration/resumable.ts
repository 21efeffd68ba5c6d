/** Steps side by side that are resumed: what was done before is not done again. */
import { AgentError } from '../base/errors.ts'
import { orderedParallel } from '../base/ordered-parallel.ts'
import type { StepOutcome } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { assertSteps } from './check-steps.ts'
import { WorkflowRoot } from './workflow-root.ts'
import type { JournalOptions, StepOptions, WorkflowStep } from './workflow-types.ts'

export interface ResumableOptions extends StepOptions, JournalOptions {
  /** The same id goes on where it stood. */
  readonly workflowId: string
  readonly store: SessionStore
}

/**
 * `executeStepsParallel` with a journal in `store`: steps that completed under this `workflowId` before are not run again, those
 * that failed are. When all have completed the journal is deleted, so that the same id begins anew. Throws `step_changed`,
 * `workflow_held`, `workflow_lost`, and what the store throws: where the journal cannot be read nothing runs.
 */
export async function executeStepsParallelResumable(
  executor: AgentExecutor,
  steps: readonly WorkflowStep[],
  { workflowId, onEvent, ...options }: ResumableOptions,
): Promise<StepOutcome[]> {
  if (workflowId === '') throw new AgentError('invalid_argument', 'A workflowId must not be empty: it is what the steps are found again by')
  assertSteps(steps)
  const root = new WorkflowRoot({
    executor,
    rootId: workflowId,
    ...options,
    ...(onEvent === undefined ? {} : { onStepEvent: onEvent }),
  })
  try {
    const runner = await root.runner(steps.length)
    const planned = steps.map((step) => runner.plan(step, step.taskId))
    const outcomes = await orderedParallel(planned, runner.limit, (each) => runner.run(each))
    await root.close({ discard: outcomes.every(({ success }) => success) })
    return outcomes
  } finally {
    await root.close()
  }
}
