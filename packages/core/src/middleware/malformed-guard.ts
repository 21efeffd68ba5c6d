/** Ends a run whose model keeps writing arguments that are not JSON. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'

const DEFAULT_MALFORMED = 3

/** Counts malformed calls in a row, over turns; any good call starts the count again. */
export function malformedGuard(limit: number = DEFAULT_MALFORMED): Middleware {
  return defineMiddleware<number>({
    name: 'malformed-guard',
    initial: 0,
    fold: (count, fact) => {
      if (fact.type === 'agent_start') return 0
      if (fact.type !== 'tool_end') return count
      return fact.errorKind === 'malformed_input' ? count + 1 : 0
    },
    start: (run, count) => ({
      decideNext: () =>
        count() < limit
          ? undefined
          : {
              type: 'fail',
              error: new AgentError(
                'llm_rejected',
                `The model ${run.model.id} wrote tool arguments that are not JSON ${count()} times in a row`,
              ),
            },
    }),
  })
}
