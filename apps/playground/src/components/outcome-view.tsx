/** How a run ended, and what it used. */
import type { ReactNode } from 'react'
import { partsAddress } from '../hooks/use-route.ts'
import type { OutcomeItem } from '../state/types.ts'
import { formatCost, formatDuration, formatTokens } from '../text/format.ts'

const words = { completed: 'Done', failed: 'Failed', cancelled: 'Stopped' } as const

/** Ordinary endings need no explanation. */
const ordinary = new Set(['end_turn', 'stop', ''])

export function OutcomeView({ outcome }: { readonly outcome: OutcomeItem }): ReactNode {
  const { status, reason, code, usage, cost, durationMs } = outcome
  const explained = status !== 'completed' || !ordinary.has(reason)
  return (
    <div className="outcome" data-status={status}>
      <p className="outcome-line">
        <strong>{words[status]}</strong>
        <span>{formatDuration(durationMs)}</span>
        <span>{formatTokens(usage)}</span>
        {cost !== undefined && cost > 0 && <span>{formatCost(cost)}</span>}
      </p>
      {explained && reason !== '' && (
        <p className="outcome-reason">
          {code !== undefined && <code>{code}</code>} {reason}
        </p>
      )}
      {code === 'llm_unauthorized' && (
        <p className="outcome-reason">
          Set a key that the provider takes where the playground is started, and start it again, or choose another model under{' '}
          <a href={partsAddress}>Parts</a>. Then say it again: nothing was done.
        </p>
      )}
    </div>
  )
}
