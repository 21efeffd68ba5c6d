/** What the session is doing now, in one line. */
import type { ReactNode } from 'react'
import { useNow } from '../hooks/use-now.ts'
import type { Conversation } from '../state/types.ts'
import { formatCost, formatElapsed, formatTokens } from '../text/format.ts'

type RunBarProps = { readonly state: Conversation; readonly interrupted: boolean }

function statusWords(state: Conversation, interrupted: boolean): string {
  const { run } = state
  if (run === undefined) return 'Ready'
  if (interrupted) return 'Interrupted'
  if (run.stopping) return 'Stopping'
  const words = { running: 'Working', suspended: 'Waiting for you', completed: 'Done', failed: 'Failed', cancelled: 'Stopped' }
  return words[run.status]
}

export function RunBar({ state, interrupted }: RunBarProps): ReactNode {
  const { run, usage, cost, streaming } = state
  const running = run?.status === 'running' && !interrupted
  const now = useNow(running, 1_000)
  const turn = streaming?.turn ?? run?.turn ?? 0
  return (
    <p className="run-bar" data-status={interrupted ? 'interrupted' : (run?.status ?? 'idle')}>
      <span className="run-status" role="status">
        <i className="run-dot" />
        {statusWords(state, interrupted)}
      </span>
      {running && <span>turn {Math.max(1, turn)}</span>}
      {running && <span>{formatElapsed(now - run.startedAt)}</span>}
      {usage.input + usage.output > 0 && <span>{formatTokens(usage)}</span>}
      {cost > 0 && <span>{formatCost(cost)}</span>}
    </p>
  )
}
