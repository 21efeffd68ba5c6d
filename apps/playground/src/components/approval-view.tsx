/** A request for a person, answered in place: approve, approve with changed arguments, or reject with words for the model. */
import type { Json } from '@seamfold/core/kit'
import { useState, type ReactNode } from 'react'
import type { Answer } from '../api/types.ts'
import { useNow } from '../hooks/use-now.ts'
import { formatElapsed } from '../text/format.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval } from '../state/types.ts'
import { ApprovalArguments } from './approval-arguments.tsx'
import { ApprovalButtons } from './approval-buttons.tsx'
import { ApprovalEditor } from './approval-editor.tsx'
import { ApprovalReject } from './approval-reject.tsx'
import { ExternalTask } from './external-task.tsx'
import { QuestionView } from './question-view.tsx'

const replyWords = (reply: Json): string => (typeof reply === 'string' ? reply : JSON.stringify(reply))

function Settled({ approval }: { readonly approval: Approval }): ReactNode {
  const words = {
    pending: '',
    approved: approval.kind === 'confirmation' ? 'Approved' : 'Answered',
    rejected: approval.kind === 'confirmation' ? 'Rejected' : 'Not answered',
    expired: 'Nobody answered in time',
    void: 'The run ended before anyone answered',
  }
  return (
    <p className="tool-remark">
      {words[approval.state]}
      {approval.by === undefined ? '' : ` by ${approval.by}`}
      {approval.message === undefined ? '' : `: ${approval.message}`}
      {approval.reply === undefined ? '' : `: ${replyWords(approval.reply)}`}
    </p>
  )
}

function Deadline({
  deadline,
  onDeadline = 'reject',
}: {
  readonly deadline: number
  readonly onDeadline: Approval['onDeadline'] | undefined
}): ReactNode {
  const now = useNow(true, 1_000)
  const left = deadline - now
  const words = onDeadline === 'approve' ? 'approved' : 'rejected'
  return (
    <p className="tool-remark">
      {left > 0 ? `In ${formatElapsed(left)} it is ${words} if nobody answers.` : `Its time is over: it is ${words}.`}
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
  if (approval.kind === 'question') {
    return (
      <QuestionView
        args={approval.args}
        sent={mode === 'sent'}
        onReply={(value) => give({ decision: 'reply', value })}
        onDecline={() => give({ decision: 'reject' })}
      />
    )
  }
  if (approval.kind === 'external_task') {
    return <ExternalTask requestId={approval.requestId} sent={mode === 'sent'} onAnswer={give} />
  }
  return (
    <div className="approval" role="group" aria-label="Approval needed">
      <ApprovalArguments approval={approval} />
      {approval.deadline !== undefined && <Deadline deadline={approval.deadline} onDeadline={approval.onDeadline} />}
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
