/** A budget that is kept outside the session, as agents take it. */
import type { Middleware, RunContext } from '../loop/middleware.ts'
import type { Spending } from '../model/spending.ts'
import type { LedgerGrantRequest } from '../orchestration/ledger-share.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { ModelInfo } from '../ports/llm-client.ts'

/** A budget that is kept outside the session. */
export interface SharedBudget {
  /** Several are asked in the order of these texts, everywhere the same: so nobody holds what another one waits for, and the reverse. */
  readonly order: string
  /** Throws `invalid_argument` for a model that it cannot be held with. */
  middleware(model: ModelInfo): Middleware
  /** Where steps that are done elsewhere get their shares. Without it what they use is not counted here. */
  grants?(run: BudgetedRun): BudgetGrants
}

export type BudgetedRun = Pick<RunContext, 'sessionId' | 'runId' | 'metadata'>

export type GrantRequest = LedgerGrantRequest & { readonly again?: boolean }

/** Shares for those who cannot ask: each counts as spent until it is settled, whoever dies. A `Ledger` gives them. */
export interface BudgetGrants {
  /**
   * Asked again under an id that is out, it is the same grant; `again` says that it may be out. May wait for what others give back;
   * resolves with undefined when nothing is left.
   */
  grant(
    request: GrantRequest,
    options: { readonly signal: AbortSignal; readonly warn?: (threshold: BudgetThreshold) => void },
  ): Promise<Partial<Spending> | undefined>
  /** What it took counts. Done twice it counts once. */
  settle(id: string, taken: Partial<Spending>): Promise<void>
  /** Whoever has it waits: what it has used stays out, and the rest may be given back until it is asked for again. */
  rest(id: string, used: Partial<Spending>): Promise<void>
  /** Nobody will ever say what it took: all of it counts. */
  lose(id: string): Promise<void>
}
