/** Counts beginnings: no more than so many within any stretch of time. */

export class RateLimit {
  readonly #calls: number
  readonly #perMs: number
  /** When the last ones began, as a ring. */
  readonly #begun: number[] = []
  #oldest = 0

  constructor({ calls, perMs }: { readonly calls: number; readonly perMs: number }) {
    this.#calls = calls
    this.#perMs = perMs
  }

  /** Milliseconds until one may begin. */
  waitMs(now: number): number {
    const oldest = this.#begun.length < this.#calls ? undefined : this.#begun[this.#oldest]
    return oldest === undefined ? 0 : Math.max(0, oldest + this.#perMs - now)
  }

  begin(now: number): void {
    this.#begun[this.#oldest] = now
    this.#oldest = (this.#oldest + 1) % this.#calls
  }
}
