/** Ends a run after so many turns; the last one answers without tools from what there is. */
import { defineMiddleware, type Middleware, resultOf } from '../loop/middleware.ts'
import { userText } from '../model/message.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import { failed } from '../model/tool.ts'

export const DEFAULT_TURNS = 50

const LAST_TURN = 'This is your last turn and no tools are left. Answer now from what you know, and say what is unfinished.'

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
        if ((run.state().run?.turn ?? 0) < limit || name === STRUCTURED_OUTPUT_TOOL) return next(invocation)
        return resultOf(failed(`'${name}' did not run: in the last turn of a run no tools are left.`, { kind: 'cancelled' }))
      },
      // An answer that is held to a schema is judged before it is the last word.
      decideNext: ({ turn }) =>
        turn > limit || (turn === limit && run.output === undefined) ? { type: 'stop', reason: 'turn_limit' } : undefined,
    }),
  })
}
