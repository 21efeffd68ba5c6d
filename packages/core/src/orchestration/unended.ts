/** Tells outcomes that are an end from those that only say that nobody here knows it. */
import type { StepOutcome } from '../model/step.ts'

/**
 * Somebody else has the step's session, its journal could not be read or written, or whoever had the step is gone: it may be half done.
 * Such a step is asked for again in its session; begun anew, it would do once more what it has done.
 */
export const isUnended = ({ status, code }: StepOutcome): boolean =>
  status === 'failed' && code !== undefined && (code === 'executor_unavailable' || code.startsWith('session_') || code.startsWith('store_'))
