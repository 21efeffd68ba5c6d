/** What a step that is done elsewhere used: what its outcome says, or what its events told where that says less. */
import type { Envelope } from '../model/event.ts'
import type { StepBudget, StepOutcome } from '../model/step.ts'
import { addUsage, noUsage, totalTokens, type Usage } from '../model/usage.ts'
import type { Used } from './child-end.ts'
import { type Lost, LostAttempts } from './lost-attempts.ts'

const left = (limit: number | undefined, used: number): number => Math.max(0, (limit ?? 0) - used)

export type Settling = {
  readonly grant: StepBudget | undefined
  /** Nobody can say how far it got. */
  readonly lost: boolean
}

/** Of one asking: a step tells its events from its start each time. */
export class StepTally {
  readonly #attempts = new LostAttempts()
  readonly #calls = new Set<string>()
  #below = 0
  #usage: Usage = noUsage
  #cost = 0
  #heard = false

  add({ event }: Envelope): void {
    this.#heard = true
    this.#attempts.add(event)
    if (event.type === 'tool_execution_start' || event.type === 'tool_end') this.#calls.add(event.callId)
    if (event.type === 'subagent_end') this.#below += event.toolCalls
    if (event.type !== 'turn_end' && event.type !== 'subagent_end') return
    this.#usage = addUsage(this.#usage, event.usage)
    this.#cost += event.cost ?? 0
  }

  /** Its events told of more than its outcome does: that is not its whole end. */
  saysMore({ usage }: StepOutcome): boolean {
    return totalTokens(usage) < totalTokens(this.#usage)
  }

  /** A step that is lost counts as all that it was granted, and so do dollars and calls that nobody tells of. */
  settled(outcome: StepOutcome, { grant = {}, lost: broken }: Settling): { readonly outcome: StepOutcome; readonly used: Used } {
    const usage = this.saysMore(outcome) ? this.#usage : outcome.usage
    const cost = outcome.cost ?? (this.#cost > 0 ? this.#cost : undefined)
    const told = this.#attempts.total() ?? { tokens: 0, usd: 0 }
    const lost: Lost = {
      tokens: broken ? Math.max(told.tokens, left(grant.tokens, totalTokens(usage))) : told.tokens,
      usd: broken || (cost === undefined && totalTokens(usage) > 0) ? Math.max(told.usd, left(grant.usd, cost ?? 0)) : told.usd,
    }
    const calls = this.#calls.size + this.#below
    return {
      outcome: { ...outcome, usage, ...(cost === undefined ? {} : { cost }) },
      used: {
        toolCalls: broken || (!this.#heard && totalTokens(usage) > 0) ? Math.max(calls, grant.toolCalls ?? 0) : calls,
        ...(lost.tokens > 0 || lost.usd > 0 ? { lost } : {}),
      },
    }
  }
}
