/** `runLedgers`: a ledger of its own for each run or session, with all that its sub-agents do. */
import { ownRoot } from '../journal/keys.ts'
import type { RunContext } from '../loop/middleware.ts'
import { budgetGuard } from '../middleware/budget-guard.ts'
import { assertPriced } from '../orchestration/ledger-guard.ts'
import { checkLedgerOptions, type LedgerOptions } from '../orchestration/ledger-options.ts'
import type { SessionStore } from '../ports/session-store.ts'
import { type BudgetLedger, budgetLedger } from './budget-ledger.ts'
import type { BudgetedRun, SharedBudget } from './shared-budget.ts'

export interface RunLedgersOptions extends Omit<LedgerOptions, 'root'> {
  /** What has a budget of its own. The root is its id: `run/<id>`, or `session/<id>`. It is deleted with the session. */
  readonly each: 'run' | 'session'
}

/**
 * Limits what `perRun` and `perSession` do not, such as time of work, and what sub-agents share instead of dividing it beforehand. Give
 * it to `createAgent({ budget: { ledger } })`. Throws `invalid_argument` for limits and thresholds that cannot be held.
 */
export function runLedgers(store: SessionStore, { each, ...options }: RunLedgersOptions): SharedBudget {
  checkLedgerOptions({ ...options, root: each })
  const ledgers = new Ledgers((root) => budgetLedger(store, { ...options, root }))
  const rootOf = ({ runId, sessionId }: BudgetedRun): string => ownRoot(each, each === 'run' ? runId : sessionId)
  return {
    order: each,
    grants: (run) => ledgers.of(run, rootOf(run)),
    middleware({ price }) {
      assertPriced(options.limits, price, `of each ${each}`)
      return budgetGuard((run) => ledgers.begin(run, rootOf(run)), { price, name: each })
    },
  }
}

/** The ledgers of the runs that are under way here, by their session. */
class Ledgers {
  readonly #open: (root: string) => BudgetLedger
  readonly #ofSessions = new Map<string, BudgetLedger>()

  constructor(open: (root: string) => BudgetLedger) {
    this.#open = open
  }

  /** The one that a run spends from, or has spent from. */
  of({ sessionId, metadata: { parentSessionId } }: BudgetedRun, root: string): BudgetLedger {
    const parent = typeof parentSessionId === 'string' ? this.#ofSessions.get(parentSessionId) : undefined
    return this.#ofSessions.get(sessionId) ?? parent ?? this.#open(root)
  }

  /** A sub-agent spends from the ledger of whoever gave it its task; that one is at work as long as it is. */
  begin({ sessionId, runId, metadata, state, until }: RunContext, root: string): BudgetLedger {
    const parent = typeof metadata.parentSessionId === 'string' ? this.#ofSessions.get(metadata.parentSessionId) : undefined
    const ledger = parent ?? this.#open(root)
    this.#ofSessions.set(sessionId, ledger)
    const { fence } = state()
    const ended = until(
      ({ fence: latest, run }) => (latest !== fence || run?.id !== runId || run.status !== 'executing' ? true : undefined),
      new AbortController().signal, // the run's own may fire before its end is told
    )
    const leave = async (): Promise<void> => {
      if (this.#ofSessions.get(sessionId) === ledger) this.#ofSessions.delete(sessionId)
      if (parent === undefined) await ledger.close()
    }
    ended.then(leave).catch(() => {}) // what it holds is settled by whoever opens it next
    return ledger
  }
}
