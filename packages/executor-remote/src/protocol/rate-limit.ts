/** Stops reading from a connection that sends too many frames, until its time has come: the rest waits in the network. */
import type { Clock } from '@seamfold/core/kit'
import type { WebSocket } from 'ws'

export type Rate = {
  readonly clock: Clock
  /** Default: no limit. */
  readonly maxFramesPerSecond?: number
}

export interface RateLimit {
  count(frames: number): void
  stop(): void
}

/** Up to one second's worth may come at once. */
export function rateLimit(socket: WebSocket, { clock, maxFramesPerSecond = Infinity }: Rate): RateLimit {
  let left = maxFramesPerSecond
  let since = clock.now()
  let stop: (() => void) | undefined
  const refill = (): void => {
    const now = clock.now()
    left = Math.min(maxFramesPerSecond, left + ((now - since) * maxFramesPerSecond) / 1000)
    since = now
  }
  return {
    count(frames) {
      if (maxFramesPerSecond === Infinity) return
      refill()
      left -= frames
      if (left > 0 || socket.isPaused) return
      socket.pause()
      stop = clock.timer(Math.ceil(((1 - left) * 1000) / maxFramesPerSecond), () => socket.resume())
    },
    stop: () => stop?.(),
  }
}
