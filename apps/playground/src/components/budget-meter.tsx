/** How much of the run's limits is used and set aside. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, type ReactNode } from 'react'
import type { Limits } from '../api/types.ts'
import { spendings, type Spending } from '../state/budget.ts'
import { formatCost, formatCount } from '../text/format.ts'

type BudgetMeterProps = { readonly facts: readonly Envelope[]; readonly limits: Limits | undefined }

const kinds = [
  { kind: 'tokens', words: 'Tokens', format: formatCount },
  { kind: 'usd', words: 'Cost', format: formatCost },
  { kind: 'turns', words: 'Turns', format: String },
  { kind: 'toolCalls', words: 'Calls', format: String },
] as const

type LineProps = { readonly words: string; readonly spending: Spending; readonly limit: number; readonly format: (value: number) => string }

function Line({ words, spending: { used, reserved }, limit, format }: LineProps): ReactNode {
  const share = (value: number): string => `${Math.min(100, (value / limit) * 100)}%`
  const tone = used >= limit ? 'over' : used + reserved >= limit * 0.8 ? 'near' : 'fine'
  const said = `${format(used)} of ${format(limit)}${reserved > 0 ? `, ${format(reserved)} set aside` : ''}`
  return (
    <div className="budget-line" data-tone={tone}>
      <span>{words}</span>
      <span className="budget-words">{said}</span>
      <div className="budget-bar" role="img" aria-label={`${words}: ${said}`}>
        <i style={{ width: share(used) }} />
        <i data-reserved="true" style={{ width: share(Math.min(reserved, limit - used)) }} />
      </div>
    </div>
  )
}

export function BudgetMeter({ facts, limits = {} }: BudgetMeterProps): ReactNode {
  const spent = useMemo(() => spendings(facts), [facts])
  const limited = kinds.flatMap(({ kind, ...rest }) => {
    const limit = limits[kind]
    return limit === undefined ? [] : [{ kind, limit, ...rest }]
  })
  if (limited.length === 0) return null
  return (
    <section className="budget" aria-label="Budget of this run">
      <h3>Budget of this run</h3>
      {limited.map(({ kind, limit, words, format }) => (
        <Line key={kind} {...{ words, limit, format }} spending={spent[kind]} />
      ))}
    </section>
  )
}
