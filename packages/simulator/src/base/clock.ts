/** Time as the simulator sees it, replaceable by a test. */
import { setTimeout as wait } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `milliseconds`; rejects with the signal's reason when that fires first. */
  sleep(milliseconds: number, options: { readonly signal: AbortSignal }): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, { signal }) {
    await wait(milliseconds, undefined, { signal })
  },
}
