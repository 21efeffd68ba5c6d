/** A request for a person, answered in place: approve, approve with changed arguments, or reject with words for the model. */
import { useState, type ReactNode } from 'react'
import type { Answer } from '../api/types.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval } from '../state/types.ts'
import { ApprovalArguments } from './approval-arguments.tsx'
import { ApprovalButtons } from './approval-buttons.tsx'
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
  const give = (given: Answer, always = false): void => {
    setMode('sent')
    answer(approval.requestId, given, always).catch(() => setMode('choose'))
  }
  return (
    <div className="approval" role="group" aria-label="Approval needed">
      <ApprovalArguments approval={approval} />
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
        <ApprovalButtons
          requestId={approval.requestId}
          sent={mode === 'sent'}
          onGive={give}
          onReject={() => setMode('reject')}
          onEdit={() => setMode('edit')}
        />
      )}
    </div>
  )
}
