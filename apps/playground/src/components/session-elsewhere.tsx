/** Says of a task or step whose session this store has not got where it is. */
import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

/** A worker keeps the sessions of what it does in a store of its own. */
export function SessionElsewhere({ sessionId }: { readonly sessionId: string }): ReactNode {
  const command = `seamfold sessions show ${sessionId}`
  return (
    <p className="session-elsewhere">
      Its session is not in this store but in that of the worker that did it, unless it was deleted. There it is shown by{' '}
      <code>{command}</code>
      <CopyButton text={command} label="Copy the command" />
    </p>
  )
}
