/** Counts what a run used, from its events. */
import { addUsage, type Envelope, noUsage, type Usage } from '@seamfold/core/kit'

export type Totals = {
  /** When the run that is told now was started; undefined before it. */
  readonly startedAt: number | undefined
  readonly at: number
  readonly turns: number
  readonly toolCalls: number
  readonly usage: Usage
  /** US dollars; undefined when the model has no price. */
  readonly cost: number | undefined
}

export const beginTotals: Totals = { startedAt: undefined, at: 0, turns: 0, toolCalls: 0, usage: noUsage, cost: undefined }

/** The totals after an event. A new run starts from zero. */
export function countTotals(totals: Totals, { event, timestamp }: Envelope): Totals {
  const now = { ...totals, at: timestamp }
  switch (event.type) {
    case 'agent_start':
      return { ...beginTotals, startedAt: timestamp, at: timestamp }
    case 'turn_end':
      return {
        ...now,
        turns: totals.turns + 1,
        usage: addUsage(totals.usage, event.usage),
        cost: event.cost === undefined ? totals.cost : (totals.cost ?? 0) + event.cost,
      }
    case 'tool_end':
      return { ...now, toolCalls: totals.toolCalls + 1 }
    default:
      return now
  }
}
