/** Two branches side by side as they happen: how much they share, what differs, and what each has beyond it. */
import { diffWords } from 'diff'
import { useMemo, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { useConversation } from '../hooks/use-conversation.ts'
import type { Envelope } from '@seamfold/core/kit'
import { branchTotals, callDifferences, sharedFacts, type CallDifference } from '../state/compare.ts'
import { DiffView } from './diff-view.tsx'
import { BranchColumn } from './branch-column.tsx'
import { Visible } from './visible.tsx'

type CompareViewProps = { readonly api: Api; readonly a: string; readonly b: string }

/** Characters of an answer beyond which words are not compared: it would take longer than it is read. */
const longest = 20_000

/** Share of an answer that the other one has as well; with less, marked words are only a jumble. */
const leastCommon = 0.4

function Answers({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const parts = useMemo(() => diffWords(before.slice(0, longest), after.slice(0, longest)), [before, after])
  if (before === '' || after === '') return null
  if (before === after) return <p className="panel-empty">Both gave the same answer.</p>
  const common = parts.reduce((sum, { value, added, removed }) => sum + (added || removed ? 0 : value.trim().length), 0)
  if (common < Math.max(before.length, after.length) * leastCommon)
    return (
      <p className="panel-empty" role="note" aria-label="How the answers differ">
        The answers have little in common: read them side by side below.
      </p>
    )
  return (
    <p className="answer-diff" aria-label="How the answers differ">
      {parts.map(({ value, added, removed }, index) =>
        added ? <ins key={index}>{value}</ins> : removed ? <del key={index}>{value}</del> : <span key={index}>{value}</span>,
      )}
    </p>
  )
}

const owners = { both: 'in both', a: 'only in the origin', b: 'only in the fork' } as const

const CallLine = ({ call }: { readonly call: CallDifference }): ReactNode => (
  <li data-in={call.in}>
    <strong>{call.name}</strong>{' '}
    <code>
      <Visible text={call.gist.slice(0, 200)} />
    </code>{' '}
    <small>{call.results ? 'in both, with another result' : owners[call.in]}</small>
    {call.results && <DiffView before={call.results.a.slice(0, longest)} after={call.results.b.slice(0, longest)} />}
  </li>
)

/** Calls that are drawn. */
const limit = 200

type DifferencesProps = { readonly a: readonly Envelope[]; readonly b: readonly Envelope[]; readonly shared: number }

function callWords(calls: readonly CallDifference[]): string {
  const alone = calls.filter((call) => call.in !== 'both').length
  const other = calls.filter((call) => call.results !== undefined).length
  const words = [
    ...(alone > 0 ? [`${alone} of ${calls.length} calls were made in one of them only`] : []),
    ...(other > 0 ? [`${other === 1 ? 'one call' : `${other} calls`} came to something else`] : []),
  ]
  return words.length === 0 ? 'The same calls in both' : words.join(', and ')
}

function Differences({ a, b, shared }: DifferencesProps): ReactNode {
  const calls = useMemo(() => callDifferences(a, b, shared), [a, b, shared])
  const answers = useMemo(() => [a, b].map((facts) => branchTotals(facts.slice(shared)).answer), [a, b, shared])
  const [before = '', after = ''] = answers
  const differ = calls.some((call) => call.in !== 'both' || call.results !== undefined)
  return (
    <section className="differences" aria-label="Differences">
      <h3>What differs</h3>
      <Answers before={before} after={after} />
      {calls.length > 0 && (
        <details open={differ && calls.length <= 12}>
          <summary>{callWords(calls)}</summary>
          <ul>
            {calls.slice(0, limit).map((call, index) => (
              <CallLine key={index} call={call} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

export function CompareView({ api, a, b }: CompareViewProps): ReactNode {
  const [origin, fork] = [useConversation(api, a), useConversation(api, b)]
  const shared = useMemo(() => sharedFacts(origin.state.facts, fork.state.facts), [origin.state.facts, fork.state.facts])
  const missing = [origin, fork].some(({ connection, state }) => connection.state === 'refused' && state.facts.length === 0)
  return (
    <div className="compare">
      <header className="page-head">
        <h2>Two branches</h2>
        {!missing && (
          <p>
            They share their first <strong>{shared}</strong> facts, stored once. What follows is what each has beyond, as it happens.
          </p>
        )}
      </header>
      {!missing && <Differences a={origin.state.facts} b={fork.state.facts} shared={shared} />}
      <div className="branches">
        <BranchColumn {...origin} {...{ api, shared }} id={a} name="Origin" />
        <BranchColumn {...fork} {...{ api, shared }} id={b} name="Fork" />
      </div>
    </div>
  )
}
