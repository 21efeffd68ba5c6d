/** Has one listener on each signal, however many steps share it: a signal looks through all that it has before it takes another. */

export class SignalWatch {
  readonly #counts = new Map<AbortSignal, number>()
  readonly #listener: (event: Event) => void

  /** `fired` is called once for a signal that is watched. */
  constructor(fired: (signal: AbortSignal) => void) {
    this.#listener = ({ target }) => {
      const signal = target as AbortSignal
      this.#counts.delete(signal)
      fired(signal)
    }
  }

  /** Once more. It must not have fired. */
  add(signal: AbortSignal): void {
    const count = this.#counts.get(signal) ?? 0
    if (count === 0) signal.addEventListener('abort', this.#listener, { once: true })
    this.#counts.set(signal, count + 1)
  }

  /** Once less; the last time leaves no listener. */
  remove(signal: AbortSignal): void {
    const count = this.#counts.get(signal) ?? 0
    if (count > 1) this.#counts.set(signal, count - 1)
    else if (this.#counts.delete(signal)) signal.removeEventListener('abort', this.#listener)
  }
}
