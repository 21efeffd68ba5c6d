/** The outcome of a step that did nothing. */
import type { AgentStepSpec, StepOutcome } from '@seamfold/core/kit'

const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

export const outcomeOf = ({ taskId, agent }: AgentStepSpec): StepOutcome => ({
  taskId,
  sessionId: `task-run-${taskId}`,
  agent,
  output: 'done',
  success: true,
  status: 'completed',
  usage,
})
