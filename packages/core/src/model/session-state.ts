/** What a session's facts add up to: the state that the spine starts from, wherever it stands. */
import { AppendList } from '../base/append-list.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Fact, FactOf, WaitingFor } from './event.ts'
import type { Json, JsonObject, JsonSchema } from './json.ts'
import type { Rule } from './permission-policy.ts'
import type { ImageBlock, Message, TextBlock, ToolUseBlock } from './message.ts'
import type { ToolResult } from './tool.ts'
import { noUsage, type Usage } from './usage.ts'

/** A fact as it stands in a journal. */
export type StoredFact = { readonly offset: number; readonly runId: string; readonly timestamp: number; readonly fact: Fact }

/** How far a call of the current batch, or one that it made, has come. */
export type CallState = {
  readonly callId: string
  readonly start?: FactOf<'tool_execution_start'>
  readonly result?: ToolResult
  /** Of a nested call: what it was asked with. */
  readonly argsDigest?: string
}

/** One reply's tool calls. */
export type Batch = {
  /** Where its `turn_end` stands: the first half of each call's identity. */
  readonly offset: number
  readonly turn: number
  readonly calls: readonly ToolUseBlock[]
  /** By call identity, nested calls too. */
  readonly states: ReadonlyMap<string, CallState>
}

/** The fact that answers a request. */
export type AnswerFact = FactOf<'confirmation_received' | 'confirmation_timeout' | 'external_task_completed'>

/** A request for a person, and what was said to it. */
export type RequestState = {
  readonly request: WaitingFor
  readonly argsDigest: string
  /** Of a nested call. */
  readonly askedDigest?: string
  readonly answer?: AnswerFact
}

export type RunStatus = 'executing' | 'suspended' | 'completed' | 'failed' | 'cancelled'

/** What the spine does next. */
export type RunPhase = 'preparing' | 'asking' | 'acting' | 'deciding' | 'ended'

export type RunState = {
  readonly id: string
  readonly sendId: string
  /** As it was given: the history has what a hook made of it. */
  readonly prompt: readonly (TextBlock | ImageBlock)[]
  readonly output?: { readonly name: string; readonly schema: JsonSchema }
  readonly status: RunStatus
  readonly phase: RunPhase
  readonly system: string
  /** Offset of its `agent_start`. */
  readonly startOffset: number
  readonly startedAt: number
  readonly updatedAt: number
  readonly turn: number
  readonly attempt: number
  /** A model call was started and has not ended. */
  readonly inFlight: boolean
  /** Somebody spoke while the model did: it has not read that yet. */
  readonly steered: boolean
  /** Calls that were closed, nested ones included. */
  readonly toolCalls: number
  readonly usage: Usage
  readonly cost?: number
  readonly batch?: Batch
  readonly reply?: { readonly message: Message; readonly stopReason: string }
  readonly requests: ReadonlyMap<string, RequestState>
  readonly cancelRequested?: string
  /** Facts of the run so far. */
  readonly eventCount: number
  readonly text: string
  readonly reason?: string
  readonly result?: Json
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean }
}

export type ClaimState = {
  readonly holder: string
  readonly fence: number
  readonly timestamp: number
  /** The holder before may still be alive, and about to begin what it has said it would. */
  readonly afterExpiry: boolean
}

export type SessionState = {
  /** Facts seen, unknown ones included: the offset of the next. */
  readonly length: number
  readonly metadata: JsonObject
  /** Which branch it is, whatever its name: the first part of every call's identity. */
  readonly branch: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly history: AppendList<Message>
  /** Messages that arrived in mid-turn: they follow the reply and its results. */
  readonly held: readonly Message[]
  readonly usage: Usage
  readonly cost?: number
  /** The session whose past this one shares, up to and including `offset`. */
  readonly forkedFrom?: { readonly sessionId: string; readonly offset: number }
  /** Where the claim stands: undefined when nobody holds the session. */
  readonly claim: ClaimState | undefined
  /** The highest fence that was ever given. */
  readonly fence: number
  /** Claims since the run last got anywhere: what bounds recovery. */
  readonly claimsSinceProgress: number
  /** What people allowed for the rest of the session: another branch has none of it. */
  readonly rules?: readonly Rule[] | undefined
  /** Offset of the next inbox entry to copy. */
  readonly inboxNext: number
  /** The run that is not ended, or the last one. */
  readonly run?: RunState
  /** Runs that have ended, oldest first. */
  readonly ended: AppendList<RunState>
}

export const emptySession: SessionState = {
  length: 0,
  metadata: {},
  branch: '',
  createdAt: 0,
  updatedAt: 0,
  history: AppendList.of(),
  held: [],
  usage: noUsage,
  claim: undefined,
  fence: 0,
  claimsSinceProgress: 0,
  inboxNext: 0,
  ended: AppendList.of(),
}

const TERMINAL: ReadonlySet<RunStatus> = new Set(['completed', 'failed', 'cancelled'])

export const isTerminal = (status: RunStatus): boolean => TERMINAL.has(status)

/** The run that has not ended, if there is one. */
export const openRun = (state: SessionState): RunState | undefined =>
  state.run !== undefined && !isTerminal(state.run.status) ? state.run : undefined

/** Whether a task or a step began it: then whoever asked for that goes on with it, with the agent that it was given to. */
export const isChildRun = ({ sendId }: RunState, { taskId }: JsonObject): boolean => `${sendId}/`.startsWith(`${taskId as string}/`)

/** What nobody has answered yet. */
export const waitingOf = (run: RunState | undefined): readonly WaitingFor[] =>
  run === undefined || isTerminal(run.status)
    ? []
    : [...run.requests.values()]
        .filter(({ answer, request }) => answer === undefined && isOpen(run, request.callId))
        .map(({ request }) => request)

/** Whether it waits for something whose deadline has passed. */
export const isOverdue = (waiting: readonly WaitingFor[], now: number): boolean =>
  waiting.some(({ deadline = Infinity }) => deadline <= now)

const isOpen = (run: RunState, callId: string): boolean => run.batch?.states.get(callId)?.result === undefined

export const callId = (batch: Batch, ordinal: number): string => `${batch.offset}.${ordinal}`

/** Calls of the batch that have no result yet, with their identity. */
export const openCalls = (batch: Batch | undefined): readonly { readonly callId: string; readonly call: ToolUseBlock }[] =>
  batch === undefined
    ? []
    : batch.calls
        .map((call, ordinal) => ({ callId: callId(batch, ordinal), call }))
        .filter((each) => batch.states.get(each.callId)?.result === undefined)
