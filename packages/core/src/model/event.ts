/** Everything that can happen in a session: facts, which are stored, and live events, which are not. */
import type { Access, Effect } from './access.ts'
import type { CallGates } from './call-gates.ts'
import type { Json, JsonObject, JsonSchema } from './json.ts'
import type { LaneName } from './lane.ts'
import type { LiveEvent } from './live-event.ts'
import type { ImageBlock, Message, TextBlock, ToolResultContent } from './message.ts'
import type { Rule, RuleOrigin } from './permission-policy.ts'
import type { RequestNote } from './request-note.ts'
import type { Spending } from './spending.ts'
import type { StepBudget, StepStatus } from './step.ts'
import type { ToolErrorKind } from './tool.ts'
import type { Usage } from './usage.ts'
import type { WaitingFor } from './waiting.ts'
import type { ErrorCode } from '../base/errors.ts'

export type { LiveEvent, SnapshotBlock } from './live-event.ts'
export type { AnswerDecision, WaitingFor, WaitingKind } from './waiting.ts'

/** A request as it stands in a fact: `WaitingFor` says what the fields are. */
type Asked = Omit<WaitingFor, 'kind' | 'sessionId' | 'runId'> & {
  readonly argsDigest: string
  /** The rule that asks, where it is one. */
  readonly rule?: DecidingRule
  /** Of a nested call: digest of what it was asked, before hooks. */
  readonly askedDigest?: string
  /** What the call had passed by then. */
  readonly gates?: CallGates
}

/** What was said to a request, by whoever was first. */
type Answered = {
  readonly requestId: string
  readonly callId: string
  /** False for a rejection, and for work that failed. */
  readonly approved: boolean
  readonly message?: string
  /** Edited arguments. */
  readonly args?: Json
  /** What those touched when they were written. */
  readonly accesses?: readonly Access[]
  /** To a question, or the result of an external task. */
  readonly reply?: Json
  /** Rules that hold for the rest of the session. */
  readonly always?: readonly Rule[]
  readonly by?: string
  readonly inboxOffset?: number
}

/** A rule as it was written, and where it stood. */
export type DecidingRule = { readonly rule: JsonObject } & Partial<RuleOrigin>

/** Digests of what a run was started with: they tell a resuming process what has changed. */
export type RunDigests = { readonly model: string; readonly tools: string; readonly policy: string; readonly instructions: string }

/** One splice of the history, by message index at the time of the edit. `to` is exclusive. */
export type HistoryEdit = { readonly from: number; readonly to: number; readonly replacement: readonly Message[] }

/** Facts. `critical` ones must be understood by whoever reads the journal: see `fact-types.ts`. */
export type Fact =
  | {
      readonly type: 'session_created'
      readonly metadata: JsonObject
      /** Made up with the branch: calls of another session that has the same name, here or elsewhere, are others. */
      readonly branch: string
    }
  | {
      readonly type: 'session_forked'
      /** The last fact that is shared, with its chain digest. */
      readonly origin: { readonly sessionId: string; readonly offset: number; readonly chain: string }
      readonly metadata: JsonObject
      /** As in `session_created`. */
      readonly branch: string
    }
  | {
      readonly type: 'session_rewound'
      /** The fact that this one follows on, with its chain digest: what lies between no longer counts. */
      readonly to: { readonly offset: number; readonly chain: string }
      readonly id: string
      /** As far as the session had come, which is not taken back. */
      readonly fence: number
      readonly inboxNext: number
    }
  | {
      readonly type: 'session_claimed'
      readonly holder: string
      readonly fence: number
      readonly attempt: number
      /** The holder before let its lease run out and may still be alive. */
      readonly afterExpiry?: boolean
    }
  | { readonly type: 'session_released'; readonly fence: number }
  | {
      readonly type: 'agent_start'
      /** Chosen by the caller: the same id is the same run. */
      readonly sendId: string
      readonly prompt: readonly (TextBlock | ImageBlock)[]
      readonly digests: RunDigests
      readonly output?: { readonly name: string; readonly schema: JsonSchema }
    }
  | {
      readonly type: 'run_prepared'
      readonly system: string
      /** Replaces the prompt, where a hook rewrote it. */ readonly prompt?: readonly (TextBlock | ImageBlock)[]
    }
  | { readonly type: 'history_edited'; readonly by: string; readonly edits: readonly HistoryEdit[] }
  | {
      readonly type: 'turn_start'
      readonly turn: number
      readonly attempt: number
      readonly reservation?: Reservation
      /** What of the request is not as the journal has it. Default: nobody kept that. */
      readonly request?: RequestNote
    }
  | {
      readonly type: 'turn_end'
      readonly turn: number
      readonly attempt: number
      readonly message: Message
      readonly usage: Usage
      readonly stopReason: string
      /** US dollars, where the model has a price. */
      readonly cost?: number
      readonly meta?: JsonObject
    }
  | {
      readonly type: 'tool_execution_start'
      readonly callId: string
      readonly id: string
      readonly name: string
      /** As it runs: after hooks and edits. */
      readonly args: Json
      readonly attempt: number
      readonly effect: Effect
      readonly idempotencyKey: string
      readonly accesses: readonly Access[]
      readonly witness?: Json
      /** Of a nested call: digest of what it was asked, before hooks. Another attempt of its maker must ask the same here. */
      readonly askedDigest?: string
      /** What it passed. Default: nothing held it up. Version 1 did not say. */
      readonly gates?: CallGates | 'unrecorded'
    }
  | {
      readonly type: 'tool_end'
      readonly callId: string
      readonly id: string
      readonly name: string
      readonly output: ToolResultContent
      readonly isError: boolean
      readonly exitCode?: number
      readonly errorKind?: ToolErrorKind
      readonly metadata?: JsonObject
      /** The output comes from outside: whoever shows it says so. */
      readonly untrusted?: true
      /** Digest of the arguments, for nested calls: what answers a repeated call must have been asked the same. */
      readonly argsDigest?: string
    }
  | {
      readonly type: 'permission_denied'
      readonly callId: string
      readonly toolName: string
      readonly args: Json
      readonly reason: string
      readonly accesses?: readonly Access[]
      readonly effect?: Effect
      /** The rule that decided, where it was one. */
      readonly rule?: DecidingRule
    }
  | ({ readonly type: 'confirmation_required' } & Asked)
  | ({ readonly type: 'confirmation_received' } & Answered)
  | ({ readonly type: 'confirmation_timeout' } & Answered)
  | ({ readonly type: 'user_question' } & Asked)
  | ({ readonly type: 'external_task_pending' } & Asked)
  | ({ readonly type: 'external_task_completed' } & Answered)
  | {
      readonly type: 'message_injected'
      readonly message: Message
      /** `steering`, or the name of the middleware that asked for another turn. */
      readonly source: string
      readonly inboxOffset?: number
    }
  | {
      readonly type: 'subagent_start'
      readonly taskId: string
      /** The session that does the task. */
      readonly childSessionId: string
      /** The call that gave the task, and which of its tasks it is. */
      readonly callId: string
      readonly index: number
      /** How often the child was opened: more than once after a crash, when it had got further. */
      readonly attempt: number
      /** Facts that the child had when it was opened. */
      readonly childLength: number
      readonly agent: string
      readonly description: string
      /** Of a task in the background: what was asked, since its call is over before it is. */
      readonly background?: JsonObject
      /** Counts as spent until the task has ended. */
      readonly grant?: StepBudget
    }
  | {
      readonly type: 'subagent_end'
      readonly taskId: string
      readonly childSessionId: string
      readonly agent: string
      readonly status: Exclude<StepStatus, 'suspended'>
      readonly success: boolean
      /** What the parent was shown of it. */
      readonly output: string
      /** Its whole output, where that was too much to show. */
      readonly artifact?: { readonly digest: string; readonly characters: number }
      readonly structured?: Json
      readonly code?: ErrorCode
      /** Of the child and of all below it. */
      readonly usage: Usage
      readonly cost?: number
      readonly toolCalls: number
      /** Attempts whose end nobody saw, at their worst; in `usage` they are not. */
      readonly lost?: Pick<Reservation, 'tokens' | 'usd'>
      /** As granted when it began. */
      readonly grant?: StepBudget
      /** What counts for it in the ledgers that gave it a share. */
      readonly used?: Spending
    }
  | {
      readonly type: 'command_dead_lettered'
      readonly callId: string
      readonly toolName: string
      readonly lane: LaneName
      /** Names the letter in its queue. */
      readonly letterId: string
      readonly error: string
      /** How often it was begun: 0 when it never got a place. */
      readonly attempts: number
    }
  | { readonly type: 'cancel_requested'; readonly reason: string; readonly inboxOffset: number }
  | { readonly type: 'inbox_skipped'; readonly reason: string; readonly inboxOffset: number }
  | { readonly type: 'run_suspended'; readonly waitingFor: readonly WaitingFor[] }
  | {
      readonly type: 'agent_end'
      readonly text: string
      readonly usage: Usage
      /** Why it stopped: `end_turn`, `turn_limit`, or what a middleware said. */
      readonly reason: string
      readonly cost?: number
      readonly output?: Json
    }
  | {
      readonly type: 'error'
      readonly code: ErrorCode
      readonly message: string
      readonly retryable: boolean
      readonly usage: Usage
      readonly text: string
    }
  | {
      readonly type: 'run_cancelled'
      readonly reason: string
      readonly usage: Usage
      /** What the model had said of the unfinished turn. */ readonly text: string
    }

export type FactType = Fact['type']
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>

/** What one attempt may cost at most. Tokens, and US dollars where the model has a price. */
export type Reservation = {
  readonly tokens: number
  readonly usd?: number
  /** The attempt before this one took nothing: the provider refused it before it said a word. */
  readonly afterRefusal?: boolean
}

/** Noun, then what happened. New variants may appear: keep a default branch. */
export type AgentEvent = Fact | LiveEvent

export type AgentEventType = AgentEvent['type']

/** An event with its place. `cursor` is opaque; of a live event it is that of the last fact before it. */
export type Envelope = {
  readonly cursor: string
  /** True for facts. */
  readonly durable: boolean
  readonly sessionId: string
  readonly runId: string
  /** Milliseconds since the epoch, by the writer's clock. */
  readonly timestamp: number
  readonly event: AgentEvent
}
