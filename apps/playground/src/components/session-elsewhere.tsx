/** Says of a task or step whose session this store has not got where it is. */
import { totalTokens, type Usage } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

type SessionElsewhereProps = {
  readonly sessionId: string
  /** Of what has ended. */
  readonly usage: Usage | undefined
}

/** A worker keeps the sessions of what it does in a store of its own. */
export function SessionElsewhere({ sessionId, usage }: SessionElsewhereProps): ReactNode {
  // What was refused at once has none anywhere.
  if (usage !== undefined && totalTokens(usage) === 0)
    return <p className="session-elsewhere">No model answered it, and it has no session here.</p>
  const command = `seamfold sessions show ${sessionId}`
  return (
    <p className="session-elsewhere">
      Its session is not in this store but in that of the worker that did it, unless it was deleted. There it is shown by{' '}
      <code>{command}</code>
      <CopyButton text={command} label="Copy the command" />
    </p>
  )
}
