/** A host whose time stands still until it is moved, and whose ids count up: runs become repeatable. */
import { type Clock, type Host, systemHost } from '../base/host.ts'

export interface ManualClock extends Clock {
  /** Move time forward, letting everything that is due happen in order. */
  advance(ms: number): Promise<void>
  /** Timers and sleeps that wait. */
  readonly pending: number
}

export interface ManualHost extends Host {
  readonly clock: ManualClock
}

type Timer = { readonly at: number; readonly order: number; run(): void }

export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start
  let count = 0
  const timers = new Set<Timer>()
  const add = (ms: number, run: () => void): (() => void) => {
    const timer: Timer = { at: now + ms, order: count++, run }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  return {
    now: () => now,
    get pending() {
      return timers.size
    },
    timer: add,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const stop = (): void => {
          cancel()
          reject(signal?.reason as Error)
        }
        const cancel = add(ms, () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
        signal?.addEventListener('abort', stop, { once: true })
      }),
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
        if (due === undefined) break
        timers.delete(due)
        now = due.at
        due.run()
        await settle()
      }
      now = end
    },
  }
}

/** Let promises that are already decided take their course. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

export function manualHost(): ManualHost {
  const { digest } = systemHost()
  const counts = new Map<string, number>()
  return {
    clock: manualClock(),
    digest,
    random: () => 0.5,
    id(kind) {
      const next = (counts.get(kind) ?? 0) + 1
      counts.set(kind, next)
      return `${kind}-${next}`
    },
  }
}
