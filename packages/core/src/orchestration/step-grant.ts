/** What one attempt at a step may use, what it does use, and what is settled in the end. */
import type { Envelope } from '../model/event.ts'
import { addSpending, NO_SPENDING, type Spending } from '../model/spending.ts'
import type { StepBudget, StepOutcome } from '../model/step.ts'
import { totalTokens } from '../model/usage.ts'
import { finite, most } from './amounts.ts'
import type { Ledger, Warn } from './ledger.ts'
import type { StepMeter } from './step-meter.ts'

/** What one attempt may use up. */
export interface StepGrant {
  /** What is not limited is left out. */
  readonly budget: StepBudget
  /** The attempt is asked (again): its events come from its start. */
  restart(): void
  /** Counts what is used while it is used. */
  observe(envelope: Envelope): void
  /** Milliseconds until its time of work is over, if it goes on as it does now. Undefined while it has no such limit, or does not work. */
  leftMs(): number | undefined
  /** What it has used, for the log. */
  used(outcome: StepOutcome): Spending
  /** It has ended, or waits: `outcome` is undefined when nobody knows how. */
  settle(outcome: StepOutcome | undefined): Promise<void>
}

export type GrantParts = {
  readonly id: string
  readonly meter: StepMeter
  readonly ledger: Ledger | undefined
  readonly warn: Warn | undefined
  /** In the budgets that it is a part of. */
  settled(used: Spending): void
}

export function stepGrant(granted: Spending, { id, meter, ledger, warn, settled }: GrantParts): StepGrant {
  const used = (outcome: StepOutcome | undefined): Spending => {
    const said = outcome === undefined || outcome.code === 'timeout' ? undefined : saidIn(outcome, { granted, heard: meter.heard })
    const seen = meter.used({ pending: outcome?.code === undefined || !TURNED_AWAY.has(outcome.code) })
    const taken = said === undefined ? seen : most(seen, said)
    // What goes on after its time was over is not waited for.
    return { ...taken, workMs: Math.min(taken.workMs, granted.workMs) }
  }
  return {
    budget: finite(granted),
    restart: () => meter.restart(),
    observe: (envelope) => meter.observe(envelope),
    leftMs: () => (granted.workMs === Infinity ? undefined : meter.leftMs(granted.workMs)),
    used,
    async settle(outcome) {
      const taken = used(outcome)
      settled(taken)
      // What was cut off may be at work somewhere: its grant stays out, until it is asked for again.
      if (ledger === undefined || outcome === undefined) return
      // What waits takes again what it gives back, here or in another process.
      const waits = outcome.status === 'suspended'
      const told = waits ? ledger.rest(id, taken) : ledger.settle(id, taken, warn === undefined ? {} : { warn })
      await told.catch(() => {}) // it stays out, which is safe, and is told again with what comes next
    },
  }
}

/** Attempts that ended like this took nothing. */
const TURNED_AWAY: ReadonlySet<string> = new Set(['llm_rejected', 'llm_rate_limited', 'llm_unauthorized', 'context_overflow'])

type Known = { readonly granted: Spending; readonly heard: boolean }

/** What nobody told of is all that was granted, where it is limited and anything was done. */
function saidIn({ usage, cost }: StepOutcome, { granted, heard }: Known): Spending {
  const tokens = totalTokens(usage)
  const worst = tokens === 0 ? NO_SPENDING : addSpending(NO_SPENDING, finite(granted))
  return { ...(heard ? NO_SPENDING : worst), tokens, usd: cost ?? worst.usd }
}
