/** Has one listener on each signal, however many steps share it: a signal looks through all that it has before it takes another. */

type Watched = { readonly stops: Set<() => void>; readonly release: () => void }

export class SignalWatch {
  readonly #watched = new Map<AbortSignal, Watched>()

  /** Calls back when the signal, which has not yet, fires. Gives what takes that back; the last to take it back leaves no listener. */
  watch(signal: AbortSignal, stop: () => void): () => void {
    const watched = this.#watched.get(signal) ?? this.#begin(signal)
    watched.stops.add(stop)
    return () => {
      watched.stops.delete(stop)
      if (watched.stops.size > 0) return
      watched.release()
      this.#watched.delete(signal)
    }
  }

  #begin(signal: AbortSignal): Watched {
    const stops = new Set<() => void>()
    const fire = (): void => {
      this.#watched.delete(signal)
      for (const stop of stops) stop()
    }
    signal.addEventListener('abort', fire, { once: true })
    const watched = { stops, release: () => signal.removeEventListener('abort', fire) }
    this.#watched.set(signal, watched)
    return watched
  }
}
