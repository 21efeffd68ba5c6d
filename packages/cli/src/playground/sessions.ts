/** The sessions of a store as a web page needs them: listed and described, and opened where an agent is here. */
import { openSession, sessionTree, type Agent, type Session, type SessionLink, type SessionView } from '@seamfold/core'
import { AgentError, isAgentError, type SessionStore, type WatchStore } from '@seamfold/core/kit'
import { changeOf, type Variants } from './variants.ts'
import { emptySummary, summarize, type SessionSummary } from './summary.ts'
import type { PlaygroundLives } from './types.ts'

/** A summary, whether the run is under way in this process, whether another one is at it, and where it was forked. */
export type ListedSession = SessionSummary & {
  readonly active: boolean
  readonly elsewhere?: true
  readonly parent?: SessionLink['parent']
}

export type SessionsOptions = {
  readonly store: SessionStore
  /** Without agents, sessions can be read and not opened. */
  readonly variants?: Variants
  /** Wakes who follows a session where no agent is here. */
  readonly watch?: WatchStore | undefined
  readonly lives?: PlaygroundLives | undefined
}

type Kept = { readonly summary: SessionSummary; readonly cursor: string | undefined }

/** Sessions that were begun and not used are kept at most so many. */
const freshLimit = 100

export class Sessions {
  readonly #variants: Variants | undefined
  readonly #store: SessionStore
  readonly #watch: WatchStore | undefined
  readonly #lives: PlaygroundLives | undefined
  /** Facts that were read once are not read again. */
  readonly #kept = new Map<string, Kept>()
  /** Begun, but nothing is stored of them before the first prompt. */
  readonly #fresh = new Map<string, Session>()
  /** An agent forgets sessions that nobody holds: these somebody reads. */
  readonly #read = new Set<{ readonly session: Session }>()

  constructor({ store, variants, watch, lives }: SessionsOptions) {
    this.#variants = variants
    this.#store = store
    this.#watch = watch
    this.#lives = lives
  }

  async create(options: Parameters<Agent['session']>[0]): Promise<Session> {
    const { agent } = await this.#here().make(changeOf(options?.metadata ?? {}))
    const session = await agent.session(options)
    this.#fresh.set(session.id, session)
    const [oldest] = this.#fresh.keys()
    if (this.#fresh.size > freshLimit && oldest !== undefined) this.#fresh.delete(oldest)
    return session
  }

  /** Throws `session_not_found`. */
  async open(id: string): Promise<Session> {
    const fresh = this.#fresh.get(id)
    if (fresh !== undefined) return fresh
    const { agent } = await this.#here().of(id)
    return agent.session({ id, create: false })
  }

  /** A session to read, which is kept until it is released. Throws `session_not_found`. */
  async read(id: string): Promise<{ readonly view: Pick<SessionView, 'events'>; readonly release: () => void }> {
    if (this.#variants === undefined) {
      const watch = this.#watch === undefined ? {} : { watch: this.#watch }
      return { view: await openSession(this.#store, id, watch), release: () => undefined }
    }
    const reader = { session: await this.open(id) }
    this.#read.add(reader)
    return { view: reader.session, release: () => void this.#read.delete(reader) }
  }

  /** Whether a run of this process is in it, or somebody looks at it here. */
  isOpen(id: string): boolean {
    return this.#variants?.holds(id) === true
  }

  async describe(id: string): Promise<ListedSession> {
    const session = this.isOpen(id) ? await this.open(id).catch(() => undefined) : undefined
    const summary = await this.#summary(id)
    const active = session?.currentRun !== undefined
    const elsewhere = summary.status === 'unfinished' && !active && (await this.#lives?.(`session/${id}`)) === true
    return { ...summary, active, ...(elsewhere ? { elsewhere } : {}) }
  }

  /** Newest first. */
  async list(): Promise<readonly ListedSession[]> {
    const found: ListedSession[] = []
    for await (const { id, parent, deleted } of sessionTree(this.#store)) {
      if (!deleted) found.push({ ...(await this.#listed(id)), ...(parent === undefined ? {} : { parent }) })
    }
    return found.toSorted((a, b) => b.updatedAt - a.updatedAt)
  }

  /** One session that cannot be read hides none of the others. */
  async #listed(id: string): Promise<ListedSession> {
    try {
      return await this.describe(id)
    } catch (error) {
      if (!isAgentError(error)) throw error
      return { ...emptySummary(id), status: 'unreadable', title: error.message, active: false }
    }
  }

  #here(): Variants {
    if (this.#variants === undefined) throw new AgentError('session_closed', 'No agent is here: start its process again')
    return this.#variants
  }

  async #summary(id: string): Promise<SessionSummary> {
    const view = await openSession(this.#store, id).catch((error: unknown) => {
      if (this.#fresh.has(id) && isAgentError(error, 'session_not_found')) return undefined
      throw error
    })
    if (view === undefined) return emptySummary(id)
    this.#fresh.delete(id)
    const kept = this.#kept.get(id)
    const now = await summaryAfter(view, kept ?? nothing(id)).catch((error: unknown) => {
      // It was rewound behind what had been read.
      if (kept !== undefined && isAgentError(error, 'cursor_diverged')) return summaryAfter(view, nothing(id))
      throw error
    })
    this.#kept.set(id, now)
    return now.summary
  }
}

const nothing = (id: string): Kept => ({ summary: emptySummary(id), cursor: undefined })

async function summaryAfter(view: SessionView, { summary, cursor }: Kept): Promise<Kept> {
  for await (const envelope of view.events({ follow: false, ...(cursor === undefined ? {} : { after: cursor }) })) {
    summary = summarize(summary, envelope)
    if (envelope.durable) cursor = envelope.cursor
  }
  return { summary, cursor }
}
