/** Where commits and live events meet their readers: each at its own pace, with bounded memory. */
import type { Host } from '../base/host.ts'
import type { AgentEvent, AgentEventType, Envelope, LiveEvent } from '../model/event.ts'
import type { LlmEvent } from '../ports/llm-client.ts'
import type { Journal } from './journal.ts'
import { Provisional } from './provisional.ts'

/** What was published together. Readers hold on to where they stand, so what all have passed is forgotten by itself. */
export type HubNode = {
  readonly envelopes: readonly Envelope[]
  /** Offset after the last fact in here; undefined for live events. */
  readonly factsEnd: number | undefined
  /** Envelopes published up to and including this node. */
  readonly count: number
  next: HubNode | undefined
}

/** A reader as the hub sees it: one that falls too far behind loses its node, and reads on from the store. */
export interface HubReader {
  node: HubNode | undefined
}

const TERMINAL: ReadonlySet<AgentEventType> = new Set<AgentEventType>(['agent_end', 'error', 'run_cancelled'])

/** Where a reader may begin: facts before `offset` are read from the store, the rest from the node. */
export interface Mark extends HubReader {
  readonly offset: number
}

/** Envelopes that a reader may be behind before it is told to catch up from the store and a merged delta. */
const MAX_LAG = 4096

export class Hub {
  readonly journal: Journal
  readonly #host: Host
  readonly #readers = new Set<HubReader>()
  #tail: HubNode = { envelopes: [], factsEnd: undefined, count: 0, next: undefined }
  #wake: PromiseWithResolvers<void> | undefined
  #provisional: Provisional | undefined
  #cursor: string
  #closed = false
  /** Who must not be forgotten while anybody reads: readers hold the hub, and the hub its owner. */
  owner: unknown

  constructor(journal: Journal, host: Host) {
    this.journal = journal
    this.#host = host
    this.#cursor = journal.cursor
    journal.onCommit(({ envelopes }) => {
      this.#cursor = journal.cursor
      for (const { event } of envelopes) this.#settle(event)
      this.#publish(envelopes, journal.state.length)
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The end of what was published: where a reader that has caught up goes on. */
  get tail(): HubNode {
    return this.#tail
  }

  /** What the model has said of the turn under way. */
  get provisional(): Provisional | undefined {
    return this.#provisional
  }

  /** A new attempt of a turn begins: what was provisional of the one before is void. */
  beginTurn(turn: number, attempt: number): void {
    this.#provisional = new Provisional(turn, attempt)
  }

  /** Publish what one network read delivered. */
  publishDeltas(deltas: readonly LlmEvent[], runId: string): void {
    const provisional = this.#provisional
    if (provisional === undefined) return
    const events: LiveEvent[] = []
    for (const delta of deltas) if (delta.type !== 'done') events.push(provisional.add(delta))
    if (events.length > 0) this.#publish(this.toEnvelopes(events, runId), undefined)
  }

  publishLive(events: readonly LiveEvent[], runId: string): void {
    this.#publish(this.toEnvelopes(this.journal.protect(events), runId), undefined)
  }

  toEnvelopes(events: readonly LiveEvent[], runId: string): readonly Envelope[] {
    const timestamp = this.#host.clock.now()
    const { sessionId } = this.journal
    const cursor = this.#cursor
    return events.map((event) => ({ cursor, durable: false, sessionId, runId, timestamp, event }))
  }

  /** A place to begin reading from later, without missing anything: given up when it falls too far behind. */
  mark(): Mark {
    const mark = { node: this.#tail, offset: this.journal.state.length }
    this.#readers.add(mark)
    return mark
  }

  /** Follow a reader that has a node. */
  join(reader: HubReader): void {
    this.#readers.add(reader)
  }

  leave(reader: HubReader): void {
    this.#readers.delete(reader)
  }

  /** Resolves when something was published, or the hub was closed. */
  changed(): Promise<void> {
    this.#wake ??= Promise.withResolvers<void>()
    return this.#wake.promise
  }

  /** Let readers look again, e.g. because what they wait for has ended. */
  wake(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.resolve()
  }

  /** No more will be published here: readers finish with what there is. */
  close(): void {
    this.#closed = true
    this.wake()
  }

  /** A fact makes void what was provisional before it. A turn's end may be stored when the next turn has begun. */
  #settle(event: AgentEvent): void {
    const ended = event.type === 'turn_end' ? event.turn === this.#provisional?.turn : TERMINAL.has(event.type)
    if (ended) this.#provisional = undefined
  }

  #publish(envelopes: readonly Envelope[], factsEnd: number | undefined): void {
    const node: HubNode = { envelopes, factsEnd, count: this.#tail.count + envelopes.length, next: undefined }
    this.#tail.next = node
    this.#tail = node
    for (const reader of this.#readers) {
      if (reader.node !== undefined && node.count - reader.node.count <= MAX_LAG) continue
      reader.node = undefined
      this.#readers.delete(reader) // it joins again when it has caught up; a mark never does
    }
    this.wake()
  }
}
