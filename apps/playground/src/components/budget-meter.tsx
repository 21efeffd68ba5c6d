/** How much of every limit is used and set aside: of the run, of the session, and of budgets that others spend from too. */
import type { Envelope } from '@seamfold/core/kit'
import { useMemo, type ReactNode } from 'react'
import type { About, Limits, SharedBudget } from '../api/types.ts'
import { useBudgets } from '../hooks/use-budgets.ts'
import { sharedLines, spendings, type Spending } from '../state/budget.ts'
import { formatCost, formatCount, formatDuration } from '../text/format.ts'

type BudgetMeterProps = { readonly facts: readonly Envelope[]; readonly about: About | undefined }

const kinds = [
  { kind: 'tokens', words: 'Tokens', format: formatCount },
  { kind: 'usd', words: 'Cost', format: formatCost },
  { kind: 'turns', words: 'Turns', format: String },
  { kind: 'toolCalls', words: 'Calls', format: String },
  { kind: 'workMs', words: 'Work', format: formatDuration },
] as const

/** From here on the budget warns. */
const warnAt = 0.8

type LineProps = {
  readonly words: string
  readonly spending: Spending
  readonly limit: number
  readonly format: (value: number) => string
  /** Others spend from it too: so much was used here. */
  readonly own?: number | undefined
}

function Line({ words, spending: { used, reserved }, limit, format, own }: LineProps): ReactNode {
  const share = (value: number): string => `${Math.min(100, (value / limit) * 100)}%`
  const tone = used >= limit ? 'over' : used + reserved >= limit * warnAt ? 'near' : 'fine'
  const aside = reserved > 0 ? `, ${format(reserved)} set aside` : ''
  const here = own === undefined || own === used ? '' : `, ${format(own)} of it here`
  const warned = used >= limit ? '; used up' : used >= limit * warnAt ? `; past ${warnAt * 100} %` : ''
  const said = `${format(used)} of ${format(limit)}${aside}${here}${warned}`
  return (
    <div className="budget-line" data-tone={tone}>
      <span>{words}</span>
      <span className="budget-words">{said}</span>
      <div className="budget-bar" role="img" aria-label={`${words}: ${said}`}>
        <i style={{ width: share(used) }} />
        <i data-reserved="true" style={{ width: share(Math.min(reserved, limit - used)) }} />
        <b style={{ left: `${warnAt * 100}%` }} />
      </div>
    </div>
  )
}

type ScopeProps = { readonly title: string; readonly spent: ReturnType<typeof spendings>; readonly limits: Limits }

function Scope({ title, spent, limits }: ScopeProps): ReactNode {
  const limited = kinds.flatMap(({ kind, ...rest }) => {
    const limit = kind === 'workMs' ? undefined : limits[kind]
    return limit === undefined || kind === 'workMs' ? [] : [{ kind, limit, ...rest }]
  })
  if (limited.length === 0) return null
  return (
    <section className="budget" aria-label={title}>
      <h3>{title}</h3>
      {limited.map(({ kind, ...line }) => (
        <Line key={kind} {...line} spending={spent[kind]} />
      ))}
    </section>
  )
}

const titles = { run: 'Ledger of the run', session: 'Ledger of this session', shared: 'Shared budget' } as const

function Shared({ budget }: { readonly budget: SharedBudget }): ReactNode {
  const { name, scope, lost } = budget
  const title = scope === 'shared' ? `${titles.shared} ${name}` : titles[scope]
  return (
    <section className="budget" aria-label={title}>
      <h3>{title}</h3>
      {sharedLines(budget).map(({ kind, ...line }) => {
        const { words, format } = kinds.find((each) => each.kind === kind) ?? kinds[0]
        return <Line key={kind} {...line} {...{ words, format }} own={scope === 'shared' ? line.own : undefined} />
      })}
      {lost > 0 && (
        <p className="budget-lost">
          {lost} {lost === 1 ? 'attempt' : 'attempts'} whose end nobody saw, counted at {lost === 1 ? 'its' : 'their'} most
        </p>
      )}
    </section>
  )
}

export function BudgetMeter({ facts, about }: BudgetMeterProps): ReactNode {
  const { limits, sessionLimits } = about ?? {}
  const ofRun = useMemo(() => spendings(facts), [facts])
  const ofSession = useMemo(() => spendings(facts, 'session'), [facts])
  const shared = useBudgets()
  return (
    <>
      {limits && <Scope title="Budget of this run" spent={ofRun} limits={limits} />}
      {sessionLimits && <Scope title="Budget of this session" spent={ofSession} limits={sessionLimits} />}
      {shared.map((budget) => (
        <Shared key={budget.name} budget={budget} />
      ))}
    </>
  )
}
