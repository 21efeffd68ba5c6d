/** Every step of a workflow, chosen by words and by how it stands: only what is in view is drawn. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useRem } from '../hooks/use-rem.ts'
import type { StepStatus, WorkflowStep } from '../state/workflow.ts'
import { StepMark } from './step-mark.tsx'

type StepListProps = {
  readonly steps: readonly WorkflowStep[]
  readonly held: boolean
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

/** Rem of a line; every one is as tall. */
const lineHeight = 2.125

const kinds = [
  { status: 'all', words: 'All' },
  { status: 'open', words: 'Open' },
  { status: 'waiting', words: 'Waiting' },
  { status: 'failed', words: 'Failed' },
  { status: 'completed', words: 'Done' },
] as const

function Lines({ steps, held, chosen, onChoose }: StepListProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null)
  const height = useRem() * lineHeight
  // oxlint-disable-next-line react/incompatible-library -- no compiler is used, which this warns of
  const virtualizer = useVirtualizer({
    count: steps.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => steps[index]?.key ?? index,
    overscan: 10,
  })
  useEffect(() => virtualizer.measure(), [height, virtualizer])
  return (
    <div className="step-scroll" ref={scroller} tabIndex={-1}>
      <div className="facts" role="list" aria-label="Steps" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const step = steps[index]
          return (
            step && (
              <div key={key} className="fact-place" role="listitem" style={{ transform: `translateY(${start}px)` }}>
                <StepMark {...{ step, held, onChoose }} chosen={step.key === chosen} />
              </div>
            )
          )
        })}
      </div>
      {steps.length === 0 && <p className="panel-empty">No step is like that.</p>}
    </div>
  )
}

export function StepList({ steps, held, chosen, onChoose }: StepListProps): ReactNode {
  const [words, setWords] = useState('')
  const [status, setStatus] = useState<StepStatus | 'all'>('all')
  const shown = useMemo(() => {
    const sought = words.trim().toLowerCase()
    return steps.filter(
      (step) => (status === 'all' || step.status === status) && (sought === '' || step.key.toLowerCase().includes(sought)),
    )
  }, [steps, words, status])
  return (
    <section className="step-list" aria-label="Steps">
      <div className="journal-search-row">
        <input
          type="search"
          className="journal-search"
          value={words}
          placeholder="Search steps"
          aria-label="Search steps"
          onChange={({ target }) => setWords(target.value)}
        />
        <span className="panel-count" role="status">
          {shown.length} of {steps.length}
        </span>
      </div>
      <div className="switch" role="group" aria-label="Steps that are">
        {kinds.map((kind) => (
          <button key={kind.status} type="button" aria-pressed={status === kind.status} onClick={() => setStatus(kind.status)}>
            {kind.words}
          </button>
        ))}
      </div>
      <Lines steps={shown} {...{ held, chosen, onChoose }} />
    </section>
  )
}
