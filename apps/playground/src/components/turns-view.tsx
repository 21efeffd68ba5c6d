/** What each turn cost, as small bars, and how full the model's context is. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, type ReactNode } from 'react'
import { contextTokens, turnCosts, type TurnCost } from '../state/turn-costs.ts'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'

type TurnsViewProps = { readonly facts: readonly Envelope[]; readonly contextWindow: number | undefined }

/** Turns that are drawn; the totals are of all. */
const limit = 200

const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.min(100, (part / whole) * 100)}%`

function Bar({ turn, most }: { readonly turn: TurnCost; readonly most: number }): ReactNode {
  const { input, cacheRead, cacheWrite, output } = turn.usage
  const words = `turn ${turn.turn}: ${formatCount(input)} in, ${formatCount(cacheRead)} from the cache, ${formatCount(cacheWrite)} into it, ${formatCount(output)} out`
  return (
    <div className="bar" role="img" aria-label={words} title={words}>
      <i data-part="cacheRead" style={{ width: percent(cacheRead, most) }} />
      <i data-part="cacheWrite" style={{ width: percent(cacheWrite, most) }} />
      <i data-part="input" style={{ width: percent(input, most) }} />
      <i data-part="output" style={{ width: percent(output, most) }} />
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

export function TurnsView({ facts, contextWindow }: TurnsViewProps): ReactNode {
  const costs = useMemo(() => turnCosts(facts), [facts])
  const most = Math.max(0, ...costs.map(({ tokens }) => tokens))
  const shown = costs.slice(-limit)
  return (
    <div className="turns">
      <Context tokens={contextTokens(costs)} contextWindow={contextWindow} />
      {costs.length === 0 ? (
        <p className="panel-empty">No turn has ended yet.</p>
      ) : (
        <table>
          <caption>
            <span data-part="cacheRead">from the cache</span> <span data-part="cacheWrite">into the cache</span>{' '}
            <span data-part="input">in</span> <span data-part="output">out</span>
          </caption>
          <thead>
            <tr>
              <th scope="col">Turn</th>
              <th scope="col">Tokens</th>
              <th scope="col">Reserved</th>
              <th scope="col">Cost</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          {shown.map((turn) => (
            <tbody key={turn.key}>
              <tr>
                <th scope="row">
                  {turn.turn}
                  {turn.attempts > 1 && <small> {turn.attempts} attempts</small>}
                </th>
                <td>{formatCount(turn.tokens)}</td>
                <td>{turn.reserved === undefined ? '–' : formatCount(turn.reserved)}</td>
                <td>{turn.cost === 0 ? '–' : formatCost(turn.cost)}</td>
                <td>{formatDuration(turn.durationMs)}</td>
              </tr>
              <tr>
                <td colSpan={5}>
                  <Bar turn={turn} most={most} />
                </td>
              </tr>
            </tbody>
          ))}
        </table>
      )}
    </div>
  )
}
