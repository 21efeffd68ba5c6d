/** Says above the field what the run waits for, and answers all of it at once. */
import type { ReactNode } from 'react'
import type { Answer } from '../api/types.ts'
import { useSessionActions } from '../hooks/session-actions.ts'
import type { Approval } from '../state/types.ts'

const show = (): void => {
  const first = document.querySelector<HTMLElement>('.approval')
  first?.scrollIntoView({ block: 'center' })
  first?.querySelector<HTMLElement>('button, input')?.focus({ preventScroll: true })
}

const counted = (count: number, one: string, many: string): readonly string[] =>
  count === 0 ? [] : [count === 1 ? one : `${count} ${many}`]

/** `One call needs your approval. 2 questions for you.` */
function words(pending: readonly Approval[]): string {
  const count = (kind: Approval['kind']): number => pending.filter((each) => each.kind === kind).length
  return [
    ...counted(count('confirmation'), 'One call needs your approval.', 'calls need your approval.'),
    ...counted(count('question'), 'A question for you.', 'questions for you.'),
    ...counted(count('external_task'), 'It waits for another system.', 'tasks wait for other systems.'),
  ].join(' ')
}

export function PendingBar({ pending }: { readonly pending: readonly Approval[] }): ReactNode {
  const { answer } = useSessionActions()
  const calls = pending.filter(({ kind }) => kind === 'confirmation')
  const giveAll = (given: Answer) => (): void => {
    for (const { requestId } of calls) answer(requestId, given).catch(() => undefined) // told by the page
  }
  return (
    <div className="pending-bar" role="status">
      <span>{words(pending)}</span>
      <button type="button" className="button" onClick={show}>
        Show
      </button>
      {calls.length > 1 && (
        <>
          <button type="button" className="button" onClick={giveAll({ decision: 'reject' })}>
            Reject all
          </button>
          <button type="button" className="button button-primary" onClick={giveAll({ decision: 'approve' })}>
            Approve all
          </button>
        </>
      )}
    </div>
  )
}
