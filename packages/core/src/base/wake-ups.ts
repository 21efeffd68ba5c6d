/** Wakes whoever waits for keys to change: several changes while a waiter is busy are one wake-up. */

export interface WakeUps {
  /** Wake who watches this key; without one, everybody. */
  wake(key?: string): void
  /** End every watch that there is: each throws this. */
  fail(error: unknown): void
  /** Wakes at once, then whenever a key that begins with the prefix was woken, until the signal fires: that throws its reason. */
  watch(prefix: string, signal?: AbortSignal): AsyncGenerator<void, void, undefined>
}

type Waiter = { readonly prefix: string; due: boolean; failure: unknown; resume(): void }

/** `onFirst` is called when somebody begins to watch and nobody did, and gives what is to be called when nobody does any more. */
export function wakeUps(onFirst?: () => () => void): WakeUps {
  const waiters = new Set<Waiter>()
  let onLast: (() => void) | undefined
  return {
    wake(key) {
      for (const waiter of waiters) {
        if (key !== undefined && !key.startsWith(waiter.prefix)) continue
        waiter.due = true
        waiter.resume()
      }
    },
    fail(error) {
      for (const waiter of waiters) {
        waiter.failure = error
        waiter.resume()
      }
    },
    async *watch(prefix, signal) {
      signal?.throwIfAborted()
      if (waiters.size === 0) onLast = onFirst?.()
      const waiter: Waiter = { prefix, due: true, failure: undefined, resume: () => {} }
      const stop = (): void => waiter.resume()
      waiters.add(waiter)
      signal?.addEventListener('abort', stop, { once: true })
      try {
        for (;;) {
          if (!waiter.due && waiter.failure === undefined && signal?.aborted !== true)
            await new Promise<void>((resolve) => (waiter.resume = resolve))
          signal?.throwIfAborted()
          if (waiter.failure !== undefined) throw waiter.failure
          waiter.due = false
          yield
        }
      } finally {
        signal?.removeEventListener('abort', stop)
        waiters.delete(waiter)
        if (waiters.size === 0) onLast?.()
      }
    },
  }
}
