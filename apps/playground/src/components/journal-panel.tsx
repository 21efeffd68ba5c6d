/** The journal beside the conversation: every fact as it is written. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, useState, type ReactNode } from 'react'
import { useStickToEnd } from '../hooks/use-stick-to-end.ts'
import { FactRow } from './fact-row.tsx'
import { Icon } from './icon.tsx'

/** Facts that are drawn before somebody asks for earlier ones. */
const page = 200

type JournalPanelProps = { readonly facts: readonly Envelope[]; readonly onClose: () => void }

const matches = (envelope: Envelope, words: string): boolean => words === '' || JSON.stringify(envelope.event).toLowerCase().includes(words)

export function JournalPanel({ facts, onClose }: JournalPanelProps): ReactNode {
  const [search, setSearch] = useState('')
  const [limit, setLimit] = useState(page)
  const { scroller, content } = useStickToEnd()
  const words = search.trim().toLowerCase()
  const found = useMemo(
    () => facts.map((envelope, index) => ({ envelope, number: index })).filter(({ envelope }) => matches(envelope, words)),
    [facts, words],
  )
  const origin = facts[0]?.timestamp ?? 0
  const hidden = Math.max(0, found.length - limit)
  return (
    <aside className="journal" aria-label="Journal">
      <header className="panel-head">
        <h2>Journal</h2>
        <span className="panel-count">
          {words === '' ? '' : `${found.length} of `}
          {facts.length} {facts.length === 1 ? 'fact' : 'facts'}
        </span>
        <button type="button" className="button-icon" onClick={onClose} aria-label="Close the journal">
          <Icon name="close" />
        </button>
      </header>
      <input
        className="journal-search"
        type="search"
        value={search}
        placeholder="Search facts"
        aria-label="Search facts"
        onChange={(change) => setSearch(change.target.value)}
      />
      <div className="journal-scroll" ref={scroller}>
        <div ref={content}>
          {hidden > 0 && (
            <button type="button" className="button-link" onClick={() => setLimit(limit + page * 5)}>
              Show {Math.min(hidden, page * 5)} earlier
            </button>
          )}
          <ol className="facts">
            {found.slice(hidden).map(({ envelope, number }) => (
              <FactRow key={envelope.cursor} envelope={envelope} number={number} origin={origin} />
            ))}
          </ol>
          {facts.length > 0 && found.length === 0 && <p className="panel-empty">No fact contains “{search.trim()}”.</p>}
          {facts.length === 0 && <p className="panel-empty">Nothing has been written yet. What is not in here did not happen.</p>}
        </div>
      </div>
    </aside>
  )
}
