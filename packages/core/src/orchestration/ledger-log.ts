/** A ledger's log: read once, then only what is new; written by compare-and-swap by any number of processes. */
import { AgentError, isAgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { ledgerKey, ledgerPrefix } from '../journal/keys.ts'
import { appendSafely } from '../journal/safe-append.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { decodeLedgerRecord, encodeLedgerRecord, type LedgerEntry } from './ledger-record.ts'
import { LedgerState } from './ledger-state.ts'

/** Records of one part of the log. The next part begins with what all before it came to, so that opening reads one part at most. */
const PART_LENGTH = 1000
/** Races that a writer loses before it makes way for a moment: at the most so many milliseconds, times the races that it lost since. */
const PATIENT_RACES = 3
const BACK_OFF_MS = 2
/** What outlives loss of power, with all before it. */
const SYNCED: ReadonlySet<LedgerEntry['type']> = new Set(['reserved', 'threshold_hit', 'carried'])

export type LedgerLogOptions = {
  readonly store: SessionStore
  readonly host: Host
  readonly root: string
  /** Names this writer: no other has the same. */
  readonly writer: string
}

/** A state to decide upon; what is added to it is stored, or the decision is taken again. */
export interface LedgerDraft {
  readonly state: LedgerState
  readonly now: number
  add(entry: LedgerEntry): void
}

type Work = { decide(draft: LedgerDraft): void; resolve(): void; reject(error: unknown): void }

export class LedgerLog {
  readonly #options: LedgerLogOptions
  #state = new LedgerState()
  #part: number | undefined
  #length = 0
  #closed = false
  #count = 0
  #works: Work[] = []
  #busy = false

  constructor(options: LedgerLogOptions) {
    this.#options = options
  }

  /**
   * Decides upon the ledger as it stands, and resolves when what the decision adds is stored: at once with what others here decide at
   * the same time. Called again where another process was first. Throws what the store throws.
   */
  transact<T>(decide: (draft: LedgerDraft) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let value: { readonly made: T } | undefined
      this.#works.push({
        decide: (draft) => void (value = { made: decide(draft) }),
        resolve: () => (value === undefined ? undefined : resolve(value.made)),
        reject,
      })
      if (!this.#busy) void Promise.resolve().then(() => this.#run())
      this.#busy = true
    })
  }

  async #run(): Promise<void> {
    while (this.#works.length > 0) {
      const works = this.#works
      this.#works = []
      try {
        await this.#commit(works)
      } catch (error) {
        for (const { reject } of works) reject(error)
      }
    }
    this.#busy = false
  }

  async #commit(works: readonly Work[]): Promise<void> {
    const { host } = this.#options
    // What is known here is enough for what adds something: where it was not the newest, the store refuses, and all is decided again.
    // What adds nothing, a refusal or a look, needs the newest.
    let isNewest = false
    for (let lost = 0; ; lost++) {
      if (lost > 0 || this.#part === undefined || this.#closed) {
        await this.#catchUp()
        isNewest = true
      }
      const { done, failed, entries, state, now } = this.#decideAll(works)
      if (entries.length === 0 ? isNewest : await this.#append(entries, now)) {
        this.#state = state
        for (const { resolve } of done) resolve()
        for (const { work, error } of failed) work.reject(error)
        return
      }
      if (lost >= PATIENT_RACES) await host.clock.sleep(Math.ceil(host.random() * BACK_OFF_MS * Math.min(lost, 20)))
    }
  }

  #decideAll(works: readonly Work[]): Decided {
    const now = this.#options.host.clock.now()
    const state = this.#state.clone()
    const entries: LedgerEntry[] = []
    const draft: LedgerDraft = {
      state,
      now,
      add(entry) {
        state.apply(entry, now)
        entries.push(entry)
      },
    }
    const done: Work[] = []
    const failed: { work: Work; error: unknown }[] = []
    for (const work of works) {
      try {
        work.decide(draft)
        done.push(work)
      } catch (error) {
        failed.push({ work, error })
      }
    }
    return { done, failed, entries, state, now }
  }

  /** False when another writer was first. A reservation outlives loss of power as the call that it is for may. */
  async #append(entries: readonly LedgerEntry[], at: number): Promise<boolean> {
    const { store, host, root, writer } = this.#options
    const isFull = this.#length + entries.length >= PART_LENGTH
    const all: readonly LedgerEntry[] = isFull ? [...entries, { type: 'closed' }] : entries
    const sync = entries.some(({ type }) => SYNCED.has(type))
    const records = all.map((entry) => encodeLedgerRecord(entry, { by: writer, at, n: this.#count++ }))
    try {
      await appendSafely({ store, host, key: ledgerKey(root, this.#part ?? 0), records, expected: this.#length, sync })
    } catch (error) {
      if (isAgentError(error, 'store_conflict')) return false
      throw error
    }
    this.#length += all.length
    this.#closed = isFull
    return true
  }

  async #catchUp(): Promise<void> {
    const { store, host, root } = this.#options
    this.#part ??= await newestPart(store, root)
    for (;;) {
      await this.#readOn(ledgerKey(root, this.#part))
      if (!this.#closed) return
      this.#part++
      this.#length = 0
      this.#closed = false
      await this.#readOn(ledgerKey(root, this.#part))
      // Whoever comes first carries over what it came to; all would write the same.
      if (this.#length > 0) continue
      await this.#append([{ type: 'carried', state: this.#state.toJson() }], host.clock.now())
    }
  }

  async #readOn(key: string): Promise<void> {
    for await (const { offset, record } of this.#options.store.read(key, { from: this.#length })) {
      const { entry, at } = decodeLedgerRecord(record, offset, key)
      if (offset === 0 && key !== ledgerKey(this.#options.root, 0) && entry.type !== 'carried')
        throw new AgentError('store_corrupt', `The log ${key} begins with a '${entry.type}', not with what was carried over`)
      this.#state.apply(entry, at)
      this.#length = offset + 1
      this.#closed = entry.type === 'closed'
    }
  }
}

type Decided = {
  readonly done: readonly Work[]
  readonly failed: readonly { readonly work: Work; readonly error: unknown }[]
  readonly entries: readonly LedgerEntry[]
  readonly state: LedgerState
  readonly now: number
}

async function newestPart(store: SessionStore, root: string): Promise<number> {
  const prefix = ledgerPrefix(root)
  let newest = 0
  for await (const key of store.keys({ prefix })) newest = Math.max(newest, Number(key.slice(prefix.length)))
  return newest
}
