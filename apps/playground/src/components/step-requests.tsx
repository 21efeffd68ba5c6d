/** What a step of a workflow waits for, answered in place. */
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { Answer, Request } from '../api/types.ts'
import { useAttempt } from '../hooks/use-attempt.ts'
import { callSummary } from '../text/call-summary.ts'
import { CodeBlock } from './code-block.tsx'
import { ExternalTask } from './external-task.tsx'
import { Notice } from './notice.tsx'
import { QuestionView } from './question-view.tsx'
import { Visible } from './visible.tsx'

/** Milliseconds between looks at a step that waits for nothing any more, and has not gone on. */
const againMs = 1_000

type StepRequestsProps = {
  readonly api: Api
  readonly sessionId: string
  /** Nothing of this step waits any more. */
  readonly onAnswered: () => void
}

type OneProps = {
  readonly request: Request
  /** An answer is under way. */
  readonly sent: boolean
  readonly onGive: (answer: Answer, always?: boolean) => void
}

function One({ request: { requestId, kind, toolName, reason, args, always }, sent, onGive }: OneProps): ReactNode {
  if (kind === 'question') {
    return (
      <li className="step-request" data-request={requestId}>
        <QuestionView
          {...{ args, sent }}
          onReply={(value) => onGive({ decision: 'reply', value })}
          onDecline={() => onGive({ decision: 'reject' })}
        />
      </li>
    )
  }
  return (
    <li className="step-request" data-request={requestId}>
      <p>
        It wants to use <strong>{toolName}</strong>: <Visible text={callSummary(args)} />
      </p>
      {reason !== undefined && (
        <p className="step-facts">
          <Visible text={reason} />
        </p>
      )}
      {args !== undefined && <CodeBlock text={JSON.stringify(args, null, 2)} />}
      {kind === 'confirmation' ? (
        <div className="button-row">
          <button type="button" className="button button-primary" disabled={sent} onClick={() => onGive({ decision: 'approve' })}>
            Approve
          </button>
          <button type="button" className="button" disabled={sent} onClick={() => onGive({ decision: 'reject' })}>
            Reject
          </button>
          {always !== undefined && (
            <button type="button" className="button" disabled={sent} onClick={() => onGive({ decision: 'approve' }, true)}>
              <span>
                Always in this step: <Visible text={always} />
              </span>
            </button>
          )}
        </div>
      ) : (
        <ExternalTask {...{ requestId, sent }} onAnswer={onGive} />
      )}
    </li>
  )
}

export function StepRequests({ api, sessionId, onAnswered }: StepRequestsProps): ReactNode {
  const [found, setFound] = useState<readonly Request[]>()
  // An answer that was given counts from now on; the journal has it once the step goes on.
  const [answered, setAnswered] = useState<ReadonlySet<string>>(() => new Set())
  const [sending, setSending] = useState<string>()
  const { problem, attempt } = useAttempt()
  const look = useCallback(() => {
    attempt(api.requests(sessionId)).then(setFound, () => undefined) // its words are shown
  }, [api, sessionId, attempt])
  const requests = found?.filter(({ requestId }) => !answered.has(requestId))
  const nothing = requests?.length === 0
  useEffect(() => {
    look()
    // It goes on, and may soon wait for something else.
    const timer = nothing ? setInterval(look, againMs) : undefined
    return () => clearInterval(timer)
  }, [look, nothing])
  const give = async (requestId: string, answer: Answer, always: boolean): Promise<void> => {
    setSending(requestId)
    await attempt(api.answer(sessionId, { requestId, answer, ...(always ? { always } : {}) })).finally(() => setSending(undefined))
    setAnswered((before) => new Set([...before, requestId]))
    if (requests?.every((request) => request.requestId === requestId) === true) onAnswered()
  }
  return (
    <div className="step-requests" aria-live="polite">
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {nothing && <p className="panel-empty">Answered.</p>}
      <ul>
        {requests?.map((request) => (
          <One
            key={request.requestId}
            request={request}
            sent={sending === request.requestId}
            onGive={(answer, always = false) => void give(request.requestId, answer, always).catch(() => undefined)}
          />
        ))}
      </ul>
    </div>
  )
}
