/** One worker of a pool: how busy it is, and whether it can be reached. */
import type { AgentStepSpec, Clock, ExecuteOptions } from '@seamfold/core/kit'
import type { StepResult } from '../client/open-steps.ts'
import type { RemoteWorker } from '../client/remote-worker.ts'

/** Milliseconds that a worker is left alone after it could not be reached, while others can. */
const COOLING_MS = 5000

export class PoolMember {
  readonly #worker: RemoteWorker
  readonly #clock: Clock
  readonly #changed: (placeFreed: boolean) => void
  #running = 0
  #connecting = false
  #coolUntil = 0
  #failures = 0
  #failure = ''

  /** `changed` is called when a place was freed, and when it was reached or was not. */
  constructor(worker: RemoteWorker, clock: Clock, changed: (placeFreed: boolean) => void) {
    this.#worker = worker
    this.#clock = clock
    this.#changed = changed
  }

  get url(): string {
    return this.#worker.url
  }

  get ready(): boolean {
    return this.#worker.ready
  }

  get connecting(): boolean {
    return this.#connecting
  }

  /** How often it could not be reached. */
  get failures(): number {
    return this.#failures
  }

  get capacity(): number {
    return this.#worker.capacity ?? 0
  }

  get hasPlace(): boolean {
    return this.ready && this.#running < this.capacity
  }

  /** The part of its places that is taken. */
  get load(): number {
    return this.#running / this.capacity
  }

  /** Not reached a moment ago: better ask another first. */
  get cooling(): boolean {
    return this.#clock.now() < this.#coolUntil
  }

  has(labels: readonly string[]): boolean {
    return labels.every((label) => this.#worker.labels.includes(label))
  }

  /** Why it does not take a step with these labels. */
  why(labels: readonly string[]): string {
    if (this.#worker.draining) return `${this.url} is draining`
    if (!this.ready) return this.#failure === '' ? `${this.url} is not connected` : this.#failure
    const missing = labels.filter((label) => !this.has([label]))
    return missing.length > 0 ? `${this.url} lacks the label ${missing.join(', ')}` : `${this.url} did not take it`
  }

  /** Connect in the background. */
  reach(): void {
    if (this.#connecting || this.ready || this.#worker.draining) return
    this.#connecting = true
    void this.#reach()
  }

  /** Take a place for a step that `run` is called with right after. */
  reserve(): void {
    this.#running += 1
  }

  /** Runs a step in the place that was reserved for it. */
  async run(spec: AgentStepSpec, options: ExecuteOptions): Promise<StepResult> {
    try {
      return await this.#worker.run(spec, options)
    } finally {
      this.#running -= 1
      this.#changed(true)
    }
  }

  close(): Promise<void> {
    return this.#worker.close()
  }

  async #reach(): Promise<void> {
    const words = await this.#worker.reach()
    this.#connecting = false
    if (words !== undefined) {
      this.#failure = words
      this.#failures += 1
      this.#coolUntil = this.#clock.now() + COOLING_MS
    }
    this.#changed(false)
  }
}
