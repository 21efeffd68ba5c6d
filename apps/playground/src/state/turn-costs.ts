/** What every turn of a session cost, from its facts: tokens, money, time, attempts. */
import { totalTokens, type Envelope, type Usage } from '@seamfold/core/kit'

export type TurnCost = {
  readonly key: string
  /** Cursor of its last `turn_start`; its own where there is none. */
  readonly start: string
  readonly turn: number
  readonly usage: Usage
  readonly tokens: number
  /** Share of what was sent that came from the cache, from 0 to 1; undefined where the provider does not tell of one. */
  readonly cached: number | undefined
  readonly cost: number
  /** How often the model was asked. */
  readonly attempts: number
  /** Tokens that were reserved for the attempt that counted. */
  readonly reserved: number | undefined
  readonly durationMs: number
}

type Begun = { readonly start: string; readonly at: number; readonly attempts: number; readonly reserved: number | undefined }

export function turnCosts(facts: readonly Envelope[]): readonly TurnCost[] {
  const costs: TurnCost[] = []
  const begun = new Map<string, Begun>()
  for (const { event, cursor, runId, timestamp } of facts) {
    if (event.type === 'turn_start') {
      const key = `${runId}/${event.turn}`
      const before = begun.get(key)
      begun.set(key, {
        start: cursor,
        at: before?.at ?? timestamp,
        attempts: (before?.attempts ?? 0) + 1,
        reserved: event.reservation?.tokens,
      })
    }
    if (event.type === 'turn_end') {
      const { start = cursor, at = timestamp, attempts = 1, reserved } = begun.get(`${runId}/${event.turn}`) ?? {}
      const tokens = totalTokens(event.usage)
      costs.push({
        key: cursor,
        start,
        turn: event.turn,
        usage: event.usage,
        tokens,
        cached: cachedShare(event.usage),
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

function cachedShare({ input, cacheRead, cacheWrite }: Usage): number | undefined {
  return cacheRead + cacheWrite === 0 ? undefined : cacheRead / (input + cacheRead + cacheWrite)
}

/** What the provider told of the attempt that began with this `turn_start`; undefined while it has not ended, or where it failed. */
export function usageOf(facts: readonly Envelope[], start: string): Usage | undefined {
  const at = facts.findIndex(({ cursor }) => cursor === start)
  const next = facts.slice(at + 1).find(({ event }) => event.type === 'turn_start' || event.type === 'turn_end')
  return at !== -1 && next?.event.type === 'turn_end' ? next.event.usage : undefined
}
