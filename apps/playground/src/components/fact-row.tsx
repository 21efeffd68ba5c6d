/** One line of the timeline: a fact, or live events that belong together. */
import { memo, type ReactNode } from 'react'
import type { TimelineRow } from '../state/timeline.ts'
import { factFamily } from '../text/fact-family.ts'
import { factSummary } from '../text/fact-summary.ts'
import { formatCount } from '../text/format.ts'
import { Visible } from './visible.tsx'

/** Seconds since the first fact. */
const formatOffset = (ms: number): string => (ms < 100_000 ? (ms / 1_000).toFixed(2) : String(Math.round(ms / 1_000)))

type FactRowProps = {
  readonly row: TimelineRow
  /** Milliseconds since the epoch, of the first fact. */
  readonly origin: number
  readonly selected: boolean
  /** Whether the tabulator stops here. */
  readonly reachable: boolean
  readonly onSelect: (cursor: string) => void
}

export const FactRow = memo(function FactRow({ row, origin, selected, reachable, onSelect }: FactRowProps): ReactNode {
  if (row.kind === 'live') {
    const { type, count, characters, timestamp } = row.row
    return (
      <div className="fact fact-live" data-family="live">
        <div className="fact-head">
          <span className="fact-number">~</span>
          <span className="fact-type">{type}</span>
          <span className="fact-time">{formatOffset(timestamp - origin)}</span>
          <span className="fact-summary">
            {count} {count === 1 ? 'piece' : 'pieces'}
            {characters > 0 ? `, ${formatCount(characters)} characters` : ''} · not stored
          </span>
        </div>
      </div>
    )
  }
  const { event, timestamp, cursor } = row.envelope
  return (
    <div className="fact" data-family={factFamily(event.type)}>
      <button type="button" className="fact-head" tabIndex={reachable ? 0 : -1} aria-pressed={selected} onClick={() => onSelect(cursor)}>
        <span className="fact-number">{row.number}</span>
        <span className="fact-type">{event.type}</span>
        <span className="fact-time">{formatOffset(timestamp - origin)}</span>
        <span className="fact-summary">
          <Visible text={factSummary(event, row.ran)} />
        </span>
      </button>
    </div>
  )
})
