/** One unit of work for an executor, and what came of it: plain JSON, since it may cross a network. */
import { AgentError, type ErrorCode } from '../base/errors.ts'
import type { AnswerDecision, WaitingFor } from './event.ts'
import { canonicalJson, isJsonObject, type Json, type JsonSchema } from './json.ts'
import type { PolicyData } from './permission-policy.ts'
import { noUsage, type Usage } from './usage.ts'

/** What a step may use up. */
export type StepBudget = {
  /** Tokens in and out, cached ones included. */
  readonly tokens?: number
  /** US dollars: needs a model with a price. */
  readonly usd?: number
  /** Turns of the agent itself, never more than its own limit. */
  readonly turns?: number
  readonly toolCalls?: number
  /** Milliseconds of work. Held by the workflow that gives it, from the step's events: executors are not told. */
  readonly workMs?: number
}

/** What a step may use: composed with the worker's own limits, never widening them. */
export type StepAuthority = {
  /** Milliseconds since the epoch. */
  readonly deadline?: number
  /** How deep in the tree of agents this step is; the root is 0. */
  readonly depth?: number
  readonly budget?: StepBudget
  /** Each must allow what the step does, beside what is allowed there: it is data, as `policy({…})` gives where it holds no function. */
  readonly policies?: readonly PolicyData[]
}

export type StepAnswer = { readonly requestId: string; readonly answer: AnswerDecision }

export type AgentStepSpec = {
  /** Chosen by the caller: the identity of the step. */
  readonly taskId: string
  /** The name of the agent that does it. */
  readonly agent: string
  readonly description: string
  readonly prompt: string
  /** Turns. Default: the agent's. */
  readonly maxSteps?: number
  readonly parentSessionId?: string
  /** The call that it is done for, where that asks in its own name what the step asks: then deadlines are settled there too. */
  readonly parentCallId?: string
  /** To what it waited for: taken before it goes on, each as an answer given there. */
  readonly answers?: readonly StepAnswer[]
  /** The session that does it: given again, it goes on where it stood, or tells how it ended. Default: named by the `taskId`. */
  readonly sessionId?: string
  readonly outputSchema?: JsonSchema
  readonly authority?: StepAuthority
}

export type StepStatus = 'completed' | 'failed' | 'cancelled' | 'suspended'

export type StepOutcome = {
  readonly taskId: string
  readonly sessionId: string
  readonly agent: string
  readonly output: string
  /** The same as `status === 'completed'`. */
  readonly success: boolean
  readonly status: StepStatus
  /** Of the whole step: what it took before it waited, or before it was gone on with, is in it. */
  readonly usage: Usage
  /** US dollars, where the model has a price. */
  readonly cost?: number
  readonly structured?: Json
  readonly waitingFor?: readonly WaitingFor[]
  /** Why it failed, where that is known. */
  readonly code?: ErrorCode
  /** Nobody began it because of this asking: it took nothing. Left out where that is not certain. */
  readonly begun?: false
}

export const stepSessionId = (taskId: string): string => `task-run-${taskId}`

/** The outcome of a step that could not be done. */
export const failedStep = ({ taskId, agent, sessionId }: AgentStepSpec, message: string, usage: Usage = noUsage): StepOutcome => ({
  taskId,
  sessionId: sessionId ?? stepSessionId(taskId),
  agent,
  output: message,
  success: false,
  status: 'failed',
  usage,
})

/** What a step asks, as a text that is the same for the same question. How long it may take and who asks is no part of it. */
export const stepQuestion = ({ agent, description, prompt, maxSteps, outputSchema }: AgentStepSpec): string =>
  JSON.stringify([agent, description, prompt, maxSteps ?? null, outputSchema === undefined ? null : canonicalJson(outputSchema)])

const STATUSES: ReadonlySet<unknown> = new Set<StepStatus>(['completed', 'failed', 'cancelled', 'suspended'])

/** Read an outcome from outside. Throws `store_corrupt`, naming what is missing. */
export function parseStepOutcome(data: unknown): StepOutcome {
  const problem = problemOf(data)
  if (problem !== undefined) throw new AgentError('store_corrupt', `Not a step outcome: ${problem}`, { details: { data } })
  return data as StepOutcome
}

function problemOf(data: unknown): string | undefined {
  if (!isJsonObject(data)) return 'it is not an object'
  for (const key of ['taskId', 'sessionId', 'agent', 'output']) if (typeof data[key] !== 'string') return `'${key}' is not a string`
  if (!STATUSES.has(data.status)) return `'status' is ${JSON.stringify(data.status)}`
  if (data.success !== (data.status === 'completed')) return `'success' does not match 'status'`
  if (!isJsonObject(data.usage)) return `'usage' is not an object`
  for (const key of Object.keys(noUsage)) if (!isAmount(data.usage[key])) return `'usage.${key}' is ${amountText(data.usage[key])}`
  if (data.waitingFor !== undefined && !isWaiting(data.waitingFor)) return `'waitingFor' is no list of requests`
  return data.cost === undefined || isAmount(data.cost) ? undefined : `'cost' is ${amountText(data.cost)}`
}

const amountText = (value: unknown): string => `${typeof value === 'number' ? value : JSON.stringify(value)}, which is no amount`

const isWaiting = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => isJsonObject(each) && typeof each.requestId === 'string')

/** What is below nothing would be given back to a budget, and what is no number could not be stored. */
const isAmount = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity
