/** A clock that a test moves by hand; sleepers wake when their time has come. */
import type { Clock } from '../src/index.ts'

export interface ManualClock extends Clock {
  /** Moves the time on, and wakes those who slept until then. */
  advance(milliseconds: number): void
  /** Resolves when someone sleeps; gives the milliseconds asked for. */
  nextSleep(): Promise<number>
}

type Sleeper = { readonly until: number; readonly wake: () => void }

export function manualClock(start = 1_800_000_000_000): ManualClock {
  let time = start
  let sleepers: readonly Sleeper[] = []
  const asked: number[] = []
  const waiting: ((milliseconds: number) => void)[] = []
  return {
    now: () => time,
    sleep: (milliseconds, { signal }) =>
      new Promise((resolve, reject) => {
        sleepers = [...sleepers, { until: time + milliseconds, wake: resolve }]
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        const watcher = waiting.shift()
        if (watcher === undefined) asked.push(milliseconds)
        else watcher(milliseconds)
      }),
    advance(milliseconds) {
      time += milliseconds
      const due = sleepers.filter(({ until }) => until <= time)
      sleepers = sleepers.filter(({ until }) => until > time)
      for (const { wake } of due) wake()
    },
    nextSleep: () =>
      new Promise((resolve) => {
        const first = asked.shift()
        if (first === undefined) waiting.push(resolve)
        else resolve(first)
      }),
  }
}
