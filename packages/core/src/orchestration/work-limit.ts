/** Stops a step when its time of work is over. */
import type { Clock } from '../base/host.ts'
import type { StepGrant } from './step-grant.ts'

/** Timers may be early by less, in milliseconds. */
const GRAIN_MS = 1

export class WorkLimit {
  readonly #grant: Pick<StepGrant, 'leftMs'>
  readonly #clock: Clock
  readonly #over: () => void
  #clear = (): void => {}

  constructor({ grant, clock, over }: { readonly grant: Pick<StepGrant, 'leftMs'>; readonly clock: Clock; over(): void }) {
    this.#grant = grant
    this.#clock = clock
    this.#over = over
  }

  /** Whenever more or less is under way than before. */
  check(): void {
    this.end()
    const left = this.#grant.leftMs()
    if (left === undefined) return
    if (left < GRAIN_MS) this.#over()
    else this.#clear = this.#clock.timer(left, () => this.check())
  }

  end(): void {
    this.#clear()
    this.#clear = () => {}
  }
}
