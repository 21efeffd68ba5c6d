/** The lanes of tool calls, which calls go where, and what is kept of a call that was given up. */
import type { Access, Effect } from './access.ts'
import type { Json } from './json.ts'
import type { ToolErrorKind } from './tool.ts'

/** From the most urgent to the least. */
export const LANES = ['control', 'query', 'execute', 'generate'] as const

export type LaneName = (typeof LANES)[number]

/**
 * The lane of a call whose tool has none of its own. The first line that fits decides:
 *
 * | accesses | effect | lane |
 * |---|---|---|
 * | an `agent` among them | any | `generate` |
 * | any | `composite` | `control`: all its work is in calls that it makes, which have lanes of their own |
 * | a `write`, `exec` or `other` among them | any | `execute` |
 * | only `read` and `net`, or none | `none` | `query` |
 * | only `read` and `net`, or none | any other | `execute` |
 */
export function laneOf(accesses: readonly Access[], effect: Effect): LaneName {
  if (accesses.some(({ kind }) => kind === 'agent')) return 'generate'
  if (effect === 'composite') return 'control'
  return effect === 'none' && accesses.every(({ kind }) => kind === 'read' || kind === 'net') ? 'query' : 'execute'
}

/** A call that was given up, kept until it is driven again or discarded. */
export type DeadLetter = {
  readonly id: string
  readonly sessionId: string
  readonly runId: string
  readonly callId: string
  readonly toolName: string
  /** As they ran. */
  readonly args: Json
  readonly lane: LaneName
  readonly effect: Effect
  /** How often it was begun: 0 when it never got a place. */
  readonly attempts: number
  readonly error: string
  readonly errorKind: ToolErrorKind
  /** It may have had its effect, and a new call would have it once more. */
  readonly mayHaveHappened: boolean
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** Where letters stand in a store, one log each. */
export const LETTER_PREFIX = 'dead-letter/'
