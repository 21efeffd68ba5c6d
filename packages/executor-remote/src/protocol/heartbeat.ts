/** Asks the other end for a sign of life, and says when there is none. */
import type { Clock } from '@seamfold/core/kit'
import type { WebSocket } from 'ws'

export type Pace = {
  readonly clock: Clock
  /** Milliseconds. */
  readonly heartbeatMs: number
}

export interface Heartbeat {
  /** The last question was answered in time, or there was none yet. */
  readonly responsive: boolean
  /** Something arrived. */
  heard(): void
  stop(): void
}

/** Pings every `heartbeatMs`; calls `dead` when the connection was silent for two of those periods. */
export function heartbeat(socket: WebSocket, { clock, heartbeatMs }: Pace, dead: () => void): Heartbeat {
  let silent = 0
  let stop: (() => void) | undefined
  const heard = (): void => {
    silent = 0
  }
  const beat = (): void => {
    // While reading is paused the answer waits in the network: that is no sign of death.
    if (!socket.isPaused) silent += 1
    if (silent > 2) return dead()
    if (socket.readyState === socket.OPEN) socket.ping()
    stop = clock.timer(heartbeatMs, beat)
  }
  socket.on('pong', heard)
  socket.on('ping', heard)
  stop = clock.timer(heartbeatMs, beat)
  return {
    get responsive() {
      return silent < 2
    },
    heard,
    stop: () => stop?.(),
  }
}
