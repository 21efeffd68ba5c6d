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
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent?.removeEventListener('abort', follow),
  }
}

/** The promise's outcome, or the signal's reason, whichever comes first. The promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) {
      promise.catch(() => {}) // whoever aborted has the reason; the loser has nobody to tell
      return stop()
    }
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
