/** Lets many steps wait, each as long as its signal lets it, with one listener for all that share a signal. */
import { SignalWatch } from './signal-watch.ts'

type Waiter = { readonly signal: AbortSignal; readonly reject: (reason: Error) => void }

export class SharedWait {
  readonly #waiters = new Set<Waiter>()
  readonly #signals = new SignalWatch((signal) => this.#fired(signal))

  /** What the promise gives. Rejects with the signal's reason when that fires first. */
  until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter = { signal, reject }
      // Also where the signal has fired: what then rejects unheard would end the process.
      promise.then(
        (value) => (this.#leave(waiter), resolve(value)),
        (error: unknown) => (this.#leave(waiter), reject(error as Error)),
      )
      signal.throwIfAborted()
      this.#waiters.add(waiter)
      this.#signals.add(signal)
    })
  }

  #leave(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) this.#signals.remove(waiter.signal)
  }

  #fired(signal: AbortSignal): void {
    for (const waiter of this.#waiters) {
      if (waiter.signal !== signal) continue
      this.#waiters.delete(waiter)
      waiter.reject(signal.reason as Error)
    }
  }
}
