/** One branch of two: what it came to, and what was said and done in it beyond what both share. */
import { isJsonObject } from '@seamfold/core/kit'
import { useMemo, useRef, type ReactNode } from 'react'
import type { Api } from '../api/client.ts'
import { FactsContext } from '../hooks/facts.ts'
import { SessionActionsContext } from '../hooks/session-actions.ts'
import { useAttempt } from '../hooks/use-attempt.ts'
import { sessionAddress } from '../hooks/use-route.ts'
import { useSessionActionsOf } from '../hooks/use-session-actions-of.ts'
import type { Connection } from '../api/follow.ts'
import { branchTotals, ownItems } from '../state/compare.ts'
import type { Conversation } from '../state/types.ts'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'
import { refusalWords } from '../text/refusal-words.ts'
import { ItemsView } from './items-view.tsx'
import { Notice } from './notice.tsx'

export type BranchColumnProps = {
  readonly api: Api
  readonly id: string
  readonly name: string
  readonly state: Conversation
  readonly connection: Connection
  readonly shared: number
}

function Totals({ state, shared }: Pick<BranchColumnProps, 'state' | 'shared'>): ReactNode {
  const { outcome, turns, calls, tokens, cost, durationMs } = useMemo(() => branchTotals(state.facts.slice(shared)), [state.facts, shared])
  const shown = [
    ['Outcome', outcome],
    ['Turns', turns],
    ['Calls', calls],
    ['Tokens', formatCount(tokens)],
    ['Cost', formatCost(cost)],
    ['Time', formatDuration(durationMs)],
  ] as const
  return (
    <dl className="compare-totals">
      {shown.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What the session was forked with. */
function Changes({ metadata: { playground } }: Pick<Conversation, 'metadata'>): ReactNode {
  if (!isJsonObject(playground)) return null
  const said = Object.entries(playground).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join('; ') : typeof value === 'string' ? value : ''}`,
  )
  return said.length === 0 ? null : <p className="branch-changes">Runs with {said.join(', ')}</p>
}

const nothing = (): void => undefined

export function BranchColumn({ api, id, name, state, connection, shared }: BranchColumnProps): ReactNode {
  const { problem, attempt } = useAttempt()
  const actions = useSessionActionsOf({ api, id, attempt, onChanged: nothing })
  const scroller = useRef<HTMLDivElement>(null)
  const items = useMemo(() => ownItems(state.facts, shared, state.items), [state.facts, shared, state.items])
  const own = state.facts.length - shared
  return (
    <SessionActionsContext value={actions}>
      <FactsContext value={state.facts}>
        <section className="branch" aria-label={name}>
          <header className="panel-head">
            <h3>
              {name} <a href={sessionAddress(id)}>{id}</a>
            </h3>
            <span className="panel-count">{own} of its own</span>
          </header>
          <Changes metadata={state.metadata} />
          {(connection.state !== 'refused' || state.facts.length > 0) && <Totals state={state} shared={shared} />}
          {connection.state === 'refused' && <Notice tone="danger">{refusalWords(connection, id)}</Notice>}
          {problem !== undefined && <Notice tone="danger">{problem}</Notice>}
          {connection.state !== 'refused' && items.length === 0 && (
            <p className="panel-empty">{connection.state === 'live' ? 'It has gone no further than what both share.' : 'Reading…'}</p>
          )}
          <div className="branch-scroll" ref={scroller} tabIndex={0} role="group" aria-label={`What happened in ${name}`}>
            <ItemsView {...state} {...{ items, scroller }} interrupted={false} />
          </div>
        </section>
      </FactsContext>
    </SessionActionsContext>
  )
}
