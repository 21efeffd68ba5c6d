/** Calls for the lane suite: what they touch, when they are done, and what was said of them. */
import type { Access, Effect } from '../model/access.ts'
import { tool } from '../model/define-tool.ts'
import type { Fact } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { LiveEvent } from '../model/live-event.ts'
import { failed, succeeded, type ToolContext, type ToolResult } from '../model/tool.ts'
import { resultOf, type ToolOutcome } from '../model/tool-outcome.ts'
import type { LaneAttempt, LaneCommand, LaneQueue, LaneRules } from '../ports/lane-queue.ts'
import { gate, type Gate } from './agent-executor-fixtures.ts'

/** What the suite judges: queues with given rules, and the means to let their time pass. */
export interface LaneSubject {
  make(rules: LaneRules): LaneQueue
  /** Lets so many milliseconds pass, and everything happen that is due. */
  advance(ms: number): Promise<void>
}

export type CallOptions = {
  readonly session?: string
  readonly parent?: string
  readonly metadata?: JsonObject
  readonly toolName?: string
  readonly accesses?: readonly Access[]
  readonly effect?: Effect
  readonly attempts?: number
  /** The tool's own. */
  readonly timeoutMs?: number
  /** The agent's. */
  readonly toolMs?: number
  /** Its signal fires with this before it is submitted. */
  readonly cancelled?: Error
  /** What its attempts come to, in order; a call that has none left ends when it is told to. */
  readonly script?: readonly ToolResult[]
}

/** A call on its way through a queue. */
export interface LaneCall {
  readonly callId: string
  /** Attempts that have begun, with what the queue changed of each. */
  readonly attempts: readonly LaneAttempt[]
  readonly facts: readonly Fact[]
  readonly events: readonly LiveEvent[]
  readonly outcome: Promise<ToolOutcome>
  /** Undefined until it has one. */
  readonly ended: () => ToolOutcome | undefined
  /** The attempt under way comes to this. */
  finish(outcome?: ToolOutcome): void
  /** Listeners that are left on its signal. */
  listeners(): number
  abort(reason: unknown): void
}

export const WRITE: readonly Access[] = [{ kind: 'write', path: 'a' }]
export const AGENT: readonly Access[] = [{ kind: 'agent', agent: 'scout' }]

export const cut: ToolResult = failed('the line was cut', { kind: 'transport' })
export const done: ToolOutcome = resultOf(succeeded('done'))

/** What a queue changes of an attempt, beside what it tells. */
export function withoutPlace(attempt: LaneAttempt): LaneAttempt {
  const { lane: _, ...change } = attempt
  return change
}

/** Each is another call, also where all else is the same. */
export function caller(queue: LaneQueue): (callId: string, options?: CallOptions) => LaneCall {
  return (callId, options = {}) => new SceneCall(queue, callId, options)
}

class SceneCall implements LaneCall {
  readonly callId: string
  readonly attempts: LaneAttempt[] = []
  readonly facts: Fact[] = []
  readonly events: LiveEvent[] = []
  readonly outcome: Promise<ToolOutcome>
  readonly #controller = new AbortController()
  readonly #script: ToolResult[]
  #listening = 0
  #ended: ToolOutcome | undefined
  #underWay: Gate<ToolOutcome> | undefined

  constructor(queue: LaneQueue, callId: string, options: CallOptions) {
    this.callId = callId
    this.#script = [...(options.script ?? [])]
    this.#count()
    if (options.cancelled) this.abort(options.cancelled)
    this.outcome = queue.submit(commandOf(callId, options), {
      signal: this.#controller.signal,
      attempt: (change) => this.#attempt(change),
      record: (facts) => void this.facts.push(...facts),
      emit: (event) => void this.events.push(event),
    })
    this.outcome.then(
      (outcome) => (this.#ended = outcome),
      () => {},
    )
  }

  ended = (): ToolOutcome | undefined => this.#ended

  finish(outcome: ToolOutcome = done): void {
    this.#underWay?.open(outcome)
  }

  listeners(): number {
    return this.#listening
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  #attempt(change: LaneAttempt): Promise<ToolOutcome> {
    this.attempts.push(change)
    const next = this.#script.shift()
    if (next !== undefined) return Promise.resolve(resultOf(next))
    if (change.tool !== undefined) return this.#byOthers(change.tool)
    const underWay = gate<ToolOutcome>()
    this.#underWay = underWay
    const { signal } = this.#controller
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      void underWay.opened.then(resolve)
    })
  }

  async #byOthers(work: NonNullable<LaneAttempt['tool']>): Promise<ToolOutcome> {
    const { signal } = this.#controller
    const context = { callId: this.callId, idempotencyKey: `key of ${this.callId}`, signal } as ToolContext
    return resultOf((await work.execute({}, context)) as ToolResult)
  }

  /** Counts what is put on the signal and taken off again, apart from what its own attempts put there. */
  #count(): void {
    const { signal } = this.#controller
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    const listeners = new Set<unknown>()
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners.add(given[1])
      this.#listening = listeners.size
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners.delete(given[1])
      this.#listening = listeners.size
      remove(...given)
    }
  }
}

function commandOf(callId: string, options: CallOptions): LaneCommand {
  const {
    session = 'one',
    parent,
    metadata = {},
    toolName = 'work',
    accesses = [],
    effect = 'none',
    attempts = 0,
    timeoutMs,
    toolMs,
  } = options
  return {
    sessionId: session,
    runId: `run of ${session}`,
    callId,
    parentCallId: parent,
    metadata,
    tool: tool({ name: toolName, description: 'Works.', execute: () => 'worked here', ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    args: { of: callId, text: '“é😀”' },
    accesses,
    effect,
    attempts,
    ...(toolMs === undefined ? {} : { timeoutMs: toolMs }),
  }
}
