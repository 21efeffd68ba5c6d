/** Says above the field what the run waits for, and answers all of it at once. */
import type { ReactNode } from 'react'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval } from '../state/types.ts'

const show = (): void => {
  const first = document.querySelector<HTMLElement>('.approval')
  first?.scrollIntoView({ block: 'center' })
  first?.querySelector('button')?.focus({ preventScroll: true })
}

export function PendingBar({ pending }: { readonly pending: readonly Approval[] }): ReactNode {
  const { answer } = useSessionActions()
  const approveAll = (): void => {
    for (const { requestId } of pending) answer(requestId, { decision: 'approve' }).catch(() => undefined) // told by the page
  }
  return (
    <div className="pending-bar" role="status">
      <span>{pending.length === 1 ? 'One call needs your approval.' : `${pending.length} calls need your approval.`}</span>
      <button type="button" className="button" onClick={show}>
        Show
      </button>
      {pending.length > 1 && (
        <button type="button" className="button button-primary" onClick={approveAll}>
          Approve all
        </button>
      )}
    </div>
  )
}
