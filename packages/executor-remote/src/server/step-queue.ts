/** Runs so many steps at once, and lets the others wait in the order in which they came. */

export interface QueuedStep {
  /** Bytes that it takes while it waits, roughly. */
  readonly bytes: number
  /** Whether its caller reads what its other steps say. */
  readonly ready: boolean
  /** Resolves when the work has really stopped. Never rejects. */
  start(): Promise<void>
  /** It will not be started. */
  refuse(reason: string): void
}

type QueueLimits = { readonly capacity: number; readonly maxQueued: number; readonly maxQueuedBytes: number }

export class StepQueue {
  readonly #capacity: number
  readonly #maxQueued: number
  readonly #maxQueuedBytes: number
  readonly #changed: () => void
  /** With the bytes of each. */
  readonly #waiting = new Map<QueuedStep, number>()
  #running = 0
  #waitingBytes = 0
  #stopped: string | undefined
  #scheduled = false

  /** `changed` is called when a step has ended. */
  constructor({ capacity, maxQueued, maxQueuedBytes }: QueueLimits, changed: () => void) {
    this.#capacity = capacity
    this.#maxQueued = maxQueued
    this.#maxQueuedBytes = maxQueuedBytes
    this.#changed = changed
  }

  /** Steps that run or wait. */
  get size(): number {
    return this.#running + this.#waiting.size
  }

  get #full(): string {
    return `it is full: ${this.#running} steps run and ${this.#waiting.size} wait`
  }

  /** It is started soon, after what came in the same message, which may cancel it. Gives words when there is no room. */
  add(step: QueuedStep): string | undefined {
    if (this.#stopped !== undefined) return this.#stopped
    if (this.#waiting.size >= this.#maxQueued) return this.#full
    // What may start at once need not be measured.
    const bytes = this.size < this.#capacity ? 0 : step.bytes
    if (this.#waitingBytes + bytes > this.#maxQueuedBytes) return `${this.#full}, with ${this.#waitingBytes} bytes`
    this.#waiting.set(step, bytes)
    this.#waitingBytes += bytes
    this.pump()
    return undefined
  }

  /** It never starts, if it has not yet. */
  remove(step: QueuedStep): void {
    this.#waitingBytes -= this.#waiting.get(step) ?? 0
    this.#waiting.delete(step)
  }

  /** Something changed that may let a step start. */
  pump(): void {
    if (this.#scheduled || this.#waiting.size === 0) return
    this.#scheduled = true
    queueMicrotask(() => this.#startNext())
  }

  /** No step starts from here on: those that wait are refused. */
  stop(reason: string): void {
    this.#stopped = reason
    const refused = [...this.#waiting.keys()]
    this.#waiting.clear()
    this.#waitingBytes = 0
    for (const step of refused) step.refuse(reason)
    this.#changed()
  }

  #startNext(): void {
    this.#scheduled = false
    for (const step of this.#waiting.keys()) {
      if (this.#running >= this.#capacity) return
      if (step.ready) void this.#run(step)
    }
  }

  async #run(step: QueuedStep): Promise<void> {
    this.remove(step)
    this.#running += 1
    await step.start()
    this.#running -= 1
    this.pump()
    this.#changed()
  }
}
