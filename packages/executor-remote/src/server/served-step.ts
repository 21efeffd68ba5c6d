/** One step on the worker: runs it, and sends its events and its outcome to the caller. */
import { AgentError, failedStep, type Envelope, type StepOutcome } from '@seamfold/core/kit'
import type { CallerFrame, Execute, WorkerMessage } from '../protocol/frames.ts'
import type { Link } from '../protocol/link.ts'
import type { QueuedStep } from './step-queue.ts'
import type { WatchedExecutor } from './watched-executor.ts'

export type StepPlace = {
  readonly executor: WatchedExecutor
  readonly link: Link<CallerFrame, WorkerMessage>
  readonly maxBufferBytes: number
  /** Nothing more is said about it: its outcome was sent, or it was refused or cancelled. */
  closed(step: ServedStep): void
}

export class ServedStep implements QueuedStep {
  readonly id: string
  readonly #asked: Execute
  readonly #place: StepPlace
  readonly #controller = new AbortController()
  #open = true
  #skipped = 0

  constructor(asked: Execute, place: StepPlace) {
    this.id = asked.id
    this.#asked = asked
    this.#place = place
  }

  /** Counted as the characters of its JSON. */
  get bytes(): number {
    return JSON.stringify(this.#asked).length
  }

  /** Whether the caller reads what its other steps say. */
  get ready(): boolean {
    return this.#place.link.bytes <= this.#place.maxBufferBytes / 2
  }

  /** Resolves when the work has really stopped, which may be after its outcome. Never rejects. */
  start(): Promise<void> {
    const { spec, events } = this.#asked
    const { signal } = this.#controller
    const options = events ? { signal, onEvent: (envelope: Envelope) => this.#emit(envelope) } : { signal }
    return this.#place.executor.run(spec, options, (outcome) => this.#finish(outcome))
  }

  /** It will not be started. */
  refuse(reason: string): void {
    if (this.#close()) this.#place.link.send({ type: 'refused', id: this.id, reason })
  }

  /** The caller does not want it any more. */
  cancel(reason: string): void {
    if (!this.#close()) return
    this.#controller.abort(new AgentError('cancelled', `The caller cancelled step ${this.#asked.spec.taskId}: ${reason}`))
  }

  /** Nobody is there who wants it: it is left where it stands, for whoever asks for it again. */
  interrupt(reason: string): void {
    if (!this.#close()) return
    this.#controller.abort(new AgentError('session_lost', `Step ${this.#asked.spec.taskId} was interrupted: ${reason}`))
  }

  /** Live events give way to a caller that does not read. A fact never does: the step is stopped first. */
  #emit(envelope: Envelope): void {
    if (!this.#open) return
    const { link, maxBufferBytes } = this.#place
    const full = link.bytes > (envelope.durable ? maxBufferBytes : maxBufferBytes / 2)
    const skipped = this.#skipped > 0 ? { skipped: this.#skipped } : {}
    const problem = full ? `the caller has not read ${link.bytes} bytes` : link.send({ type: 'event', id: this.id, envelope, ...skipped })
    if (problem === undefined) this.#skipped = 0
    else if (envelope.durable) this.#stopSince(problem)
    else this.#skipped += 1
  }

  #stopSince(problem: string): void {
    const words = `Step ${this.#asked.spec.taskId} was stopped, since an event cannot be sent: ${problem}`
    this.#finish(failedStep(this.#asked.spec, words))
    this.#controller.abort(new AgentError('cancelled', words))
  }

  #finish(outcome: StepOutcome): void {
    if (!this.#open) return
    const { link } = this.#place
    const problem = link.send({ type: 'outcome', id: this.id, outcome })
    if (problem !== undefined) {
      const words = `The outcome of step ${this.#asked.spec.taskId} cannot be sent: ${problem}`
      const told = (usage: StepOutcome['usage'] | undefined): string | undefined =>
        link.send({ type: 'outcome', id: this.id, outcome: failedStep(this.#asked.spec, words, usage) })
      if (told(outcome.usage) !== undefined) told(undefined)
    }
    this.#close()
  }

  #close(): boolean {
    if (!this.#open) return false
    this.#open = false
    this.#place.closed(this)
    return true
  }
}
