/** `askerOf`: who goes on with the run of a session that a task or a step began. */
import { isAgentError } from '../base/errors.ts'
import { isChildRun } from '../model/session-state.ts'
import { workflowOf } from '../orchestration/stored-workflows.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { openSession } from './view.ts'

export type Asker = {
  /** The outermost session that is known here: what is asked below is asked on its run, and answered there. */
  readonly sessionId: string
  /** That session is itself a step: whoever gave it goes on with it, and no session does. */
  readonly isStep: boolean
  /** The workflow whose step it is, where this store has it: run that root again. */
  readonly rootId?: string
}

/**
 * Undefined where nobody asked for the run: then its session is to be resumed. Told by the session and those above it, and for a step by
 * the logs of the workflows in this store. Throws `session_not_found`.
 */
export async function askerOf(store: SessionStore, sessionId: string): Promise<Asker | undefined> {
  const seen = new Set<string>()
  for (let id = sessionId; ;) {
    const state = await stateOf(store, id, seen)
    const outside = { sessionId: id, isStep: false }
    if (state?.run === undefined || !isChildRun(state.run, state.metadata)) return seen.size > 1 ? outside : undefined
    const { parentSessionId } = state.metadata
    if (typeof parentSessionId !== 'string') {
      const rootId = await workflowOf(store, id)
      return { ...outside, isStep: true, ...(rootId === undefined ? {} : { rootId }) }
    }
    id = parentSessionId
  }
}

/** Undefined for a session above that is not in this store, and where they lead back to each other. */
async function stateOf(store: SessionStore, id: string, seen: Set<string>) {
  const first = seen.size === 0
  if (seen.has(id)) return undefined
  seen.add(id)
  try {
    return await (await openSession(store, id)).state()
  } catch (error) {
    if (first || !isAgentError(error, 'session_not_found')) throw error
    return undefined
  }
}
