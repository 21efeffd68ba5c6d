/** A session's journal: facts are folded when they are said, stored by one append queue, and shown only when they are stored. */
import { defer } from '../base/defer.ts'
import { AgentError, isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { Envelope, Fact } from '../model/event.ts'
import { foldFact } from '../model/fold-session.ts'
import { emptySession, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { toCursor } from './cursor.ts'
import { journalKey } from './keys.ts'
import { type DecodedRecord, decodeRecord, encodeRecord } from './record.ts'
import { appendSafely } from './safe-append.ts'

/** State that somebody else folds from the same facts. */
export interface ExtraFold {
  readonly initial: unknown
  fold(state: never, fact: Fact, runId: string): unknown
}

export interface JournalOptions {
  readonly store: SessionStore
  readonly sessionId: string
  readonly host: Host
  readonly folds?: readonly ExtraFold[]
  /** Takes secrets out of what is written. Default: what is said is stored as it is. */
  readonly protect?: (<T>(value: T) => T) | undefined
  /** The last offset that is read when it is opened. Default: all of it. */
  readonly until?: number
}

export interface AppendFactsOptions {
  /** Survive loss of power too. Default: false. */
  readonly sync?: boolean
  /** May wait a moment for company. Default: false. */
  readonly lazy?: boolean
}

/** Facts that were committed, as envelopes. */
export type Commit = { readonly envelopes: readonly Envelope[] }

/** Everything that is folded, and the record that came last. */
type Folded = { readonly session: SessionState; readonly extra: readonly unknown[]; readonly last: Pick<DecodedRecord, 'chain'> }

const NOTHING_YET = { chain: '' }

type Pending = {
  readonly records: readonly string[]
  readonly decoded: readonly DecodedRecord[]
  readonly after: Folded
  readonly sync: boolean
  resolve(): void
  reject(error: unknown): void
}

export class Journal {
  readonly key: string
  readonly sessionId: string
  readonly #options: JournalOptions
  readonly #folds: readonly ExtraFold[]
  readonly #listeners = new Set<(commit: Commit) => void>()
  readonly #writer: string
  /** As stored. */
  #stored: Folded
  /** As said so far: ahead of `#stored` by what is on its way. */
  #said: Folded
  #pending: Pending[] = []
  #flushing: Promise<void> | undefined
  #batches = 0
  /** A lazy append waits for company already. */
  #deferred = false
  #failure: unknown
  /** Nobody else can have written it: there is nothing to read. */
  #ours = false

  private constructor(options: JournalOptions, past?: Journal) {
    this.#options = options
    this.sessionId = options.sessionId
    this.key = journalKey(options.sessionId)
    this.#writer = options.host.id('w')
    this.#folds = options.folds ?? []
    this.#stored = past === undefined ? this.#nothing() : past.#stored
    this.#said = this.#stored
  }

  /** Reads what is stored. A session that was never written has an empty state. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options)
    await journal.catchUp()
    return journal
  }

  /** Of a session whose id was just made up: nothing is read before its first append. */
  static begin(options: JournalOptions): Journal {
    const journal = new Journal(options)
    journal.#ours = true
    return journal
  }

  /** For the first fact of a branch. */
  branchId(): string {
    return this.#options.host.id('branch')
  }

  /** The journal of a session that shares this one's past, as it is stored now, and has no fact of its own yet. */
  branch(sessionId: string): Journal {
    return new Journal({ ...this.#options, sessionId, until: Infinity }, this)
  }

  /** The folded state as stored: what the world may see. */
  get state(): SessionState {
    return this.#stored.session
  }

  /** The folded state as said: what its only writer plans on. Effects wait for the commit. */
  get said(): SessionState {
    return this.#said.session
  }

  /** What the extra fold with this index has come to, as said. */
  extra(index: number): unknown {
    return this.#said.extra[index]
  }

  /** The cursor of the last stored fact; empty when there is none. */
  get cursor(): string {
    return this.state.length === 0 ? '' : toCursor(this.state.length - 1, this.chain)
  }

  /** The digest of the last stored record; empty when there is none. */
  get chain(): string {
    return this.#stored.last.chain
  }

  /** Throws what made an append fail: from then on nothing more can be said. */
  assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Without secrets. */
  protect<T>(value: T): T {
    return this.#options.protect?.(value) ?? value
  }

  /** Called after each commit, in order. Returns the way to stop it. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Resolves when the facts are stored, in one atomic append with whatever waits before them. Throws `session_lost` when another
   * writer was first, or what the store threw; from then on nothing is taken until `catchUp`.
   */
  append(facts: readonly Fact[], runId: string, { sync = false, lazy = false }: AppendFactsOptions = {}): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#pending.push({ ...this.#say(this.protect(facts), runId), sync, resolve, reject })
    if (this.#flushing === undefined) {
      if (!lazy) queueMicrotask(() => void this.flush())
      else if (!this.#deferred) {
        this.#deferred = true
        defer(() => {
          this.#deferred = false
          void this.flush()
        })
      }
    }
    return promise
  }

  /** Store what waits. Never rejects: whoever appended is told. */
  flush(): Promise<void> {
    if (this.#flushing === undefined && this.#pending.length > 0) {
      this.#flushing = this.#drain().then(() => {
        this.#flushing = undefined
        return this.flush() // of what was said since the last look
      })
    }
    return this.#flushing ?? Promise.resolve()
  }

  /** Reads what others have appended since. Forgets what was said and could not be stored. */
  async catchUp(): Promise<void> {
    await this.flush()
    if (this.#ours) return
    const { chain } = this
    let first = true
    for await (const decoded of this.#read({ from: this.state.length })) {
      if (this.#flushing !== undefined || this.#pending.length > 0 || decoded.offset < this.state.length) return
      // Another session of that name, begun when the one before was deleted; behind the first, each follows on the last.
      const another = first && decoded.previous !== chain
      if (another || isElsewhere(decoded, this.state.length)) this.#stored = await this.#before(decoded.offset)
      first = false
      this.#advance([decoded], this.#fold(this.#stored, decoded))
    }
    this.#failure = undefined
    this.#said = this.#stored
  }

  /** What everything in front of a record adds up to, read anew. */
  async #before(offset: number): Promise<Folded> {
    let folded = this.#nothing()
    for await (const decoded of this.#read({ from: 0 })) {
      if (decoded.offset >= offset) break
      folded = this.#fold(folded, decoded)
    }
    return folded
  }

  #nothing(): Folded {
    return { session: emptySession, extra: this.#folds.map(({ initial }) => initial), last: NOTHING_YET }
  }

  async *#read(options: { readonly from: number }): AsyncGenerator<DecodedRecord, void, undefined> {
    const { store, host, until = Infinity } = this.#options
    const where = { host, key: this.key }
    for await (const { offset, record } of store.read(this.key, options)) {
      if (offset > until) return
      yield decodeRecord(record, offset, where)
    }
  }

  #say(facts: readonly Fact[], runId: string): Pick<Pending, 'records' | 'decoded' | 'after'> {
    const { host } = this.#options
    this.#ours = false // from here on others may learn of it
    const timestamp = host.clock.now()
    const writer = `${this.#writer}.${++this.#batches}`
    const records: string[] = []
    const decoded: DecodedRecord[] = []
    for (const fact of facts) {
      const previous = this.#said.last.chain
      const { record, chain } = encodeRecord(fact, previous, { host, runId, timestamp, writer })
      const entry = { offset: this.said.length, runId, timestamp, previous, chain, fact }
      records.push(record)
      decoded.push(entry)
      this.#said = this.#fold(this.#said, entry)
    }
    return { records, decoded, after: this.#said }
  }

  #fold({ session, extra }: Folded, last: DecodedRecord): Folded {
    const { offset, runId, timestamp, fact } = last
    if (fact === undefined) return { session: { ...session, length: offset + 1 }, extra, last }
    return {
      session: foldFact(session, { offset, runId, timestamp, fact }, this.sessionId),
      extra: this.#folds.length === 0 ? extra : extra.map((state, index) => this.#folds[index]?.fold(state as never, fact, runId)),
      last,
    }
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      try {
        if (this.#failure !== undefined) throw this.#failure
        const records = batch.flatMap((each) => each.records)
        await appendSafely({ ...this.#options, key: this.key, records, expected: this.state.length, sync: batch.some(({ sync }) => sync) })
        this.#advance(
          batch.flatMap(({ decoded }) => decoded),
          batch.at(-1)?.after ?? this.#stored,
        )
        for (const { resolve } of batch) resolve()
      } catch (error) {
        this.#fail(error, batch)
      }
    }
  }

  /** Whoever could not be stored is told so, and so is everybody behind: nothing may be stored out of order. */
  #fail(error: unknown, batch: readonly Pending[]): void {
    this.#failure = isAgentError(error, 'store_conflict')
      ? new AgentError('session_lost', `Session ${this.sessionId} was taken by another writer`, {
          cause: error,
        })
      : error
    const all = [...batch, ...this.#pending]
    this.#pending = []
    this.#said = this.#stored
    for (const { reject } of all) reject(this.#failure)
  }

  #advance(records: readonly DecodedRecord[], after: Folded): void {
    this.#stored = after
    if (this.#pending.length === 0) this.#said = after
    if (this.#listeners.size === 0) return
    const envelopes = records.flatMap((record) => toEnvelope(record, this.sessionId) ?? [])
    for (const listener of this.#listeners) listener({ envelopes })
  }
}

/** The session was rewound to before what was read of it: what comes next follows on something else. */
const isElsewhere = ({ fact }: DecodedRecord, length: number): boolean => fact?.type === 'session_rewound' && fact.to.offset !== length - 1

/** A stored fact as readers get it; undefined for one that this version skips. */
export function toEnvelope({ offset, chain, runId, timestamp, fact }: DecodedRecord, sessionId: string): Envelope | undefined {
  return fact === undefined ? undefined : { cursor: toCursor(offset, chain), durable: true, sessionId, runId, timestamp, event: fact }
}
