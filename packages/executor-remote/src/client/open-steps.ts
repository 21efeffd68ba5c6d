/** The steps of a caller that have not settled. */
import { SignalWatch } from './signal-watch.ts'
import { failedStep, type AgentStepSpec, type ExecuteOptions, type StepOutcome } from '@seamfold/core/kit'

/** What became of a step: it settled over there, was never started, or was lost on the way so that nobody can say. */
export type Fate = 'settled' | 'not_started' | 'lost'
export type StepResult = {
  readonly outcome: StepOutcome
  readonly fate: Fate
  /** Of a step that was lost: the journal in which it is found again. */
  readonly journal?: string | undefined
}

export type OpenStep = {
  readonly spec: AgentStepSpec
  /** The number of the frame that asks for it. */
  readonly seq: number
  readonly onEvent: ExecuteOptions['onEvent']
  readonly signal: AbortSignal
  settle(result: StepResult): void
  /** Its signal has fired, and it is not open any more. */
  stopped(): void
}

export class OpenSteps {
  readonly #steps = new Map<string, OpenStep>()
  readonly #busy: (busy: boolean) => void
  readonly #signals = new SignalWatch((signal) => this.#fired(signal))

  /** `busy` is told when there is a first step, and when there is none left. */
  constructor(busy: (busy: boolean) => void) {
    this.#busy = busy
  }

  get size(): number {
    return this.#steps.size
  }

  add(id: string, step: OpenStep): void {
    this.#steps.set(id, step)
    this.#signals.add(step.signal)
    if (this.size === 1) this.#busy(true)
  }

  get(id: string): OpenStep | undefined {
    return this.#steps.get(id)
  }

  /** The step, which is not open any more. */
  take(id: string): OpenStep | undefined {
    const step = this.#steps.get(id)
    if (step === undefined) return undefined
    this.#steps.delete(id)
    this.#signals.remove(step.signal)
    if (this.size === 0) this.#busy(false)
    return step
  }

  #fired(signal: AbortSignal): void {
    for (const [id, step] of this.#steps) if (step.signal === signal) this.take(id)?.stopped()
  }

  /** Nothing more will be heard of any of them. Those above `given` cannot have been started. */
  lose(why: string, { given, journal }: Loss): void {
    for (const [id, { spec, seq, settle }] of this.#steps) {
      this.take(id)
      settle(seq > given ? untouchedResult(spec, why) : lostResult(spec, why, journal))
    }
  }
}

/** How far a session had got when it ended, and where its steps are journaled. */
type Loss = { readonly given: number; readonly journal: string | undefined }

/** No end of the step: whoever asks for it again means the same work. */
const unavailable = (spec: AgentStepSpec, words: string): StepOutcome => ({
  ...failedStep(spec, words),
  code: 'executor_unavailable',
})

/** Certainly nobody began it: whatever it was granted was not used. */
export const unbegun = (spec: AgentStepSpec, words: string): StepResult => ({
  outcome: { ...unavailable(spec, words), begun: false },
  fate: 'not_started',
})

export const untouchedResult = (spec: AgentStepSpec, why: string): StepResult => unbegun(spec, `${why}: the step was not started`)

const lostResult = (spec: AgentStepSpec, why: string, journal: string | undefined): StepResult => ({
  outcome: unavailable(spec, `${why}: what the step did after its last event is not known`),
  fate: 'lost',
  journal,
})
