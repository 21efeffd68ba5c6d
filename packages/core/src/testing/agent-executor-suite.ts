/** The promises of the executor seam as data: run it against your executor with `runConformance`. */
import { cancelCases } from './agent-executor-cancel-cases.ts'
import { eventCases } from './agent-executor-event-cases.ts'
import type { ExecutorSubject } from './agent-executor-fixtures.ts'
import { outcomeCases } from './agent-executor-outcome-cases.ts'
import type { Suite } from './conformance.ts'

/** The subject says how to reach an executor whose far side is a given function: in this process, behind a socket, … */
export const agentExecutorSuite: Suite<ExecutorSubject> = {
  seam: 'AgentExecutor',
  cases: [...outcomeCases, ...eventCases, ...cancelCases],
}
