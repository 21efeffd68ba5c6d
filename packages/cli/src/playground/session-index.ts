/** Which sessions a store has, what each came from and when it was written last, told without reading their journals. */
import { type SessionLink, sessionLink, storedSessions } from '@seamfold/core'
import { isAgentError, type SessionStore, type StoredRecord } from '@seamfold/core/kit'
import type { LogEnds } from '../setup/log-ends.ts'
import { isChild } from './summary.ts'

export type IndexedSession = {
  readonly id: string
  readonly parent?: SessionLink['parent']
  /** A step of a workflow or a task of another session. */
  readonly child: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

export type IndexOptions = {
  readonly store: SessionStore
  readonly ends: LogEnds
}

/** Looking through all names takes at most this share of the time. */
const share = 0.1

type Beginning = Pick<IndexedSession, 'parent' | 'child'>

export class SessionIndex {
  readonly #options: IndexOptions
  readonly #heads: Pick<SessionStore, 'read'>
  /** First records never change. */
  readonly #beginnings = new Map<string, Beginning>()
  #sessions: ReadonlyMap<string, IndexedSession> = new Map()
  #looking: Promise<void> | undefined
  /** Milliseconds of the clock that only goes on. */
  #notBefore = 0

  constructor(options: IndexOptions) {
    this.#options = options
    this.#heads = { read: (key) => only(options.ends.first(key)) }
  }

  /** What there is: as of now, or, where there are thousands, as of a moment ago. */
  async sessions(): Promise<ReadonlyMap<string, IndexedSession>> {
    if (this.#looking !== undefined || performance.now() >= this.#notBefore) await (this.#looking ??= this.#look())
    return this.#sessions
  }

  /** Something happened to one of them that its reader must not wait for. */
  async note(id: string): Promise<void> {
    if (performance.now() >= this.#notBefore) return
    const found = await this.#indexed(id)
    const sessions = new Map(this.#sessions)
    if (found === undefined) sessions.delete(id)
    else sessions.set(id, found)
    this.#sessions = sessions
  }

  async #look(): Promise<void> {
    const began = performance.now()
    try {
      const sessions = new Map<string, IndexedSession>()
      for await (const id of storedSessions(this.#options.store)) {
        const found = await this.#indexed(id)
        if (found !== undefined) sessions.set(id, found)
      }
      this.#sessions = sessions
      const ended = performance.now()
      this.#notBefore = ended + (ended - began) / share
    } finally {
      this.#looking = undefined
    }
  }

  async #indexed(id: string): Promise<IndexedSession | undefined> {
    const [beginning, tip] = [await this.beginning(id), await this.#tip(id)]
    return tip === undefined ? undefined : { id, ...beginning, at: tip.at }
  }

  async #tip(id: string): Promise<{ readonly at: number } | undefined> {
    try {
      return await this.#options.ends.last(`journal/${id}`)
    } catch (error) {
      if (isAgentError(error)) return { at: 0 } // whoever opens the session says what is wrong with it
      throw error
    }
  }

  /** What its first record says. */
  async beginning(id: string): Promise<Beginning> {
    const known = this.#beginnings.get(id)
    if (known !== undefined) return known
    try {
      const link = await sessionLink(this.#heads, id)
      if (link === undefined) return { child: false }
      const found = { child: isChild(link.metadata), ...(link.parent === undefined ? {} : { parent: link.parent }) }
      this.#beginnings.set(id, found)
      return found
    } catch (error) {
      if (isAgentError(error)) return { child: false } // whoever opens the session says what is wrong with it
      throw error
    }
  }
}

async function* only(reading: Promise<string | undefined>): AsyncGenerator<StoredRecord> {
  const record = await reading
  if (record !== undefined) yield { offset: 0, record }
}
