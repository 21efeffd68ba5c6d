/** Signals that follow one another and leave no listener behind. */

/** A controller that also fires when its parent does. Call `release` when its work is over. */
export interface ChildSignal {
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Stop following the parent. */
  release(): void
}

/** `toReason` says what the child's reason is for the parent's. Default: the same. */
export function childSignal(parent?: AbortSignal, toReason: (reason: unknown) => unknown = (reason) => reason): ChildSignal {
  const controller = new AbortController()
  const follow = (): void => controller.abort(toReason(parent?.reason))
  const release = onAbort(parent, follow)
  return { signal: controller.signal, abort: (reason) => controller.abort(reason), release }
}

/** Calls back when the signal fires, at once where it has. Gives what takes that back. */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (signal?.aborted) stop()
  else signal?.addEventListener('abort', stop, { once: true })
  return () => signal?.removeEventListener('abort', stop)
}

/** The promise's outcome, or the signal's reason, whichever comes first. The promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason as Error))
    // Each says itself that it is over: a `finally` behind them would be two promises more for every step. The loser has nobody to tell.
    promise.then(
      (value) => (release(), resolve(value)),
      (error: unknown) => (release(), reject(error as Error)),
    )
  })
}
