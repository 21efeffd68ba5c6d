/** Decides when to acknowledge what arrived: after so many frames, bytes or milliseconds, and earlier with what is sent anyway. */
import type { Clock } from '@seamfold/core/kit'

const AFTER_FRAMES = 64
/** With what is sent anyway only from so many frames on: each is one more line to read at the other end. */
const ALONG_FRAMES = 16
const AFTER_BYTES = 262_144
const AFTER_MS = 20

export class Acknowledgements {
  readonly #clock: Clock
  readonly #wake: () => void
  #frames = 0
  #bytes = 0
  #due = false
  #stop: (() => void) | undefined

  /** `wake` is called when one must be sent. */
  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** One must be sent now. */
  get due(): boolean {
    return this.#due
  }

  /** So many numbered frames arrived, in so many bytes. */
  add(frames: number, bytes: number): void {
    if (frames === 0) return
    this.#frames += frames
    this.#bytes += bytes
    if (this.#frames >= AFTER_FRAMES || this.#bytes >= AFTER_BYTES) this.#now()
    else this.#stop ??= this.#clock.timer(AFTER_MS, () => this.#now())
  }

  /** Whether to send one: when it is due, or when it can travel with something else. */
  take(accompanied: boolean): boolean {
    if (!this.#due && !(accompanied && this.#frames >= ALONG_FRAMES)) return false
    this.reset()
    return true
  }

  reset(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#frames = 0
    this.#bytes = 0
    this.#due = false
  }

  #now(): void {
    this.#due = true
    this.#wake()
  }
}
