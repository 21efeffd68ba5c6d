/** What a step that is done elsewhere may take from the ledgers of the agent that gives it, and what it took. */
import { AgentError } from '../base/errors.ts'
import { childSignal } from '../base/signals.ts'
import { NO_SPENDING, type Spending } from '../model/spending.ts'
import { type AgentStepSpec, failedStep, type StepBudget, type StepOutcome, stepSessionId } from '../model/step.ts'
import type { RunContext } from '../loop/middleware.ts'
import { finite, least, most, UNLIMITED } from '../orchestration/amounts.ts'
import { type StepGrant, stepGrant } from '../orchestration/step-grant.ts'
import { StepMeter } from '../orchestration/step-meter.ts'
import { WorkLimit } from '../orchestration/work-limit.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'
import type { BudgetThreshold } from '../ports/budget-guard.ts'
import type { BudgetedRun, BudgetGrants, SharedBudget } from '../session/shared-budget.ts'
import type { AgentOptions } from '../session/types.ts'

/** Those of an agent that give shares, in the order in which everybody asks them. */
export const ledgersOf = ({ budget: { ledger = [] } = {} }: Pick<AgentOptions, 'budget'>, run: BudgetedRun): readonly BudgetGrants[] =>
  [ledger]
    .flat()
    .toSorted((a: SharedBudget, b: SharedBudget) => (a.order < b.order ? -1 : 1))
    .flatMap((each: SharedBudget) => each.grants?.(run) ?? [])

/** Names what a step of a session is granted, in every ledger. */
export const grantId = (sessionId: string, taskId: string): string => `${sessionId}#${taskId}`

export type FundsParts = {
  readonly run: RunContext
  readonly taskId: string
  readonly ledgers: readonly BudgetGrants[]
  /** It may have a grant from an earlier process. */
  readonly again: boolean
}

export type FundsRequest = {
  readonly signal: AbortSignal
  /** How many share what is left. */
  readonly sharers: number
  /** What it is granted of other budgets. */
  readonly atMost: StepBudget
}

/** How a step ended: `lost` where nobody can say how far it got, or whether it was begun at all. */
export type StepEnd = { readonly outcome: StepOutcome; readonly lost: boolean }

export class StepFunds {
  readonly #parts: FundsParts
  readonly #id: string
  readonly #meter: StepMeter
  #granted: Spending = UNLIMITED
  #grant: StepGrant | undefined
  /** It was stopped here: nobody says what it took. */
  stopped = false

  constructor(parts: FundsParts) {
    this.#parts = parts
    this.#id = grantId(parts.run.sessionId, parts.taskId)
    this.#meter = new StepMeter(parts.run.host.clock.now)
  }

  /** What it may take in all, from its start; undefined when nothing is left. Rejects with the signal's reason. */
  async ask({ signal, sharers, atMost }: FundsRequest): Promise<StepBudget | undefined> {
    const { run, taskId, ledgers, again } = this.#parts
    const warn = (threshold: BudgetThreshold): void => run.emit({ type: 'budget_threshold_hit', kind: 'soft', ...threshold })
    const whose = { id: this.#id, spender: run.sessionId, covers: stepSessionId(taskId) }
    let granted = least(UNLIMITED, { ...UNLIMITED, ...atMost })
    this.#grant = undefined
    for (const ledger of ledgers) {
      const given = await ledger.grant({ ...whose, sharers, again, atMost: finite(granted) }, { signal, warn })
      if (given === undefined) return undefined
      granted = least(granted, { ...UNLIMITED, ...given })
    }
    this.#granted = granted
    this.#grant = stepGrant(granted, { id: this.#id, meter: this.#meter, ledger: undefined, warn: undefined, settled: () => {} })
    return this.#grant.budget
  }

  /** Nobody will ask for it any more, nor say how far it got. */
  async lose(): Promise<void> {
    await this.#tell((ledger) => ledger.lose(this.#id))
  }

  /** Its time of work is kept here, from its events. */
  async during(executor: AgentExecutor, spec: AgentStepSpec, { signal, onEvent }: ExecuteOptions): Promise<StepOutcome> {
    const grant = this.#grant
    if (grant === undefined) return executor.executeStep(spec, { signal, ...(onEvent && { onEvent }) })
    grant.restart()
    const control = childSignal(signal)
    let over: AgentError | undefined
    const stop = (): void => {
      over = new AgentError('budget_exhausted', `Step ${spec.taskId} was stopped: its time of work is used up`)
      control.abort(over)
    }
    const limit = new WorkLimit({ grant, clock: this.#parts.run.host.clock, over: stop })
    const listen: ExecuteOptions['onEvent'] = (envelope) => {
      grant.observe(envelope)
      limit.check()
      onEvent?.(envelope)
    }
    try {
      return await executor.executeStep(spec, { signal: control.signal, onEvent: listen })
    } catch (error) {
      if (over === undefined || error !== over) throw error
      this.stopped = true
      return { ...failedStep(spec, over.message), code: over.code }
    } finally {
      limit.end()
      control.release()
    }
  }

  /** What counts for it: at its worst where nobody knows. Undefined where it was granted nothing. */
  used({ outcome, lost }: StepEnd): Spending | undefined {
    if (this.#grant === undefined) return undefined
    if (outcome.begun === false && !lost) return NO_SPENDING
    const told = this.#grant.used(outcome)
    return lost ? most(told, { ...NO_SPENDING, ...finite(this.#granted) }) : told
  }

  /** Told once more, it changes nothing. What a ledger does not take now stays set aside, which is safe. */
  async settle(used: Spending | undefined, { outcome, lost }: StepEnd): Promise<void> {
    if (used === undefined && lost) return this.lose()
    const suspended = outcome.status === 'suspended'
    await this.#tell((ledger) => (suspended ? ledger.rest(this.#id, used ?? NO_SPENDING) : ledger.settle(this.#id, used ?? NO_SPENDING)))
  }

  async #tell(work: (ledger: BudgetGrants) => Promise<void>): Promise<void> {
    await Promise.allSettled(this.#parts.ledgers.map(work))
  }
}
