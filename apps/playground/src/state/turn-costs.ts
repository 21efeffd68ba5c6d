/** What every turn of a session cost, from its facts: tokens, money, time, attempts. */
import { totalTokens, type Envelope, type Usage } from '@seamfold/core/kit'

export type TurnCost = {
  readonly key: string
  readonly turn: number
  readonly usage: Usage
  readonly tokens: number
  readonly cost: number
  /** How often the model was asked. */
  readonly attempts: number
  /** Tokens that were reserved for the attempt that counted. */
  readonly reserved: number | undefined
  readonly durationMs: number
}

type Begun = { readonly at: number; readonly attempts: number; readonly reserved: number | undefined }

export function turnCosts(facts: readonly Envelope[]): readonly TurnCost[] {
  const costs: TurnCost[] = []
  const begun = new Map<string, Begun>()
  for (const { event, cursor, runId, timestamp } of facts) {
    if (event.type === 'turn_start') {
      const key = `${runId}/${event.turn}`
      const before = begun.get(key)
      begun.set(key, { at: before?.at ?? timestamp, attempts: (before?.attempts ?? 0) + 1, reserved: event.reservation?.tokens })
    }
    if (event.type === 'turn_end') {
      const { at = timestamp, attempts = 1, reserved } = begun.get(`${runId}/${event.turn}`) ?? {}
      const tokens = totalTokens(event.usage)
      costs.push({
        key: cursor,
        turn: event.turn,
        usage: event.usage,
        tokens,
        cost: event.cost ?? 0,
        attempts,
        reserved,
        durationMs: timestamp - at,
      })
    }
  }
  return costs
}

/** Tokens that the model read and wrote in the last turn: as much as the next one begins with. */
export function contextTokens(costs: readonly TurnCost[]): number {
  const last = costs.at(-1)?.usage
  return last === undefined ? 0 : last.input + last.cacheRead + last.cacheWrite + last.output
}
