/** The sessions of one agent as a web page needs them: listed, described, opened. */
import { openSession, storedSessions, type Agent, type Session } from '@seamfold/core'
import { isAgentError, type SessionStore } from '@seamfold/core/kit'
import { emptySummary, summarize, type SessionSummary } from './summary.ts'

/** A summary, and whether the run is under way in this process. */
export type ListedSession = SessionSummary & { readonly active: boolean }

type Kept = { readonly summary: SessionSummary; readonly cursor: string | undefined }

/** Sessions that were begun and not used are kept at most so many. */
const freshLimit = 100

export class Sessions {
  readonly #agent: Agent
  readonly #store: SessionStore
  /** Facts that were read once are not read again. */
  readonly #kept = new Map<string, Kept>()
  /** Begun, but nothing is stored of them before the first prompt. */
  readonly #fresh = new Map<string, Session>()
  /** An agent forgets sessions that nobody holds: these somebody reads. */
  readonly #read = new Set<{ readonly session: Session }>()

  constructor(agent: Agent, store: SessionStore) {
    this.#agent = agent
    this.#store = store
  }

  async create(options: Parameters<Agent['session']>[0]): Promise<Session> {
    const session = await this.#agent.session(options)
    this.#fresh.set(session.id, session)
    const [oldest] = this.#fresh.keys()
    if (this.#fresh.size > freshLimit && oldest !== undefined) this.#fresh.delete(oldest)
    return session
  }

  /** Throws `session_not_found`. */
  async open(id: string): Promise<Session> {
    return this.#fresh.get(id) ?? this.#agent.session({ id, create: false })
  }

  /** Keep a session while somebody reads it: call what this returns when that is over. */
  hold(session: Session): () => void {
    const reader = { session }
    this.#read.add(reader)
    return () => this.#read.delete(reader)
  }

  async describe(id: string): Promise<ListedSession> {
    const open = this.#agent.listSessions().includes(id)
    const session = open ? await this.open(id).catch(() => undefined) : undefined
    return { ...(await this.#summary(id)), active: session?.currentRun !== undefined }
  }

  /** Newest first. */
  async list(): Promise<readonly ListedSession[]> {
    const found: ListedSession[] = []
    for await (const id of storedSessions(this.#store)) found.push(await this.describe(id))
    return found.toSorted((a, b) => b.updatedAt - a.updatedAt)
  }

  async #summary(id: string): Promise<SessionSummary> {
    const view = await openSession(this.#store, id).catch((error: unknown) => {
      if (this.#fresh.has(id) && isAgentError(error, 'session_not_found')) return undefined
      throw error
    })
    let { summary, cursor } = this.#kept.get(id) ?? { summary: emptySummary(id), cursor: undefined }
    if (view === undefined) return summary
    this.#fresh.delete(id)
    for await (const envelope of view.events({ follow: false, ...(cursor === undefined ? {} : { after: cursor }) })) {
      summary = summarize(summary, envelope)
      if (envelope.durable) cursor = envelope.cursor
    }
    this.#kept.set(id, { summary, cursor })
    return summary
  }
}
