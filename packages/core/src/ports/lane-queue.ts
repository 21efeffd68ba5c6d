/** The lesser port that says when a tool call which passed its gates may begin, and keeps those that were given up. */
import type { Access, Effect } from '../model/access.ts'
import type { LanePlace } from '../model/call-gates.ts'
import type { Fact } from '../model/event.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { DeadLetter, LaneName } from '../model/lane.ts'
import type { LiveEvent } from '../model/live-event.ts'
import type { Tool, ToolErrorKind } from '../model/tool.ts'
import type { ToolOutcome } from '../model/tool-outcome.ts'

/** A call that wants to begin. */
export type LaneCommand = {
  readonly sessionId: string
  readonly runId: string
  readonly callId: string
  /** The call that made this one, for nested calls. */
  readonly parentCallId: string | undefined
  /** The session's. A sub-agent's names the call that gave its task: `parentSessionId`, `parentCallId`. */
  readonly metadata: JsonObject
  readonly tool: Tool
  readonly args: Json
  readonly accesses: readonly Access[]
  readonly effect: Effect
  /** How often it was begun before, by this process or by one that is gone. */
  readonly attempts: number
  /** Milliseconds that it may take as things stand; `0` means no limit, which a lane may set. Default: the tool's own. */
  readonly timeoutMs?: number
}

/** What a queue may change of an attempt. */
export type LaneAttempt = {
  readonly timeoutMs?: number
  /** Stands for the command's. */
  readonly tool?: Tool
  /** The place that it has: the journal keeps it. */
  readonly lane?: LanePlace
}

/** The work of a command, and how a queue speaks of it. */
export interface LaneWork {
  /** Fires when the call must stop. */
  readonly signal: AbortSignal
  /** One attempt, recorded before its effect begins. */
  attempt(change: LaneAttempt): Promise<ToolOutcome>
  /** Store facts with the call's end. */
  record(facts: readonly Fact[]): void
  emit(event: LiveEvent): void
}

export type LaneStats = {
  /** Calls that wait. */
  readonly depth: number
  /** Calls that have a place. */
  readonly active: number
  /** Places given so far, and milliseconds that was waited for them in all. */
  readonly started: number
  readonly waitedMs: number
  readonly paused: boolean
}

export type QueueStats = Readonly<Record<LaneName, LaneStats>>

/** Work that somebody else takes: handed to one taker. */
export type LaneTask = {
  readonly taskId: string
  readonly lane: LaneName
  readonly sessionId: string
  readonly callId: string
  readonly tool: string
  /** The arguments, after hooks and edits. */
  readonly payload: Json
  /** The same for every attempt: hand it to a far side that honours it. */
  readonly idempotencyKey: string
}

/** What became of such work. A string is the result verbatim; other values become JSON. */
export type LaneCompletion =
  | { readonly result: Json }
  | {
      readonly error: string
      /** It failed for the moment, as a lost connection does: it may be tried again. Default: false. */ readonly retryable?: boolean
    }

export type LaneRetry = {
  /** Tries in all. Default: 3. */
  readonly attempts?: number
  /** Milliseconds before the second try; doubles each time, with jitter, up to 30,000. Default: 200. */
  readonly baseDelayMs?: number
  /** What counts as a failure for the moment. Default: `transport` and `timeout`. */
  readonly on?: readonly ToolErrorKind[]
}

/** What one lane allows. */
export type LaneLimits = {
  /** Calls that have a place at once. Default: control 4, query 12, execute 4, generate 2. */
  readonly concurrency?: number
  /** Lower goes first where lanes share `LaneRules.concurrency`. Default: control 0, query 1, execute 2, generate 3. */
  readonly priority?: number
  /** At most so many calls begin within any `perMs` milliseconds. Default: no limit. */
  readonly rate?: { readonly calls: number; readonly perMs: number }
  /** Milliseconds that a call may wait for its place; it has not begun then. `0` means no limit. Default: 0. */
  readonly waitMs?: number
  /** Milliseconds that one attempt may take, where its tool and the agent do not say less. `0` means no limit. Default: theirs. */
  readonly workMs?: number
  /** How many calls wait when an alert is given: a warning, and at twice as many a critical one. Default: 50. `0` means never. */
  readonly alertDepth?: number
  /**
   * Who does the work: the tool (`internal`), whoever takes it from the queue (`external`), or the tool while others are told
   * (`hybrid`). What sub-agents do is done here. Default: `internal`.
   */
  readonly handler?: 'internal' | 'external' | 'hybrid'
  readonly retry?: LaneRetry
}

/** What every queue can be told; how it keeps its letters is its own affair. */
export type LaneRules = Readonly<Partial<Record<LaneName, LaneLimits>>> & {
  /** Calls that have a place at once in all lanes together. Default: no limit. */
  readonly concurrency?: number
  /** Lanes of tools, by name. Default: what the call touches decides. */
  readonly tools?: Readonly<Record<string, LaneName>>
}

/**
 * Gives tool calls their places.
 *
 * Contract:
 * - A call gets its place in its lane, and what its attempt comes to is handed back. [lane.outcome]
 * - No lane has more calls at work than its concurrency, nor all together than theirs. [lane.concurrency, lane.total]
 * - A full lane holds up no other one, and of lanes that share the total the more urgent goes first. [lane.independent, lane.priority]
 * - The lane follows from what the call touches, unless its tool has one. [lane.of_call, lane.of_tool]
 * - Calls of one session begin in the order in which they came; sessions take turns. [lane.order, lane.fair]
 * - No more calls begin within any interval than the rate allows. [lane.rate]
 * - A call that waited too long fails as `timeout` and has not begun; the time to work is handed to the attempt. [lane.wait_timeout, lane.work_timeout]
 * - A call that failed for the moment (`transport`, `timeout`) is tried again where twice is as once, as told by `command_retry`, waiting without
 *   its place; attempts made before count. [lane.retry, lane.retry_counts]
 * - No other failure is tried again, nor a call that may not be made twice. [lane.retry_failed, lane.retry_unsafe]
 * - A call that is given up is listed and recorded as `command_dead_lettered`; one that failed for good is not. [lane.dead_letter, lane.alive]
 * - A letter is driven again once at a time, and is gone when that was done; it stays when it was not. [lane.redrive, lane.redrive_failed]
 * - What may have happened is driven again only for who says so. [lane.redrive_again]
 * - A call gives its place up while calls that it made want theirs, sub-agents' as well. [lane.nested, lane.nested_agent]
 * - When the signal fires a call leaves at once, frees its place, and leaves nothing on the signal. [lane.cancel, lane.cancel_working, lane.signal_left]
 * - A signal that fired before begins nothing. [lane.cancelled_before]
 * - Work of an external lane is handed to one taker, and its first completion counts. [lane.external, lane.external_once]
 * - In a hybrid lane the tool works, and others are told. [lane.hybrid]
 * - A paused lane begins nothing and says so; a closed queue refuses, also those that wait. [lane.paused, lane.closed]
 * - Pressure is told once when it rises and once when it falls. [lane.alert]
 * - Stats say who waits, who works and how long was waited; an attempt is told what of that was its own. [lane.stats, lane.told]
 */
export interface LaneQueue {
  readonly contract: 1
  /** Resolves with the outcome of the last attempt. Rejects with the signal's reason, and with what an attempt rejects with. */
  submit(command: LaneCommand, work: LaneWork): Promise<ToolOutcome>
  /** Costs nothing: read it as often as you like. */
  stats(): QueueStats
  /** Begin nothing more, in one lane or in all. */
  pause(lane?: LaneName): void
  resume(lane?: LaneName): void
  /** Oldest first. */
  deadLetters(): Promise<readonly DeadLetter[]>
  /**
   * Hand a letter to whoever drives it again; when that resolves the letter is gone. Driving one that is being driven waits for
   * that. Throws `request_not_found`, and `unsupported` for one that may have happened unless `again` is true.
   */
  redrive<T>(id: string, drive: (letter: DeadLetter) => Promise<T>, options?: { readonly again?: boolean }): Promise<T>
  /** Forget a letter. False when there is none. */
  discard(id: string): Promise<boolean>
  /** Work of external lanes that has no end yet, taken or not; of hybrid ones, what is under way. */
  tasks(): readonly LaneTask[]
  /** Waits for work that nobody has taken. */
  take(options: { readonly signal: AbortSignal; readonly lane?: LaneName }): Promise<LaneTask>
  /** Whether this completion counts: the first does, and nobody waits for one of a task that is over. */
  complete(taskId: string, completion: LaneCompletion): boolean
  /** Refuse what waits and what comes; what works goes on. */
  close(): void
}
