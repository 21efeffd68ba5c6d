/** The sessions of a store as a web page needs them: listed and described, and opened where an agent is here. */
import { openSession, type Agent, type Session, type SessionLink, type SessionView } from '@seamfold/core'
import { AgentError, isAgentError, type SessionStore, type WatchStore } from '@seamfold/core/kit'
import { changeOf, type Variants } from './variants.ts'
import { readEnds } from '../setup/log-ends.ts'
import type { ListQuery } from './requests.ts'
import { type IndexedSession, SessionIndex } from './session-index.ts'
import { alone, behind, families, type Family, placeOf } from './session-page.ts'
import { emptySummary, summarize, type SessionSummary } from './summary.ts'
import type { PlaygroundLives, PlaygroundEnds } from './types.ts'

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
  readonly ends?: PlaygroundEnds | undefined
}

export type SessionPage = {
  readonly sessions: readonly ListedSession[]
  /** Where the next page begins; undefined where there is none. */
  readonly next?: string
  /** Sessions in the store, without steps and tasks. */
  readonly total: number
  /** Steps of workflows and tasks of other sessions. */
  readonly children: number
}

/** What was read of a session, and the end of its journal then. */
type Kept = { readonly summary: SessionSummary; readonly cursor: string | undefined; readonly stamp: string | undefined }

/** Sessions that were begun and not used are kept at most so many. */
const freshLimit = 100

/** So many are remembered: one is some hundred bytes. */
const keptLimit = 20_000

/** Journals that one search reads whole: where there are more, it says where to go on. */
const searchReads = 200

export class Sessions {
  readonly #variants: Variants | undefined
  readonly #store: SessionStore
  readonly #watch: WatchStore | undefined
  readonly #lives: PlaygroundLives | undefined
  readonly #ends: PlaygroundEnds
  readonly #index: SessionIndex
  #reads = 0
  /** Facts that were read once are not read again. */
  readonly #kept = new Map<string, Kept>()
  /** Begun, but nothing is stored of them before the first prompt. */
  readonly #fresh = new Map<string, Session>()
  /** An agent forgets sessions that nobody holds: these somebody reads. */
  readonly #read = new Set<{ readonly session: Session }>()

  constructor({ store, variants, watch, lives, ends = readEnds(store) }: SessionsOptions) {
    this.#variants = variants
    this.#store = store
    this.#watch = watch
    this.#lives = lives
    this.#ends = ends
    this.#index = new SessionIndex({ store, ends })
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

  /** Those of steps and tasks may be in the store of the worker that did them. */
  async isStored(id: string): Promise<boolean> {
    try {
      return (await this.#ends.first(`journal/${id}`)) !== undefined
    } catch (error) {
      if (isAgentError(error)) return true // whoever opens it says what is wrong with it
      throw error
    }
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

  /** With where it was forked. */
  async one(id: string): Promise<ListedSession> {
    const described = await this.describe(id)
    const { parent } = await this.#index.beginning(id)
    return { ...described, ...(parent === undefined ? {} : { parent }) }
  }

  async describe(id: string): Promise<ListedSession> {
    const session = this.isOpen(id) ? await this.open(id).catch(() => undefined) : undefined
    const summary = await this.#summary(id)
    const active = session?.currentRun !== undefined
    const elsewhere = summary.status === 'unfinished' && !active && (await this.#lives?.(`session/${id}`)) === true
    return { ...summary, active, ...(elsewhere ? { elsewhere } : {}) }
  }

  /** Whether it waits for a person. One that is not there yet, or cannot be read, does not. */
  async waits(id: string): Promise<boolean> {
    try {
      return (await this.#summary(id)).status === 'suspended'
    } catch (error) {
      if (isAgentError(error)) return false
      throw error
    }
  }

  /** Families of forks whole, the last used first; or, where words or a status are asked for, each session that fits. */
  async list(query: ListQuery): Promise<SessionPage> {
    if (query.status === 'active') return this.#active()
    const all = await this.#index.sessions()
    const children = [...all.values()].filter(({ child }) => child).length
    const counts = { total: all.size - children, children }
    const searched = query.search !== '' || query.status !== undefined
    const found = await (searched
      ? this.#search(behind(alone(all), query.after), query)
      : this.#page(behind(families(all), query.after), query))
    return { ...found, ...counts }
  }

  /** Something was written to it here. */
  note(id: string): Promise<void> {
    return this.#index.note(id)
  }

  async #page(rest: readonly Family[], { limit }: ListQuery): Promise<Pick<SessionPage, 'sessions' | 'next'>> {
    const sessions: ListedSession[] = []
    for (const [index, family] of rest.entries()) {
      for (const member of family.members) sessions.push(await this.#listed(member))
      if (sessions.length >= limit && index + 1 < rest.length) return { sessions, next: placeOf(family) }
    }
    return { sessions }
  }

  async #search(rest: readonly Family[], { limit, ...wanted }: ListQuery): Promise<Pick<SessionPage, 'sessions' | 'next'>> {
    const sessions: ListedSession[] = []
    const enough = this.#reads + searchReads
    for (const [index, family] of rest.entries()) {
      for (const member of family.members) {
        // Words find steps and tasks as well; a status alone would find thousands.
        if (member.child && wanted.search === '') continue
        const session = await this.#listed(member)
        if (fits(session, wanted)) sessions.push(session)
      }
      const full = sessions.length >= limit || this.#reads >= enough
      if (full && index + 1 < rest.length) return { sessions, next: placeOf(family) }
    }
    return { sessions }
  }

  /** Runs that are under way in this process. */
  async #active(): Promise<SessionPage> {
    const sessions: ListedSession[] = []
    for (const id of this.#variants?.held() ?? []) {
      const session = await this.describe(id)
      if (session.active) sessions.push(session)
    }
    return { sessions, total: sessions.length, children: 0 }
  }

  /** One session that cannot be read hides none of the others. */
  async #listed({ id, parent }: IndexedSession): Promise<ListedSession> {
    try {
      return { ...(await this.describe(id)), ...(parent === undefined ? {} : { parent }) }
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
    const stamp = (await this.#ends.last(`journal/${id}`))?.stamp
    const kept = this.#kept.get(id)
    if (kept !== undefined && stamp !== undefined && kept.stamp === stamp) return kept.summary
    const view = await openSession(this.#store, id).catch((error: unknown) => {
      if (this.#fresh.has(id) && isAgentError(error, 'session_not_found')) return undefined
      throw error
    })
    if (view === undefined) return emptySummary(id)
    this.#fresh.delete(id)
    this.#reads += 1
    const now = await summaryAfter(view, kept ?? nothing(id)).catch((error: unknown) => {
      // It was rewound behind what had been read.
      if (kept !== undefined && isAgentError(error, 'cursor_diverged')) return summaryAfter(view, nothing(id))
      throw error
    })
    this.#keep(id, { ...now, stamp })
    return now.summary
  }

  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id)
    this.#kept.set(id, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > keptLimit && oldest !== undefined) this.#kept.delete(oldest)
  }
}

/** How a session stands, in the words of who looks for it. */
function standing({ status, active, elsewhere }: ListedSession): NonNullable<ListQuery['status']> {
  if (active || elsewhere === true) return 'working'
  return status === 'unfinished' ? 'interrupted' : status
}

const fits = (session: ListedSession, { search, status }: Pick<ListQuery, 'search' | 'status'>): boolean =>
  (status === undefined || status === standing(session)) &&
  (search === '' || `${session.title} ${session.id} ${standing(session)}`.toLowerCase().includes(search.toLowerCase()))

const nothing = (id: string): Kept => ({ summary: emptySummary(id), cursor: undefined, stamp: undefined })

async function summaryAfter(view: SessionView, { summary, cursor }: Kept): Promise<Pick<Kept, 'summary' | 'cursor'>> {
  for await (const envelope of view.events({ follow: false, ...(cursor === undefined ? {} : { after: cursor }) })) {
    summary = summarize(summary, envelope)
    if (envelope.durable) cursor = envelope.cursor
  }
  return { summary, cursor }
}
