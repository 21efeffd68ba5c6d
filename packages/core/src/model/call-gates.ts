/** What a call passed before it began. */
import type { DecidingRule } from './event.ts'
import type { LaneName } from './lane.ts'

/** What one hook said of a call. */
export type HookVerdict = {
  /** Default: the hook has no name. */
  readonly name?: string
  /** `silent`: it was asked and had nothing to say. */
  readonly decision: 'continue' | 'block' | 'silent'
  /** Arguments that it replaced, by name. Without it the call's arguments tell: those that the model gave, and those that it began with. */
  readonly changed?: readonly string[]
  /** Why it blocks. */
  readonly reason?: string
}

/** A place in a lane. */
export type LanePlace = {
  readonly name: LaneName
  /** Milliseconds that the call waited for it. Default: 0. */
  readonly waitedMs?: number
  /** Of another attempt: what the one before failed with, and the milliseconds of pause after it. */
  readonly after?: { readonly error: string; readonly delayMs: number }
}

/** What a shared budget set aside for a call: one call, and time. */
export type CallReservation = {
  /** The budget's root; `run` or `session` where each has its own. Default: it has no name. */
  readonly name?: string
  /** Milliseconds of work. Default: it limits no time. */
  readonly workMs?: number
}

/** Only what took part: nothing is said of a call that nobody held up. */
export type CallGates = {
  /** Hooks that spoke, and those with a name that were asked, in their order. */
  readonly hooks?: readonly HookVerdict[]
  /** The rule by which it ran, or because of which somebody was asked. Default: no rule decided, but the policy's default. */
  readonly rule?: DecidingRule
  /** Shared budgets, the outermost first. */
  readonly budgets?: readonly CallReservation[]
  readonly lane?: LanePlace
  /** The sandbox that it runs in, by name. */
  readonly sandbox?: string
}
