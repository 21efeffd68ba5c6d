/** Leads who answers or resumes a step or a task to whoever asked for it: only there its agent has its limits. */
import { type Asker, askerOf, openSession, type SessionView } from '@seamfold/core'
import { isAgentError, type SessionStore } from '@seamfold/core/kit'
import { RequestFailure } from './failure.ts'

/** Who asked for the run of a session that is not finished. Undefined also where nothing is stored of it yet. */
export async function askerIn(store: SessionStore, id: string): Promise<Asker | undefined> {
  const { run } = (await (await stored(store, id))?.state()) ?? {}
  return run?.status === 'executing' || run?.status === 'suspended' ? askerOf(store, id) : undefined
}

type Asked = { readonly id: string; readonly requestId: string; readonly asker: Asker | undefined }

/** The session in which a request is answered: what a task asks is asked on the run outside as well, which goes on with it. */
export async function askedIn(store: SessionStore, { id, requestId, asker }: Asked): Promise<string> {
  const outer = asker === undefined || asker.sessionId === id ? undefined : await stored(store, asker.sessionId)
  const waiting = (await outer?.waitingFor()) ?? []
  return outer !== undefined && waiting.some((request) => request.requestId === requestId) ? outer.id : id
}

/** Throws for an unfinished run that somebody else goes on with. */
export async function refuseAsked(store: SessionStore, id: string): Promise<void> {
  const asker = await askerIn(store, id)
  if (asker === undefined) return
  const { rootId, isStep, sessionId } = asker
  const whose = rootId === undefined ? (isStep ? 'the program that gave it' : `session ${sessionId}`) : `workflow ${rootId}`
  throw new RequestFailure(409, 'works_for_another', `Session ${id} works for another: go on with ${whose}.`)
}

const stored = (store: SessionStore, id: string): Promise<SessionView | undefined> =>
  openSession(store, id).catch((error: unknown) => {
    if (isAgentError(error, 'session_not_found')) return undefined
    throw error
  })
