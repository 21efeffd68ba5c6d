/** The shared budgets that a session spends from, as they stand. */
import { budgetRoots, type LedgerSnapshot, readBudget } from '@seamfold/core'
import type { SessionStore } from '@seamfold/core/kit'

export type SharedBudget = Pick<LedgerSnapshot, 'limits' | 'used' | 'held' | 'thresholds'> & {
  readonly name: string
  /** `run`, `session`: each of them has one of its own. */
  readonly scope: 'run' | 'session' | 'shared'
  /** What this session has used of it. */
  readonly own: LedgerSnapshot['used']
  /** Attempts whose end nobody saw: they count as their worst case. */
  readonly lost: number
}

const nothing: LedgerSnapshot['used'] = { tokens: 0, usd: 0, turns: 0, toolCalls: 0, workMs: 0 }

/** Those that it has used or set aside something of. */
export async function budgetsOf(store: SessionStore, id: string): Promise<readonly SharedBudget[]> {
  const found: SharedBudget[] = []
  for await (const name of budgetRoots(store)) {
    const state = await readBudget(store, name)
    if (state === undefined) continue
    const { limits, used, held, thresholds, spenders, reservations, lost } = state
    const own = spenders[id]
    if (own === undefined && !reservations.some(({ spender }) => spender === id)) continue
    found.push({ name, scope: scopeOf(name), limits, used, held, thresholds, own: own ?? nothing, lost: lost.count })
  }
  return found
}

const scopeOf = (root: string): SharedBudget['scope'] =>
  root.startsWith('run/') ? 'run' : root.startsWith('session/') ? 'session' : 'shared'
