/** Gives an answer of a hook its time. */
import { AgentError, childSignal, type Clock } from '@seamfold/core/kit'

/** Milliseconds that an answer may take. */
export const DEFAULT_TIMEOUT_MS = 30_000

export type WithinTime = {
  readonly clock: Clock
  /** `0` means no limit. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Whoever is asked, for the error. */
  readonly who: string
}

/** The signal that the work gets fires when its time is up as well. */
export async function withinTime<T>({ clock, timeoutMs, signal, who }: WithinTime, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const child = childSignal(signal)
  const late = (): void => child.abort(new AgentError('timeout', `${who} gave no answer within ${timeoutMs} ms`))
  const stop = timeoutMs > 0 ? clock.timer(timeoutMs, late) : undefined
  try {
    return await work(child.signal)
  } finally {
    stop?.()
    child.release()
  }
}

/** Throws `invalid_argument` for a limit that is none. */
export function checkLimits(limits: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 0))
      throw new AgentError('invalid_argument', `The option '${name}' must be a whole number from 0 on; it is ${value}`)
  }
}
