/** The journal beside the conversation: every fact as it is written, what each decided, and what each turn cost. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, useState, type ReactNode } from 'react'
import type { About } from '../api/types.ts'
import { useStickToEnd } from '../hooks/use-stick-to-end.ts'
import type { LiveRow } from '../state/live-tail.ts'
import { factRows, withLive } from '../state/timeline.ts'
import { families, type Family } from '../text/fact-family.ts'
import { FactDetail } from './fact-detail.tsx'
import { FactList } from './fact-list.tsx'
import { Icon } from './icon.tsx'
import { TurnsView } from './turns-view.tsx'

type JournalPanelProps = {
  readonly facts: readonly Envelope[]
  readonly live: readonly LiveRow[]
  readonly about: About | undefined
  readonly onClose: () => void
}

function toggled(set: ReadonlySet<Family>, family: Family): ReadonlySet<Family> {
  const next = new Set(set)
  if (!next.delete(family)) next.add(family)
  return next
}

type FiltersProps = { readonly without: ReadonlySet<Family>; readonly onChange: (without: ReadonlySet<Family>) => void }

const Filters = ({ without, onChange }: FiltersProps): ReactNode => (
  <div className="filters" role="group" aria-label="Kinds of facts">
    {families.map(({ family, words }) => (
      <button
        key={family}
        type="button"
        className="filter"
        data-family={family}
        aria-pressed={!without.has(family)}
        onClick={() => onChange(toggled(without, family))}
      >
        {words}
      </button>
    ))}
  </div>
)

function Timeline({ facts, live }: Pick<JournalPanelProps, 'facts' | 'live'>): ReactNode {
  const [words, setWords] = useState('')
  const [without, setWithout] = useState<ReadonlySet<Family>>(() => new Set<Family>())
  const [selected, setSelected] = useState<string>()
  const { scroller, content, letGo } = useStickToEnd()
  const choice = useMemo(() => ({ words, without }), [words, without])
  // What streams changes many times a second, the facts do not.
  const chosenFacts = useMemo(() => factRows(facts, choice), [facts, choice])
  const rows = useMemo(() => withLive(chosenFacts, { facts, live, choice }), [chosenFacts, facts, live, choice])
  const envelope = useMemo(() => facts.find(({ cursor }) => cursor === selected), [facts, selected])
  const select = (cursor: string): void => {
    // Its detail takes room from the list: the chosen line stays in view, not the newest.
    letGo()
    setSelected(cursor)
  }
  const chosen = words.trim() !== '' || without.size > 0
  return (
    <>
      <div className="journal-search-row">
        <input
          className="journal-search"
          type="search"
          value={words}
          placeholder="Search facts"
          aria-label="Search facts"
          onChange={(change) => setWords(change.target.value)}
        />
        <span className="panel-count" role="status">
          {chosen ? `${chosenFacts.length} of ` : ''}
          {facts.length} {facts.length === 1 ? 'fact' : 'facts'}
        </span>
      </div>
      <Filters without={without} onChange={setWithout} />
      <div className="journal-scroll" ref={scroller} tabIndex={-1}>
        <div ref={content}>
          <FactList {...{ rows, selected, scroller }} origin={facts[0]?.timestamp ?? 0} onSelect={select} />
          {facts.length > 0 && rows.length === 0 && (
            <p className="panel-empty">No fact is like that. Change the words, or the kinds above.</p>
          )}
          {facts.length === 0 && <p className="panel-empty">Nothing has been written yet. What is not in here did not happen.</p>}
        </div>
      </div>
      {envelope && <FactDetail facts={facts} envelope={envelope} onClose={() => setSelected(undefined)} />}
    </>
  )
}

export function JournalPanel({ facts, live, about, onClose }: JournalPanelProps): ReactNode {
  const [shown, setShown] = useState<'facts' | 'turns'>('facts')
  return (
    <aside className="journal" aria-label="Journal">
      <header className="panel-head">
        <h2>Journal</h2>
        <div className="switch" role="group" aria-label="What the journal shows">
          <button type="button" aria-pressed={shown === 'facts'} onClick={() => setShown('facts')}>
            Facts
          </button>
          <button type="button" aria-pressed={shown === 'turns'} onClick={() => setShown('turns')}>
            Turns
          </button>
        </div>
        <button type="button" className="button-icon" onClick={onClose} aria-label="Close the journal">
          <Icon name="close" />
        </button>
      </header>
      {shown === 'facts' ? <Timeline facts={facts} live={live} /> : <TurnsView facts={facts} about={about} />}
    </aside>
  )
}
