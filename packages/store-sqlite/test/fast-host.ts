/** A host whose clock runs thirty times as fast, so that a lease of half a minute is over in a second. */
import { type Host, systemHost } from '@seamfold/core/kit'

const SPEED = 30
/** The same moment for all processes. */
const START = Date.UTC(2026, 0, 1)

export const fastNow = (): number => START + (Date.now() - START) * SPEED

/** Milliseconds of a watch on the wall until so many have passed on the fast clock. */
const onTheWall = (ms: number): number => ms / SPEED

export function fastHost(): Host {
  const host = systemHost()
  const { timer, sleep } = host.clock
  return {
    ...host,
    clock: {
      now: fastNow,
      timer: (ms, callback) => timer(onTheWall(ms), callback),
      sleep: (ms, options) => sleep(onTheWall(ms), options),
    },
  }
}
