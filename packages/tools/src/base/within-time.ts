/** Runs a synchronous function and breaks it off when it takes too long. */
import { createContext, Script } from 'node:vm'

const SCRIPT = new Script('run()')

/** What the function gave; `late` when it was broken off. What it throws is thrown on. */
export type WithinTime<T> = { readonly value: T } | 'late'

/** It holds the event loop while it runs, and is stopped wherever it is: it must leave nothing half done that matters. */
export function withinTime<T>(milliseconds: number, run: () => T): WithinTime<T> {
  try {
    return { value: SCRIPT.runInContext(createContext({ run }), { timeout: milliseconds }) as T }
  } catch (error) {
    if (isTimeout(error)) return 'late'
    throw error
  }
}

/** The error is made in the other context, so it is no `Error` of ours. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
