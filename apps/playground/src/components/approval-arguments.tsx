/** All arguments of a call that waits, to the letter: what cannot be seen is shown as an escape, and nothing is left out. */
import type { ReactNode } from 'react'
import type { Approval } from '../state/types.ts'
import { accessWords } from '../text/access-words.ts'
import { whoAsks } from '../text/who-asks.ts'
import { Visible } from './visible.tsx'

function question({ accesses }: Approval): string {
  const words = accessWords(accesses)
  return words === '' ? 'This call needs your approval.' : `It wants to ${words}.`
}

export function ApprovalArguments({ approval }: { readonly approval: Approval }): ReactNode {
  return (
    <>
      <p className="approval-question">
        <Visible text={question(approval)} />
        <span className="approval-reason">
          <Visible text={whoAsks(approval.reason)} />
        </span>
      </p>
      <div className="code-block" data-labelled="true">
        <span className="code-label">all arguments, as they will run</span>
        <pre tabIndex={0} role="group" aria-label="All arguments">
          <code>
            <Visible text={JSON.stringify(approval.args, null, 2)} />
          </code>
        </pre>
      </div>
    </>
  )
}
