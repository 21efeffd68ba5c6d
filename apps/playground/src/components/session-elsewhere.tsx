/** Says of a task or step whose session this store has not got where it is. */
import { totalTokens, type Usage } from '@seamfold/core/kit'
import type { ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'

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
  return (
    <details className="session-elsewhere">
      <summary>Its session is not in this store</summary>
      <p>It is in the store of the worker that did it, unless it was deleted.</p>
      <CodeBlock label="shows it there" text={`seamfold sessions show ${sessionId}`} />
    </details>
  )
}
