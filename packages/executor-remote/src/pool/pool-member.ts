/** One worker of a pool: how busy it is, and whether it can be reached. */
import type { AgentStepSpec, Clock, ExecuteOptions } from '@seamfold/core/kit'
import type { StepResult } from '../client/open-steps.ts'
import { knowsNoPolicies, type RemoteWorker } from '../client/remote-worker.ts'
import type { WorkerStatus } from '../client/worker-status.ts'
import { POLICIES_VERSION } from '../protocol/frames.ts'

/** Milliseconds that a worker is left alone after it could not be reached, while others can. */
const COOLING_MS = 5000

/** What a step needs of the worker that gets it. */
export type Needs = {
  readonly agent: string
  readonly labels: readonly string[]
  /** The one that it must share, where the step was begun before. */
  readonly journal: string | undefined
  /** It comes with policies of its caller. */
  readonly policies: boolean
}

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

  /** Connected, or being restored, and taking new steps. */
  get ready(): boolean {
    return this.responsive || this.#worker.state === 'restoring'
  }

  /** It answers, so that a step is better off with it than with one that is being restored. */
  get responsive(): boolean {
    return this.#worker.state === 'connected'
  }

  get status(): WorkerStatus {
    const { labels = [], agents } = this.#worker.welcome ?? {}
    const failure = this.ready || this.#failure === '' ? undefined : this.#failure
    const { url, state } = this.#worker
    return { url, state, running: this.#running, capacity: this.capacity, labels, agents, failure }
  }

  get connecting(): boolean {
    return this.#connecting
  }

  /** How often it could not be reached. */
  get failures(): number {
    return this.#failures
  }

  get capacity(): number {
    return this.#worker.welcome?.capacity ?? 0
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

  /** Whether it may get such a step, when it has a place. */
  takes(needs: Needs): boolean {
    return this.ready && this.#lacks(needs) === undefined
  }

  /** It answers, and has this journal; where it is not connected to, it is now, and may say so when it is asked again. */
  keeps(journal: string): boolean {
    if (!this.cooling) this.reach()
    return this.responsive && this.#worker.welcome?.journal === journal
  }

  /** Why it does not take such a step. */
  why(needs: Needs): string {
    if (this.#worker.state === 'draining') return `${this.#worker.address} is draining`
    if (!this.ready) return this.#failure === '' ? `${this.#worker.address} is not connected` : this.#failure
    return `${this.#worker.address} ${this.#lacks(needs) ?? 'did not take it'}`
  }

  #lacks({ agent, labels, journal, policies }: Needs): string | undefined {
    const { welcome } = this.#worker
    const missing = labels.filter((label) => welcome?.labels.includes(label) !== true)
    if (missing.length > 0) return `lacks the label ${missing.join(', ')}`
    if (welcome?.agents?.includes(agent) === false) return `does not run the agent ${agent}`
    if (policies && welcome !== undefined && welcome.version < POLICIES_VERSION) return knowsNoPolicies(welcome.version)
    return journal === undefined || journal === welcome?.journal ? undefined : `does not share the journal ${journal}`
  }

  /** Connect in the background. */
  reach(): void {
    if (this.#connecting || this.ready || this.#worker.state === 'draining') return
    this.#connecting = true
    void this.#reach()
  }

  /** Take a place for a step that `run` is called with right after. */
  reserve(): void {
    this.#running += 1
  }

  /** Runs a step in the place that was reserved for it. */
  async run(spec: AgentStepSpec, options: ExecuteOptions, journal?: string): Promise<StepResult> {
    try {
      return await this.#worker.run(spec, options, journal)
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
