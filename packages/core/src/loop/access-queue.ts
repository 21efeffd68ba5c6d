/** Lets calls run together that do not conflict, and makes those that do take turns in call order. */
import { type Access, conflictsAny } from '../model/access.ts'

/** A call's place in the queue, held from before its gates until it is over. */
export interface Ticket {
  /**
   * Resolves when nothing that conflicts with what it will touch runs or is to run first, and a slot is free. Undefined when that is so
   * at once, and for a call that has its turn: it keeps it until it is over.
   */
  acquire(accesses: readonly Access[]): Promise<void> | undefined
  /** It is over, or will not run now. */
  release(): void
}

type Entry = Ticket & {
  accesses: readonly Access[]
  state: 'gated' | 'waiting' | 'running' | 'over'
  readonly parent: Entry | undefined
  children: number
  go: (() => void) | undefined
}

export class AccessQueue {
  readonly #limit: number
  readonly #entries: Entry[] = []

  /** At most `limit` top-level calls run at once. */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit)
  }

  /** Take the next place. A call that another one makes names that one's ticket, and does not wait for it. */
  enter(accesses: readonly Access[], parentTicket?: Ticket): Ticket {
    const parent = parentTicket as Entry | undefined // whoever has a ticket has it from here
    const entry: Entry = {
      accesses,
      state: 'gated',
      parent,
      children: 0,
      go: undefined,
      acquire: (next) => this.#acquire(entry, next),
      release: () => this.#release(entry),
    }
    if (parent) parent.children++
    this.#entries.push(entry)
    return entry
  }

  #acquire(entry: Entry, accesses: readonly Access[]): Promise<void> | undefined {
    entry.accesses = accesses
    if (entry.state === 'running') return undefined
    if (this.#mayRun(entry, this.#entries.indexOf(entry))) {
      entry.state = 'running'
      return undefined
    }
    entry.state = 'waiting'
    return new Promise((resolve) => (entry.go = resolve))
  }

  #release(entry: Entry): void {
    if (entry.state === 'over') return
    entry.state = 'over'
    if (entry.parent) entry.parent.children--
    this.#entries.splice(this.#entries.indexOf(entry), 1)
    this.#admit()
  }

  #admit(): void {
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.state !== 'waiting' || !this.#mayRun(entry, index)) continue
      entry.state = 'running'
      entry.go?.()
    }
  }

  #mayRun(entry: Entry, index: number): boolean {
    if (entry.parent === undefined && this.#running() >= this.#limit) return false
    return !this.#entries.some((other, place) => {
      if (other === entry || !conflictsAny(other.accesses, entry.accesses)) return false
      // A call that waits for its own nested calls holds no other call's nested ones up: each might wait for the other for good.
      if (other.state === 'running') return other.children === 0 || entry.parent === undefined
      // A call behind us that has not begun holds nobody up. A nested call waits only for what runs: whoever queues may be waiting for its parent.
      return entry.parent === undefined && other.parent === undefined && place < index
    })
  }

  #running(): number {
    return this.#entries.filter(({ state, parent }) => state === 'running' && parent === undefined).length
  }
}
