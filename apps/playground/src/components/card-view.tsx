/** A conformance card: which promises of a seam an adapter keeps, and which it breaks, in words. */
import type { ReactNode } from 'react'
import type { Card, CardResult } from '../api/types.ts'
import { Icon } from './icon.tsx'
import { Visible } from './visible.tsx'

const marks = { passed: 'check', failed: 'close', known: 'alert', skipped: 'pause' } as const
const words = { passed: 'kept', failed: 'broken', known: 'known to fail', skipped: 'not run' } as const

/** What is broken comes first. */
const order = { failed: 0, known: 1, passed: 2, skipped: 3 } as const

const CaseLine = ({ result }: { readonly result: CardResult }): ReactNode => (
  <li data-status={result.status}>
    <Icon name={marks[result.status]} size={14} />
    <span>
      <span className="visually-hidden">{words[result.status]}: </span>
      {result.title} <code>{result.id}</code>
      {result.reason !== undefined && (
        <span className="case-reason">
          <Visible text={result.reason} />
        </span>
      )}
    </span>
  </li>
)

export function CardView({ card }: { readonly card: Card }): ReactNode {
  const broken = card.results.filter(({ status }) => status === 'failed').length
  return (
    <section className="card" aria-label="Conformance card" data-passed={card.passed}>
      <h4>
        {card.name} as {card.seam}: {card.passed ? 'keeps every promise' : `breaks ${broken} of ${card.results.length} promises`}
      </h4>
      <ul>
        {card.results
          .toSorted((a, b) => order[a.status] - order[b.status])
          .map((result) => (
            <CaseLine key={result.id} result={result} />
          ))}
      </ul>
    </section>
  )
}

type ProgressProps = { readonly seam: string; readonly results: readonly CardResult[]; readonly count: number }

/** The cases that have run so far, the newest first. */
export function CardProgress({ seam, results, count }: ProgressProps): ReactNode {
  const broken = results.filter(({ status }) => status === 'failed').length
  return (
    <section className="card" aria-label="Cases that have run" data-passed={broken === 0}>
      <h4>
        {seam}: {results.length} of {count} cases
        {broken > 0 && `, ${broken} broken`}
      </h4>
      <progress value={results.length} max={count} aria-label="Cases that have run" />
      <ul>
        {results.toReversed().map((result) => (
          <CaseLine key={result.id} result={result} />
        ))}
      </ul>
    </section>
  )
}
