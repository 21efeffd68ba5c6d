/** A session's journal in memory and in its store: one append queue, state that advances only after the commit. */
import { AgentError, isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { Envelope, Fact } from '../model/event.ts'
import { foldFact } from '../model/fold-session.ts'
import { emptySession, type SessionState } from '../model/session-state.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { toCursor } from './cursor.ts'
import { journalKey } from './keys.ts'
import { type DecodedRecord, decodeRecord, encodeRecord, toStoredFact } from './record.ts'
import { appendSafely } from './safe-append.ts'

export interface JournalOptions {
  readonly store: SessionStore
  readonly sessionId: string
  readonly host: Host
}

export interface AppendFactsOptions {
  /** Survive loss of power too. Default: false. */
  readonly sync?: boolean
  /** May wait a moment for company. Default: false. */
  readonly lazy?: boolean
}

/** Facts that were committed, as envelopes, with the offset of the first. */
export type Commit = { readonly offset: number; readonly envelopes: readonly Envelope[] }

type Pending = { readonly facts: readonly Fact[]; readonly runId: string; readonly sync: boolean; resolve(): void; reject(error: unknown): void }

/** What is held back of a commit while a lazy append waits for company: until the next turn of the event loop. */
const defer: (callback: () => void) => void =
  typeof globalThis.setImmediate === 'function' ? (callback) => void globalThis.setImmediate(callback) : (callback) => void setTimeout(callback, 0)

export class Journal {
  readonly key: string
  readonly sessionId: string
  readonly #options: JournalOptions
  readonly #listeners = new Set<(commit: Commit) => void>()
  #state: SessionState = emptySession
  #chain = ''
  #pending: Pending[] = []
  #staged = 0
  #flushing = false
  #batches = 0
  #writer: string
  #failure: unknown

  private constructor(options: JournalOptions) {
    this.#options = options
    this.sessionId = options.sessionId
    this.key = journalKey(options.sessionId)
    this.#writer = options.host.id('w')
  }

  /** Reads what is stored. A session that was never written has an empty state. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options)
    await journal.catchUp()
    return journal
  }

  /** The folded state as stored. */
  get state(): SessionState {
    return this.#state
  }

  /** The cursor of the last fact; empty when there is none. */
  get cursor(): string {
    return this.#state.length === 0 ? '' : toCursor(this.#state.length - 1, this.#chain)
  }

  /** The offset that the next appended fact will have. */
  get nextOffset(): number {
    return this.#state.length + this.#staged
  }

  /** Called after each commit, in order. Returns the way to stop it. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when the facts are stored. They are one atomic append, together with whatever waits before them. */
  append(facts: readonly Fact[], runId: string, { sync = false, lazy = false }: AppendFactsOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#pending.push({ facts, runId, sync, resolve, reject })
      this.#staged += facts.length
      if (this.#flushing) return
      if (lazy) defer(() => void this.#flush())
      else queueMicrotask(() => void this.#flush())
    })
  }

  /** Reads what others have appended since. Only for a journal that nobody appends to here at the moment. */
  async catchUp(): Promise<void> {
    const { store, host } = this.#options
    const records: DecodedRecord[] = []
    for await (const { offset, record } of store.read(this.key, { from: this.#state.length })) records.push(decodeRecord(record, offset, { host, key: this.key }))
    if (this.#flushing) return
    this.#failure = undefined
    if (records.length > 0) this.#advance(records)
  }

  async #flush(): Promise<void> {
    if (this.#flushing || this.#pending.length === 0) return
    this.#flushing = true
    try {
      while (this.#pending.length > 0) {
        const batch = this.#pending
        this.#pending = []
        await this.#commit(batch)
      }
    } finally {
      this.#flushing = false
    }
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure
      const records = this.#encode(batch)
      const strings = records.map(({ record }) => record)
      const sync = batch.some((each) => each.sync)
      await appendSafely({ ...this.#options, key: this.key, records: strings, expected: this.#state.length, sync })
      this.#staged -= strings.length
      this.#advance(records.map(({ decoded }) => decoded))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      this.#fail(error, batch)
    }
  }

  #encode(batch: readonly Pending[]): { readonly record: string; readonly decoded: DecodedRecord }[] {
    const { host } = this.#options
    const timestamp = host.clock.now()
    const writer = `${this.#writer}.${++this.#batches}`
    let offset = this.#state.length
    let previous = this.#chain
    return batch.flatMap(({ facts, runId }) =>
      facts.map((fact) => {
        const { record, chain } = encodeRecord(fact, previous, { host, runId, timestamp, writer })
        previous = chain
        return { record, decoded: { offset: offset++, runId, timestamp, writer, chain, fact } }
      }),
    )
  }

  /** Whoever could not be stored is told so, and so is everybody behind: nothing may be stored out of order. */
  #fail(error: unknown, batch: readonly Pending[]): void {
    this.#failure = isAgentError(error, 'store_conflict')
      ? new AgentError('session_lost', `Session ${this.#options.sessionId} was taken by another writer: its journal went on without this process`, { cause: error })
      : error
    const all = [...batch, ...this.#pending]
    this.#pending = []
    this.#staged = 0
    for (const { reject } of all) reject(this.#failure)
  }

  #advance(records: readonly DecodedRecord[]): void {
    const { sessionId } = this.#options
    const first = this.#state.length
    const envelopes: Envelope[] = []
    for (const record of records) {
      const stored = toStoredFact(record)
      this.#chain = record.chain
      this.#state = stored === undefined ? { ...this.#state, length: record.offset + 1 } : foldFact(this.#state, stored, sessionId)
      const envelope = toEnvelope(record, sessionId)
      if (envelope) envelopes.push(envelope)
    }
    for (const listener of this.#listeners) listener({ offset: first, envelopes })
  }
}

/** A stored fact as readers get it; undefined for one that this version skips. */
export function toEnvelope({ offset, chain, runId, timestamp, fact }: DecodedRecord, sessionId: string): Envelope | undefined {
  return fact === undefined ? undefined : { cursor: toCursor(offset, chain), durable: true, sessionId, runId, timestamp, event: fact }
}
