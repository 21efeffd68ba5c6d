/** What each turn cost, as small plots and a table, how full the model's context is, and what is left of the budget. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, type ReactNode } from 'react'
import type { About } from '../api/types.ts'
import { useStudio } from '../hooks/studio.ts'
import { contextTokens, turnCosts, type TurnCost } from '../state/turn-costs.ts'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'
import { BudgetMeter } from './budget-meter.tsx'
import { TurnPlot, type PlotBar } from './turn-plot.tsx'

type TurnsViewProps = { readonly facts: readonly Envelope[]; readonly about: About | undefined }

/** Turns that are drawn; the totals are of all. */
const limit = 200

const usageParts = [
  { part: 'cacheRead', words: 'from the cache' },
  { part: 'cacheWrite', words: 'into the cache' },
  { part: 'input', words: 'in' },
  { part: 'output', words: 'out' },
] as const

const tokenBar = ({ start, turn, usage }: TurnCost): PlotBar => ({
  key: start,
  words: `turn ${turn}: ${usageParts.map(({ part, words }) => `${formatCount(usage[part])} ${words}`).join(', ')}`,
  parts: usageParts.map(({ part }) => ({ part, value: usage[part] })),
})

const bar = ({ start, turn }: TurnCost, value: number, words: string): PlotBar => ({
  key: start,
  words: `turn ${turn}: ${words}`,
  parts: [{ part: 'plain', value }],
})

function Plots({ costs }: { readonly costs: readonly TurnCost[] }): ReactNode {
  const { showRequest } = useStudio()
  const priced = costs.some(({ cost }) => cost > 0)
  return (
    <div className="plots">
      <p className="plot-key" aria-hidden="true">
        {usageParts.map(({ part, words }) => (
          <span key={part} data-part={part}>
            {words}
          </span>
        ))}
      </p>
      <TurnPlot title="Tokens" bars={costs.map(tokenBar)} format={formatCount} onSelect={showRequest} />
      {priced && (
        <TurnPlot
          title="Cost"
          bars={costs.map((turn) => bar(turn, turn.cost, formatCost(turn.cost)))}
          format={formatCost}
          onSelect={showRequest}
        />
      )}
      <TurnPlot
        title="Time"
        bars={costs.map((turn) => bar(turn, turn.durationMs, formatDuration(turn.durationMs)))}
        format={formatDuration}
        onSelect={showRequest}
      />
    </div>
  )
}

function Context({ tokens, contextWindow }: { readonly tokens: number; readonly contextWindow: number | undefined }): ReactNode {
  if (contextWindow === undefined) return <p className="panel-empty">How much this model can read at once is not known.</p>
  return (
    <div className="context-fill">
      <p>
        Context <strong>{formatCount(tokens)}</strong> of {formatCount(contextWindow)} tokens
      </p>
      <meter min={0} max={contextWindow} high={contextWindow * 0.8} value={tokens} aria-label="Context fill" />
    </div>
  )
}

function Row({ turn }: { readonly turn: TurnCost }): ReactNode {
  const { showRequest } = useStudio()
  return (
    <tr>
      <th scope="row">
        <button type="button" className="button-link" onClick={() => showRequest(turn.start)} title="What the model was asked">
          {turn.turn}
        </button>
        {turn.attempts > 1 && <small> {turn.attempts} attempts</small>}
      </th>
      <td>{formatCount(turn.tokens)}</td>
      <td>{turn.cached === undefined ? '–' : `${Math.round(turn.cached * 100)} %`}</td>
      <td>{turn.reserved === undefined ? '–' : formatCount(turn.reserved)}</td>
      <td>{turn.cost === 0 ? '–' : formatCost(turn.cost)}</td>
      <td>{formatDuration(turn.durationMs)}</td>
    </tr>
  )
}

const columns = ['Turn', 'Tokens', 'Cached', 'Reserved', 'Cost', 'Time']

export function TurnsView({ facts, about }: TurnsViewProps): ReactNode {
  const costs = useMemo(() => turnCosts(facts), [facts])
  const shown = useMemo(() => costs.slice(-limit), [costs])
  return (
    <div className="turns">
      <Context tokens={contextTokens(costs)} contextWindow={about?.contextWindow} />
      <BudgetMeter facts={facts} about={about} />
      {costs.length === 0 ? (
        <p className="panel-empty">No turn has ended yet.</p>
      ) : (
        <>
          <Plots costs={shown} />
          <table>
            <caption className="visually-hidden">Turns, and what each cost. Its number opens what the model was asked.</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((turn) => (
                <Row key={turn.key} turn={turn} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  )
}
