/** Joins the events of a step that is asked for again to those that were seen before: no fact is missed or seen twice. */
import { failedStep, type AgentStepSpec, type Envelope, type ExecuteOptions, type StepOutcome } from '@seamfold/core/kit'

export class Rejoin {
  readonly #given: ExecuteOptions
  #again = false
  #facts = 0
  #told = 0
  #last: string | undefined
  /** The fact that was seen last before: what comes up to it is known. */
  #seeking: string | undefined
  #strange = false

  constructor(given: ExecuteOptions) {
    this.#given = given
  }

  /** For the next attempt. Where nobody listens its facts are asked for once it was lost: they tell whether it gets anywhere. */
  get options(): ExecuteOptions {
    const { signal, onEvent } = this.#given
    if (onEvent === undefined && !this.#again) return { signal }
    return { signal, onEvent: (envelope) => this.#take(envelope, onEvent) }
  }

  /** Whether there was a new fact since this was asked last. */
  progressed(): boolean {
    const more = this.#facts > this.#told
    this.#told = this.#facts
    return more
  }

  /** The next attempt begins: it tells every fact from the start. */
  again(): void {
    this.#again = true
    this.#seeking = this.#last
    this.#strange = false
  }

  /** The outcome of the attempt, or a failed one when its facts are not those that were seen before. */
  checked(spec: AgentStepSpec, outcome: StepOutcome): StepOutcome {
    if (this.#seeking === undefined || !this.#strange) return outcome
    const words = `Step ${spec.taskId} was done again from a journal without the fact ${this.#seeking}, which it had told before`
    return failedStep(spec, `${words}: do these workers really share their journal?`, outcome.usage)
  }

  #take(envelope: Envelope, emit: ExecuteOptions['onEvent']): void {
    if (this.#seeking !== undefined) {
      if (envelope.durable && envelope.cursor === this.#seeking) this.#seeking = undefined
      else this.#strange ||= envelope.durable
      return
    }
    if (envelope.durable) {
      this.#facts += 1
      this.#last = envelope.cursor
    }
    emit?.(envelope)
  }
}
