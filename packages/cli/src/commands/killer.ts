/** Decides when the demo's agent dies: at a random moment of one of its first calls that may change something. */
import type { Envelope } from '@seamfold/core/kit'

export interface Killer {
  /** Tell it of an event; it strikes when the time has come. */
  see(envelope: Envelope, strike: () => void): void
  stop(): void
  /** Milliseconds that the call had been under way; undefined while it has not struck. */
  readonly struck: number | undefined
}

/** Which of these calls it is; one that ends too soon passes its fate on to the next. */
const CALLS = 3
/** Shorter than a test run takes. */
const LATEST_MS = 80

export function createKiller(random: () => number = Math.random): Killer {
  let remaining = 1 + Math.floor(random() * CALLS)
  let aim: { readonly callId: string; readonly timer: NodeJS.Timeout } | undefined
  let struck: number | undefined
  const stop = (): void => clearTimeout(aim?.timer)
  return {
    get struck() {
      return struck
    },
    stop,
    see({ event }, strike) {
      if (struck !== undefined) return
      if (event.type === 'tool_end' && event.callId === aim?.callId) {
        stop()
        aim = undefined
      }
      if (event.type !== 'tool_execution_start' || event.effect === 'none' || aim !== undefined || --remaining > 0) return
      const begun = performance.now()
      const fire = (): void => {
        struck = performance.now() - begun
        strike()
      }
      // What edits a file is over before a timer fires.
      const wait = event.accesses.some(({ kind }) => kind === 'exec') ? random() * LATEST_MS : 0
      aim = { callId: event.callId, timer: setTimeout(fire, wait) }
    },
  }
}
