/** Ends a run after so many turns; the last one answers without tools from what there is. */
import { AgentError } from '../base/errors.ts'
import { defineMiddleware, type Middleware, resultOf } from '../loop/middleware.ts'
import { userText } from '../model/message.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import { failed } from '../model/tool.ts'

export const DEFAULT_TURNS = 50

const LAST_TURN = 'This is your last turn and no tools are left. Answer now from what you know, and say what is unfinished.'

/** What the model said beside a call is no answer: a caller who looks at `completed` must not take it for one. */
const unanswered = (limit: number, name: string): AgentError =>
  new AgentError(
    'budget_exhausted',
    `The run used its ${limit} turns without an answer: in the last one the model still called '${name}'. Raise budget.perRun.turns, or ask for less`,
  )

export function turnLimit(limit: number = DEFAULT_TURNS): Middleware {
  return defineMiddleware({
    name: 'turn-limit',
    start: (run) => ({
      prepareTurn: (draft) =>
        draft.turn < limit
          ? draft
          : { ...draft, toolChoice: 'none', messages: limit === 1 ? draft.messages : [...draft.messages, userText(LAST_TURN)] },
      async wrapToolCall(invocation, next) {
        const { name } = invocation.call
        if (invocation.settled || (run.state().run?.turn ?? 0) < limit || name === STRUCTURED_OUTPUT_TOOL) return next(invocation)
        return resultOf(failed(`'${name}' did not run: in the last turn of a run no tools are left.`, { kind: 'cancelled' }))
      },
      decideNext({ turn, calls }) {
        // An answer that is held to a schema is judged before it is the last word.
        if (turn < limit || run.output !== undefined) return undefined
        const [refused] = calls
        return refused === undefined ? { type: 'stop', reason: 'turn_limit' } : { type: 'fail', error: unanswered(limit, refused.name) }
      },
    }),
  })
}
