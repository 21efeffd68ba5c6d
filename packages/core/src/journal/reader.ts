/** One reader of a session: facts from the store until it has caught up, then what is published, each fact exactly once. */
import type { Host } from '../base/host.ts'
import { present } from '../base/present.ts'
import { orAborted } from '../base/signals.ts'
import type { Envelope } from '../model/event.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { fromCursor, isAt, notThere } from './cursor.ts'
import type { Hub, HubNode, HubReader, Mark } from './hub.ts'
import { toEnvelope } from './journal.ts'
import { type SeenTurn, seenAfter } from './provisional.ts'
import { decodeRecord } from './record.ts'

export interface ReaderOptions {
  readonly hub: Hub
  readonly store: SessionStore
  readonly host: Host
  /** Start after this cursor. Default: from the first fact. */
  readonly after?: string | undefined
  /** Start at this offset, where no cursor is given. Default: 0. */
  readonly from?: number
  /** Where to go over from the store to the hub. Default: at the end of both. */
  readonly mark?: Mark
  /** Only what belongs to this run. Default: everything. */
  readonly runId?: string
  /** Go on with what happens from now on. Default: true. */
  readonly follow?: boolean
  /** The offset after which there is nothing more to come; undefined while that is not known. */
  readonly end?: () => number | undefined
  readonly signal?: AbortSignal | undefined
}

const DONE = { done: true, value: undefined } as const

/** Facts that are read from the store at a time. */
const PAGE = 256

export class Reader implements AsyncIterableIterator<Envelope>, HubReader {
  node: HubNode | undefined
  readonly #options: ReaderOptions
  #buffer: readonly Envelope[] = []
  #index = 0
  /** Offset of the fact that comes next. */
  #next: number
  /** What it has had of the turn under way. */
  #seen: SeenTurn | undefined
  #started = false
  #finished = false

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#next = options.from ?? 0
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Envelope>> {
    const envelope = this.#take()
    return envelope === undefined ? this.#wait() : Promise.resolve({ done: false, value: envelope })
  }

  return(): Promise<IteratorResult<Envelope>> {
    this.#finish()
    return Promise.resolve(DONE)
  }

  /** The next envelope that is here already. */
  #take(): Envelope | undefined {
    const { runId } = this.#options
    while (!this.#finished) {
      while (this.#index < this.#buffer.length) {
        const envelope = this.#buffer[this.#index++]
        if (envelope === undefined || (runId !== undefined && envelope.runId !== runId)) continue
        this.#seen = seenAfter(this.#seen, envelope.event)
        return envelope
      }
      const node = this.node?.next
      if (node === undefined) return undefined
      this.node = node
      this.#load(node.envelopes, node.factsEnd)
    }
    return undefined
  }

  /** Take a node's envelopes, without the facts that were read from the store before. */
  #load(envelopes: readonly Envelope[], factsEnd: number | undefined): void {
    this.#index = 0
    this.#buffer = envelopes
    if (factsEnd === undefined) return
    if (factsEnd - envelopes.length < this.#next) this.#buffer = envelopes.filter(({ cursor }) => fromCursor(cursor).offset >= this.#next)
    this.#next = Math.max(this.#next, factsEnd)
  }

  async #wait(): Promise<IteratorResult<Envelope>> {
    try {
      if (!this.#started) await this.#start()
      for (;;) {
        const envelope = this.#take()
        if (envelope !== undefined) return { done: false, value: envelope }
        if (this.#finished || this.#isOver()) return this.return()
        if (this.node === undefined) await this.#catchUp()
        else await this.#sleep()
      }
    } catch (error) {
      this.#finish()
      throw error
    }
  }

  #isOver(): boolean {
    const { hub, follow = true, end, signal } = this.#options
    signal?.throwIfAborted()
    const last = end?.()
    if (last !== undefined && this.#next > last) return true
    const caughtUp = this.node !== undefined && this.node.next === undefined
    return caughtUp && (!follow || hub.closed)
  }

  async #sleep(): Promise<void> {
    const { hub, signal } = this.#options
    const changed = hub.changed()
    await (signal === undefined ? changed : orAborted(changed, signal))
  }

  async #start(): Promise<void> {
    this.#started = true
    const { hub, after } = this.#options
    if (after === undefined || after === '') return
    const place = fromCursor(after)
    this.#next = place.offset + 1
    for await (const { offset, record } of this.#read(place.offset)) {
      if (isAt(place, decodeRecord(record, offset, this.#where()).chain)) return
      throw notThere(after, hub.journal.sessionId, true)
    }
    throw notThere(after, hub.journal.sessionId, false)
  }

  /** Read facts from the store, or join the hub when there are no more. */
  async #catchUp(): Promise<void> {
    const { hub, mark } = this.#options
    if (mark?.node !== undefined && this.#next === mark.offset) {
      this.node = mark.node
      hub.join(this)
      return
    }
    const envelopes: Envelope[] = []
    let read = 0
    for await (const { offset, record } of this.#read(this.#next)) {
      const envelope = toEnvelope(decodeRecord(record, offset, this.#where()), hub.journal.sessionId)
      if (envelope) envelopes.push(envelope)
      this.#next = offset + 1
      if (++read === PAGE || this.#next === mark?.offset) break
    }
    if (read > 0) {
      this.#index = 0
      this.#buffer = envelopes
    } else if (this.#next === hub.journal.state.length) this.#joinTail()
    else if (this.#next < hub.journal.state.length) return // more was stored while this was reading: read on
    else if (this.#options.follow === false) this.#finish()
    else await this.#sleep() // stored, and about to be published
  }

  /** From here on the hub delivers; what of the turn under way was missed comes first. */
  #joinTail(): void {
    const { hub, runId, follow } = this.#options
    this.node = hub.tail
    hub.join(this)
    this.#index = 0
    const missed = follow === false ? [] : (hub.provisional?.missed(this.#seen) ?? [])
    this.#buffer = hub.toEnvelopes(missed, runId ?? hub.journal.state.run?.id ?? '')
  }

  #read(from: number): ReturnType<SessionStore['read']> {
    const { store, hub, signal } = this.#options
    return store.read(hub.journal.key, { from, ...present({ signal }) })
  }

  #where(): { readonly host: Host; readonly key: string } {
    return { host: this.#options.host, key: this.#options.hub.journal.key }
  }

  #finish(): void {
    this.#finished = true
    this.node = undefined
    this.#buffer = []
    this.#options.hub.leave(this)
  }
}
