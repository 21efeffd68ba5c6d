/** What a run knows of its tasks, and of what is left for more, as a fold over its session's facts. */
import { foldSpent, NOTHING_SPENT, type Spent } from '../middleware/run-budget.ts'
import type { Middleware } from '../loop/middleware.ts'
import type { Price } from '../model/usage.ts'
import { type Children, foldChildren, NO_CHILDREN } from './children.ts'

export type TaskState = { readonly children: Children; readonly used: Spent; readonly usedInSession: Spent }

export function taskState(price: Price | undefined): Required<Pick<Middleware<TaskState>, 'initial' | 'fold'>> {
  const [inRun, inSession] = [foldSpent({ price, scope: 'run' }), foldSpent({ price, scope: 'session' })]
  return {
    initial: { children: NO_CHILDREN, used: NOTHING_SPENT, usedInSession: NOTHING_SPENT },
    fold(state, fact) {
      const [children, used, usedInSession] = [
        foldChildren(state.children, fact),
        inRun(state.used, fact),
        inSession(state.usedInSession, fact),
      ]
      const same = children === state.children && used === state.used && usedInSession === state.usedInSession
      return same ? state : { children, used, usedInSession }
    },
  }
}
