/** Ends a run after so many turns; the last one answers without tools from what there is. */
import { defineMiddleware, type Middleware } from '../loop/middleware.ts'
import { userText } from '../model/message.ts'

export const DEFAULT_TURNS = 50

const LAST_TURN = 'This is your last turn and no tools are left. Answer now from what you know, and say what is unfinished.'

export function turnLimit(limit: number = DEFAULT_TURNS): Middleware {
  return defineMiddleware({
    name: 'turn-limit',
    start: () => ({
      prepareTurn: (draft) =>
        draft.turn < limit
          ? draft
          : { ...draft, toolChoice: 'none', messages: limit === 1 ? draft.messages : [...draft.messages, userText(LAST_TURN)] },
      decideNext: ({ turn }) => (turn >= limit ? { type: 'stop', reason: 'turn_limit' } : undefined),
    }),
  })
}
