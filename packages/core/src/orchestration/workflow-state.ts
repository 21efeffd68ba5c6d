/** What a workflow's log has come to: a fold over its records. */
import { type Json, canonicalJson } from '../model/json.ts'
import { addSpending, NO_SPENDING, type Spending } from '../model/spending.ts'
import type { StepOutcome } from '../model/step.ts'
import { addUsage, noUsage, totalTokens, type Usage } from '../model/usage.ts'
import type { WorkflowRecord } from './workflow-record.ts'

/** The last attempt at a step. */
export type StepEntry = {
  readonly identity: string
  readonly attempt: number
  readonly sessionId: string
  /** Undefined while nobody saw its end: it may have run. */
  readonly outcome: StepOutcome | undefined
  /** What it used, once it has ended: as its budget counted it, else as it said. */
  readonly used?: Partial<Spending>
}

export class WorkflowState {
  /** Whoever claimed it first: sessions are named after this life of the root, not after one that was deleted. */
  born = ''
  begun: { readonly name: string; readonly input: Json } | undefined
  ended: { readonly output: Json } | undefined
  usage: Usage = noUsage
  /** By all attempts that ended: as their budget counted it, else as they said. */
  used: Spending = NO_SPENDING
  readonly steps: Map<string, StepEntry> = new Map()

  fold(record: WorkflowRecord): void {
    switch (record.type) {
      case 'workflow_claimed':
        if (this.born === '') this.born = record.holder
        return
      case 'workflow_released':
        return
      case 'workflow_start':
        this.begun = record
        return
      case 'workflow_end':
        this.ended = record
        return
      case 'step_start': {
        const { key, identity, attempt, sessionId } = record
        this.steps.set(key, { identity, attempt, sessionId, outcome: undefined })
        return
      }
      case 'step_end': {
        const entry = this.steps.get(record.key)
        this.usage = addUsage(this.usage, record.outcome.usage)
        const used = record.used ?? { tokens: totalTokens(record.outcome.usage), usd: record.outcome.cost ?? 0 }
        this.used = addSpending(this.used, used)
        if (entry?.attempt === record.attempt) this.steps.set(record.key, { ...entry, outcome: record.outcome, used })
      }
    }
  }

  /** Whether it was begun with this. */
  wasGiven(input: Json): boolean {
    return this.begun !== undefined && canonicalJson(this.begun.input) === canonicalJson(input)
  }
}
