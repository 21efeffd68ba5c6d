/** Two branches side by side: how much they share, and what each has beyond it. */
import type { Envelope } from '@seamfold/core/kit'
import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import type { ComparedBranch } from '../api/types.ts'
import { useAnswer } from '../hooks/use-answer.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { turnCosts } from '../state/turn-costs.ts'
import { factFamily } from '../text/fact-family.ts'
import { factSummary } from '../text/fact-summary.ts'
import { formatCost, formatCount } from '../text/format.ts'
import { CodeBlock } from './code-block.tsx'
import { Markdown } from './markdown.tsx'
import { Notice } from './notice.tsx'

type CompareViewProps = { readonly api: Api; readonly a: string; readonly b: string }

/** What the branch came to say last. */
const lastWords = (facts: readonly Envelope[]): string =>
  facts.reduce((words, { event }) => (event.type === 'agent_end' ? event.text : words), '')

const outcomes: Readonly<Record<string, string>> = {
  agent_end: 'completed',
  error: 'failed',
  run_cancelled: 'stopped',
  run_suspended: 'waits for an answer',
}

const outcomeOf = (facts: readonly Envelope[]): string =>
  outcomes[facts.findLast(({ event }) => outcomes[event.type] !== undefined)?.event.type ?? ''] ?? 'no run ended here'

function Totals({ facts }: { readonly facts: readonly Envelope[] }): ReactNode {
  const costs = turnCosts(facts)
  const sum = (of: (cost: (typeof costs)[number]) => number): number => costs.reduce((total, cost) => total + of(cost), 0)
  const calls = facts.filter(({ event }) => event.type === 'tool_execution_start').length
  return (
    <dl className="compare-totals">
      <div>
        <dt>Outcome</dt>
        <dd>{outcomeOf(facts)}</dd>
      </div>
      <div>
        <dt>Turns</dt>
        <dd>{costs.length}</dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd>{calls}</dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>{formatCount(sum(({ tokens }) => tokens))}</dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>{formatCost(sum(({ cost }) => cost))}</dd>
      </div>
    </dl>
  )
}

function BranchFact({ envelope }: { readonly envelope: Envelope }): ReactNode {
  const [open, setOpen] = useState(false)
  const { event } = envelope
  return (
    <li className="fact" data-family={factFamily(event.type)}>
      <button type="button" className="fact-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="fact-type">{event.type}</span>
        <span className="fact-summary">{factSummary(event)}</span>
      </button>
      {open && <CodeBlock text={JSON.stringify(event, null, 2)} />}
    </li>
  )
}

/** Facts that are drawn of each branch. */
const limit = 300

function BranchView({ branch, name }: { readonly branch: ComparedBranch; readonly name: string }): ReactNode {
  const words = useMemo(() => lastWords(branch.beyond), [branch])
  const more = branch.beyond.length - limit
  return (
    <section className="branch" aria-label={name}>
      <header className="panel-head">
        <h2>
          {name} <a href={sessionAddress(branch.id)}>{branch.id}</a>
        </h2>
        <span className="panel-count">{branch.beyond.length} of its own</span>
      </header>
      <Totals facts={branch.beyond} />
      {words !== '' && <Markdown text={words} />}
      {branch.beyond.length === 0 && <p className="panel-empty">It has gone no further than what both share.</p>}
      <ol className="branch-facts">
        {branch.beyond.slice(0, limit).map((envelope) => (
          <BranchFact key={envelope.cursor} envelope={envelope} />
        ))}
      </ol>
      {more > 0 && <p className="panel-empty">and {more} more: open the session to see them.</p>}
    </section>
  )
}

export function CompareView({ api, a, b }: CompareViewProps): ReactNode {
  const { value: compared, problem } = useAnswer(useCallback(() => api.compare(a, b), [api, a, b]))
  return (
    <div className="compare">
      <header className="page-head">
        <h2>Two branches</h2>
        {compared && (
          <p>
            They share their first <strong>{compared.shared.facts}</strong> facts, stored once. What follows is what each has beyond.
          </p>
        )}
      </header>
      {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {compared === undefined && problem === undefined && <p className="panel-empty">Comparing…</p>}
      {compared && (
        <div className="branches">
          <BranchView branch={compared.a} name="Origin" />
          <BranchView branch={compared.b} name="Fork" />
        </div>
      )}
    </div>
  )
}
