/** Tries to connect until a deadline. */
import { childSignal } from '@seamfold/core/kit'
import type { Hello } from '../protocol/frames.ts'
import { backoffMs } from './backoff.ts'
import { connect, ConnectFailure, type Connection } from './connect.ts'
import type { Settings } from './options.ts'

export type Persistence = {
  readonly resume?: Hello['resume']
  /** Milliseconds since the epoch. */
  readonly deadline: number
  readonly signal: AbortSignal
  /** Attempts that were made before without progress: they count for the wait. */
  readonly attempts?: number
  /** Asked while nobody listens there: whether to give up once that has lasted. Default: never. */
  giveUp?(): boolean
}

/** Milliseconds in which a worker that is started again, or what stands before it, listens again. */
const GONE_MS = 2000

/** A connection, or a `ConnectFailure` with the words of the last attempt. Rejects with the signal's reason. */
export async function persist(settings: Settings, { resume, deadline, signal, attempts = 0, giveUp }: Persistence): Promise<Connection> {
  const { clock } = settings.system
  const limited = childSignal(signal)
  let last = 'no attempt was made in time'
  let refusedSince: number | undefined
  const stop = clock.timer(Math.max(0, deadline - clock.now()), () => limited.abort(new ConnectFailure(last, false)))
  try {
    for (let attempt = attempts; ; attempt++) {
      const wait = backoffMs(attempt, settings.system)
      if (wait > 0) await clock.sleep(wait, { signal: limited.signal })
      try {
        return await connect(settings, resume, limited.signal)
      } catch (error) {
        if (!(error instanceof ConnectFailure) || error.final || limited.signal.aborted) throw error
        last = error.message
        refusedSince = error.refused ? (refusedSince ?? clock.now()) : undefined
        if (refusedSince !== undefined && clock.now() - refusedSince >= GONE_MS && giveUp?.() === true)
          throw new ConnectFailure(`${last}: nobody listens there any more`, true)
      }
    }
  } finally {
    stop()
    limited.release()
  }
}
