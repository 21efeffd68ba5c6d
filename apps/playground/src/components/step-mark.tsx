/** One step at a glance, to be chosen. */
import type { ReactNode } from 'react'
import { taskIdOf, type WorkflowStep } from '../state/workflow.ts'

export const stepTone = ({ status, kept }: WorkflowStep): string => (kept ? 'kept' : status)

export const stepWords = ({ status, kept, attempt }: WorkflowStep, held: boolean): string => {
  const words = {
    open: held ? 'running' : 'cut off',
    waiting: 'waits for you',
    completed: kept ? 'done before, not run again' : 'done',
    failed: 'failed',
    cancelled: 'stopped',
  }[status]
  return attempt > 1 ? `${words}, attempt ${attempt}` : words
}

type StepMarkProps = {
  readonly step: WorkflowStep
  readonly held: boolean
  readonly chosen: boolean
  readonly onChoose: (key: string) => void
}

export const StepMark = ({ step, held, chosen, onChoose }: StepMarkProps): ReactNode => (
  <button
    type="button"
    className="step-mark nodrag nopan"
    data-tone={stepTone(step)}
    aria-pressed={chosen}
    onClick={() => onChoose(step.key)}
  >
    <i />
    <span>{taskIdOf(step.key)}</span>
    <span className="visually-hidden">{stepWords(step, held)}</span>
  </button>
)
