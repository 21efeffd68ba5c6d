/** What is to be done about a step, given what the workflow's log has of it. */
import { AgentError } from '../base/errors.ts'
import type { StepOutcome } from '../model/step.ts'
import type { StepEntry } from './workflow-state.ts'
import type { OnChanged } from './workflow-types.ts'

export type StepPlan =
  /** The result is there. */
  | { readonly type: 'cached'; readonly outcome: StepOutcome; readonly changed: boolean }
  /** `resume` is the session of an attempt that somebody began and nobody saw end. */
  | { readonly type: 'run'; readonly attempt: number; readonly resume: string | undefined; readonly changed: boolean }
  | { readonly type: 'refused' }

export function planStep(entry: StepEntry | undefined, identity: string, onChanged: OnChanged): StepPlan {
  if (entry === undefined) return { type: 'run', attempt: 1, resume: undefined, changed: false }
  const { attempt, sessionId, outcome } = entry
  const changed = entry.identity !== identity
  const again: StepPlan = { type: 'run', attempt: attempt + 1, resume: undefined, changed }
  // It failed or was cancelled, so nothing old can be taken for an answer to something new.
  if (outcome !== undefined && !outcome.success) return again
  if (changed && onChanged === 'stop') return { type: 'refused' }
  if (changed && onChanged === 'rerun') return again
  return outcome === undefined ? { type: 'run', attempt, resume: sessionId, changed } : { type: 'cached', outcome, changed }
}

export const stepChanged = (key: string, done: boolean): AgentError =>
  new AgentError(
    'step_changed',
    `Step ${key} asks something else than when this workflow ran before, and that question ${done ? 'has its answer' : 'may have been worked on'}: give the new question a new id, or set onChanged to 'rerun' or 'reuse'`,
    { details: { key } },
  )
