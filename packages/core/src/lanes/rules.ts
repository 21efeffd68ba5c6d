/** What an in-process queue is told, checked, with what it takes where something was left out. */
import { AgentError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { type LaneName, LANES } from '../model/lane.ts'
import type { ToolErrorKind } from '../model/tool.ts'
import type { LaneLimits, LaneRules } from '../ports/lane-queue.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { QueueAlert } from './pressure.ts'

export type LaneQueueOptions = LaneRules & {
  /** Where dead letters are kept; share it with other processes to share the letters. Default: in memory. */
  readonly store?: SessionStore
  /** The oldest letters beyond so many are dropped. Default: 1,000. */
  readonly maxDeadLetters?: number
  /** Milliseconds of waiting that make a call one priority more urgent. Default: 30,000. */
  readonly boostMs?: number
  /**
   * How many calls a session begins while another one begins one; what is not above 0 counts as 1. A sub-agent's calls count for the session that gave the first task.
   * Default: 1 for all.
   */
  readonly weights?: (sessionId: string) => number
  /** Told of every alert, whichever session gave rise to it. */
  readonly onAlert?: (alert: QueueAlert) => void
  readonly host?: Host
}

/** A lane's limits with nothing left out. `workMs` may be: then the agent's `toolMs` counts. */
export type Limits = Required<Omit<LaneLimits, 'rate' | 'workMs' | 'retry'>> & {
  readonly rate: LaneLimits['rate']
  readonly workMs: number | undefined
  readonly attempts: number
  readonly baseDelayMs: number
  readonly retryOn: readonly ToolErrorKind[]
}

const CONCURRENCY: Readonly<Record<LaneName, number>> = { control: 4, query: 12, execute: 4, generate: 2 }
/** What a timer can count: 24 days. */
const LONGEST_MS = 2 ** 31 - 1
const TRANSIENT: readonly ToolErrorKind[] = ['transport', 'timeout']

const KNOWN = new Set([...LANES, 'concurrency', 'tools', 'store', 'maxDeadLetters', 'boostMs', 'weights', 'onAlert', 'host'])
const KNOWN_OF_LANE = new Set(['concurrency', 'priority', 'rate', 'waitMs', 'workMs', 'alertDepth', 'handler', 'retry'])

/** Throws `invalid_argument`, naming the setting. */
export function toLimits(options: LaneQueueOptions): Readonly<Record<LaneName, Limits>> {
  checkNames('laneQueue', options, KNOWN)
  checkCount('concurrency', options.concurrency)
  checkCount('maxDeadLetters', options.maxDeadLetters)
  checkTime('boostMs', options.boostMs, 1)
  for (const [tool, lane] of Object.entries(options.tools ?? {}))
    if (!LANES.includes(lane)) throw wrong(`tools.${tool}`, `one of ${LANES.join(', ')}`, lane)
  const limits = LANES.map((lane, priority) => [lane, ofLane(lane, priority, options[lane] ?? {})] as const)
  return Object.fromEntries(limits) as Readonly<Record<LaneName, Limits>>
}

function ofLane(lane: LaneName, place: number, limits: LaneLimits): Limits {
  checkNames(lane, limits, KNOWN_OF_LANE)
  const { concurrency = CONCURRENCY[lane], priority = place, rate, waitMs = 0, workMs, alertDepth = 50, handler = 'internal' } = limits
  const { attempts = 3, baseDelayMs = 200, on = TRANSIENT } = limits.retry ?? {}
  checkNames(`${lane}.retry`, limits.retry ?? {}, new Set(['attempts', 'baseDelayMs', 'on']))
  checkCount(`${lane}.concurrency`, concurrency)
  checkCount(`${lane}.retry.attempts`, attempts)
  if (rate !== undefined) {
    checkNames(`${lane}.rate`, rate, new Set(['calls', 'perMs']))
    checkCount(`${lane}.rate.calls`, rate.calls ?? 0)
    checkTime(`${lane}.rate.perMs`, rate.perMs ?? 0, 1)
  }
  for (const [name, value] of Object.entries({ waitMs, workMs, alertDepth, 'retry.baseDelayMs': baseDelayMs }))
    checkTime(`${lane}.${name}`, value, 0)
  if (!Number.isFinite(priority)) throw wrong(`${lane}.priority`, 'a number', priority)
  if (!['internal', 'external', 'hybrid'].includes(handler)) throw wrong(`${lane}.handler`, 'internal, external or hybrid', handler)
  return { concurrency, priority, rate, waitMs, workMs, alertDepth, handler, attempts, baseDelayMs, retryOn: on }
}

function checkNames(place: string, given: object, known: ReadonlySet<string>): void {
  const unknown = Object.keys(given).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new AgentError('invalid_argument', `'${place}' has no setting '${unknown}'; it has ${[...known].join(', ')}`)
}

function checkCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1)) throw wrong(name, 'a whole number from 1', value)
}

function checkTime(name: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(value >= least && value <= LONGEST_MS)) throw wrong(name, `a number from ${least} to ${LONGEST_MS}`, value)
}

const wrong = (name: string, wanted: string, value: unknown): AgentError =>
  new AgentError('invalid_argument', `The lane setting '${name}' must be ${wanted}; it is ${JSON.stringify(value)}`)
