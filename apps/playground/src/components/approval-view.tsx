/** A request for a person, answered in place: approve, approve with changed arguments, or reject with words for the model. */
import { describeAccess } from '@seamfold/core/kit'
import { useState, type ReactNode } from 'react'
import type { Answer } from '../api/types.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval } from '../state/types.ts'
import { ApprovalEditor } from './approval-editor.tsx'
import { ApprovalReject } from './approval-reject.tsx'

function Settled({ approval }: { readonly approval: Approval }): ReactNode {
  const words = { pending: '', approved: 'Approved', rejected: 'Rejected', void: 'The run ended before anyone answered' }
  return (
    <p className="tool-remark">
      {words[approval.state]}
      {approval.by === undefined ? '' : ` by ${approval.by}`}
      {approval.message === undefined ? '' : `: ${approval.message}`}
    </p>
  )
}

export function ApprovalView({ approval }: { readonly approval: Approval }): ReactNode {
  const { answer } = useSessionActions()
  const [mode, setMode] = useState<'choose' | 'edit' | 'reject' | 'sent'>('choose')
  if (approval.state !== 'pending') return <Settled approval={approval} />
  const give = (given: Answer): void => {
    setMode('sent')
    answer(approval.requestId, given).catch(() => setMode('choose'))
  }
  return (
    <div className="approval" role="group" aria-label="Approval needed">
      <p className="approval-question">
        {approval.accesses.length === 0
          ? 'This call needs your approval.'
          : `It wants to ${approval.accesses.map(describeAccess).join(', ')}.`}
        <span className="approval-reason">{approval.reason}</span>
      </p>
      {mode === 'edit' && (
        <ApprovalEditor args={approval.args} onApprove={(input) => give({ decision: 'approve', input })} onBack={() => setMode('choose')} />
      )}
      {mode === 'reject' && (
        <ApprovalReject
          onReject={(message) => give({ decision: 'reject', ...(message === '' ? {} : { message }) })}
          onBack={() => setMode('choose')}
        />
      )}
      {(mode === 'choose' || mode === 'sent') && (
        <div className="button-row">
          <button type="button" className="button button-primary" disabled={mode === 'sent'} onClick={() => give({ decision: 'approve' })}>
            {mode === 'sent' ? 'Answered' : 'Approve'}
          </button>
          <button type="button" className="button" disabled={mode === 'sent'} onClick={() => setMode('reject')}>
            Reject…
          </button>
          <button type="button" className="button" disabled={mode === 'sent'} onClick={() => setMode('edit')}>
            Edit arguments…
          </button>
        </div>
      )}
    </div>
  )
}
