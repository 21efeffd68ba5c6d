/** A plan whose steps tick. */
import type { ReactNode } from 'react'
import type { PlanStep } from '../state/plan.ts'
import { Icon } from './icon.tsx'

const words = { pending: 'to do', in_progress: 'now', completed: 'done' } as const

export const PlanView = ({ plan }: { readonly plan: readonly PlanStep[] }): ReactNode => (
  <ol className="plan">
    {plan.map(({ step, status }, index) => (
      <li key={index} data-status={status}>
        <span className="plan-mark">{status === 'completed' && <Icon name="check" size={12} />}</span>
        <span>{step}</span>
        <span className="visually-hidden">({words[status]})</span>
      </li>
    ))}
  </ol>
)

/** The plan as it stands, in one line that opens. */
export function PlanBar({ plan }: { readonly plan: readonly PlanStep[] }): ReactNode {
  const done = plan.filter(({ status }) => status === 'completed').length
  const now = plan.find(({ status }) => status === 'in_progress') ?? plan.find(({ status }) => status === 'pending')
  return (
    <details className="plan-bar">
      <summary>
        <strong>
          {done} of {plan.length}
        </strong>{' '}
        {now?.step ?? 'All done'}
      </summary>
      <PlanView plan={plan} />
    </details>
  )
}
