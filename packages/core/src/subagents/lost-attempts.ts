/** What attempts of a child may have taken whose end nobody saw: no usage tells of it. */
import type { AgentEvent, Reservation } from '../model/event.ts'

export type Lost = Required<Pick<Reservation, 'tokens' | 'usd'>>

const plus = (lost: Lost, { tokens, usd = 0 }: Reservation = { tokens: 0 }): Lost => ({ tokens: lost.tokens + tokens, usd: lost.usd + usd })

/** Told of all that happens in a run, in order. */
export class LostAttempts {
  #lost: Lost = { tokens: 0, usd: 0 }
  #pending: Reservation | undefined

  add(event: AgentEvent): void {
    if (event.type === 'turn_start') {
      if (event.reservation?.afterRefusal !== true) this.#lost = plus(this.#lost, this.#pending)
      this.#pending = event.reservation
    } else if (event.type === 'turn_end') {
      if (event.meta?.usageMissing === true) this.#lost = plus(this.#lost, this.#pending)
      this.#pending = undefined
    } else if (event.type === 'subagent_end') this.#lost = plus(this.#lost, event.lost)
  }

  /** With the attempt that is under way. Undefined for none. */
  total(): Lost | undefined {
    const lost = plus(this.#lost, this.#pending)
    return lost.tokens > 0 ? lost : undefined
  }
}
