/** The sessions of one agent as a web page needs them: listed, opened, told apart by who runs them. */
import { openSession, storedSessions, type Agent, type Session } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'
import { emptySummary, summarize, type SessionSummary } from './summary.ts'

/** A summary, and whether the run is under way in this process. */
export type ListedSession = SessionSummary & { readonly active: boolean }

type Kept = { readonly summary: SessionSummary; readonly cursor: string | undefined }

export interface Sessions {
  list(): Promise<readonly ListedSession[]>
  describe(id: string): Promise<ListedSession>
  /** Throws `session_not_found`. */
  open(id: string): Promise<Session>
}

export function sessionsOf(agent: Agent, store: SessionStore): Sessions {
  /** Facts that were read once are not read again. */
  const kept = new Map<string, Kept>()

  const summary = async (id: string): Promise<SessionSummary> => {
    const view = await openSession(store, id)
    let { summary: state, cursor } = kept.get(id) ?? { summary: emptySummary(id), cursor: undefined }
    for await (const envelope of view.events({ follow: false, ...(cursor === undefined ? {} : { after: cursor }) })) {
      state = summarize(state, envelope)
      if (envelope.durable) cursor = envelope.cursor
    }
    kept.set(id, { summary: state, cursor })
    return state
  }

  const open = (id: string): Promise<Session> => agent.session({ id, create: false })

  const describe = async (id: string): Promise<ListedSession> => {
    const [state, session] = await Promise.all([summary(id), agent.listSessions().includes(id) ? open(id) : undefined])
    return { ...state, active: session?.currentRun !== undefined }
  }

  return {
    open,
    describe,
    async list() {
      const found: ListedSession[] = []
      for await (const { id } of storedSessions(store)) found.push(await describe(id))
      return found.toSorted((a, b) => b.updatedAt - a.updatedAt)
    },
  }
}
