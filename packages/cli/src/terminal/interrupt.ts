/** Turns the signals that ask a process to stop into one signal, and a second one into leaving at once. */

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface Interrupt {
  readonly signal: AbortSignal
  /** The exit code of the signal that came; undefined when none did. */
  readonly code: () => number | undefined
  /** Treat something else as an interruption, with its exit code. */
  trigger(code: number, reason: string): void
  close(): void
}

const ignore = (): void => {}

/** Keep Ctrl-C from ending the process until closed, where keys are read or somebody else listens. Returns how to close. */
export function ignoreInterrupts(): () => void {
  process.on('SIGINT', ignore)
  return () => void process.off('SIGINT', ignore)
}

/** Listen for Ctrl-C, SIGTERM and SIGHUP until closed. The first fires `signal`, a second Ctrl-C or SIGTERM ends the process. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController()
  let code: number | undefined
  const trigger = (next: number, reason: string): void => {
    // A terminal that closes says so more than once: only somebody who asks again wants to leave at once.
    if (code !== undefined && next === CODES.SIGHUP) return
    if (code !== undefined) process.exit(next)
    code = next
    controller.abort(new Error(reason))
  }
  const handlers = Object.entries(CODES).map(([name, number]) => {
    const handler = (): void => trigger(number, name === 'SIGINT' ? 'interrupted' : `stopped by ${name}`)
    process.on(name, handler)
    return () => process.off(name, handler)
  })
  return {
    signal: controller.signal,
    code: () => code,
    trigger: (next, reason) => {
      if (code === undefined) trigger(next, reason)
    },
    close: () => handlers.forEach((remove) => remove()),
  }
}
