/** Runs so many steps at once, and lets the others wait in the order in which they came. */

export interface QueuedStep {
  /** Whether its caller reads what its other steps say. */
  readonly ready: boolean
  /** Resolves when the work has really stopped. Never rejects. */
  start(): Promise<void>
  /** It will not be started. */
  refuse(reason: string): void
}

export class StepQueue {
  readonly #capacity: number
  readonly #maxQueued: number
  readonly #changed: () => void
  readonly #waiting = new Set<QueuedStep>()
  #running = 0
  #stopped: string | undefined
  #scheduled = false

  /** `changed` is called when a step has ended. */
  constructor({ capacity, maxQueued }: { readonly capacity: number; readonly maxQueued: number }, changed: () => void) {
    this.#capacity = capacity
    this.#maxQueued = maxQueued
    this.#changed = changed
  }

  /** Steps that run or wait. */
  get size(): number {
    return this.#running + this.#waiting.size
  }

  /** It is started soon, after what came in the same message, which may cancel it. Gives words when there is no room. */
  add(step: QueuedStep): string | undefined {
    if (this.#stopped !== undefined) return this.#stopped
    if (this.#waiting.size >= this.#maxQueued) return `it is full: ${this.#running} steps run and ${this.#waiting.size} wait`
    this.#waiting.add(step)
    this.pump()
    return undefined
  }

  /** It never starts, if it has not yet. */
  remove(step: QueuedStep): void {
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
    const refused = [...this.#waiting]
    this.#waiting.clear()
    for (const step of refused) step.refuse(reason)
    this.#changed()
  }

  #startNext(): void {
    this.#scheduled = false
    for (const step of this.#waiting) {
      if (this.#running >= this.#capacity) return
      if (step.ready) void this.#run(step)
    }
  }

  async #run(step: QueuedStep): Promise<void> {
    this.#waiting.delete(step)
    this.#running += 1
    await step.start()
    this.#running -= 1
    this.pump()
    this.#changed()
  }
}
