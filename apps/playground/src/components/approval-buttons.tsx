/** The answers that a request can be given at once, and the ways to the others. */
import { useCallback, type ReactNode } from 'react'
import type { Answer } from '../api/types.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import { useAnswer } from '../hooks/use-answer.ts'
import { Visible } from './visible.tsx'

type ApprovalButtonsProps = {
  readonly requestId: string
  readonly sent: boolean
  readonly onGive: (answer: Answer, always?: boolean) => void
  readonly onReject: () => void
  readonly onEdit: () => void
}

export function ApprovalButtons({ requestId, sent, onGive, onReject, onEdit }: ApprovalButtonsProps): ReactNode {
  const { standing } = useSessionActions()
  const { value: always } = useAnswer(useCallback(() => standing(requestId), [standing, requestId]))
  return (
    <div className="button-row">
      <button type="button" className="button button-primary" disabled={sent} onClick={() => onGive({ decision: 'approve' })}>
        {sent ? 'Answered' : 'Approve'}
      </button>
      <button type="button" className="button" disabled={sent} onClick={onReject}>
        Reject…
      </button>
      <button type="button" className="button" disabled={sent} onClick={onEdit}>
        Edit arguments…
      </button>
      {always !== undefined && (
        <button type="button" className="button" disabled={sent} onClick={() => onGive({ decision: 'approve' }, true)}>
          <span>
            Always in this session: <Visible text={always} />
          </span>
        </button>
      )}
    </div>
  )
}
