/** One fact in the journal: a line, and its JSON on a click. */
import type { Envelope } from '@seamfold/core/kit'
import { memo, useState, type ReactNode } from 'react'
import { factSummary } from '../text/fact-summary.ts'
import { CodeBlock } from './code-block.tsx'

/** Which kind of thing a fact is about, for its colour. */
function factFamily(type: string): string {
  if (type.startsWith('turn_')) return 'model'
  if (type.startsWith('tool_')) return 'tool'
  if (type.startsWith('confirmation_') || type === 'permission_denied' || type === 'run_suspended') return 'person'
  if (type === 'error' || type === 'run_cancelled') return 'danger'
  if (type.startsWith('agent_')) return 'run'
  return 'other'
}

/** Seconds since the first fact. */
const formatOffset = (ms: number): string => (ms < 100_000 ? (ms / 1_000).toFixed(2) : String(Math.round(ms / 1_000)))

type FactRowProps = { readonly envelope: Envelope; readonly number: number; readonly origin: number }

export const FactRow = memo(function FactRow({ envelope, number, origin }: FactRowProps): ReactNode {
  const [open, setOpen] = useState(false)
  const { event, timestamp } = envelope
  return (
    <li className="fact" data-family={factFamily(event.type)}>
      <button type="button" className="fact-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="fact-number">{number}</span>
        <span className="fact-type">{event.type}</span>
        <span className="fact-time">{formatOffset(timestamp - origin)}</span>
        <span className="fact-summary">{factSummary(event)}</span>
      </button>
      {open && <CodeBlock text={JSON.stringify(envelope, null, 2)} />}
    </li>
  )
})
