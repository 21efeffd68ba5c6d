/** What users hold in their hands: agents, sessions, runs and views, as interfaces. */
import type { Host } from '../base/host.ts'
import type { AgentError } from '../base/errors.ts'
import type { Middleware } from '../loop/middleware.ts'
import type { Confirm } from '../loop/requests.ts'
import type { Envelope, WaitingFor } from '../model/event.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Message, Prompt } from '../model/message.ts'
import type { ConfirmTimeout, PermissionPolicy } from '../model/permission-policy.ts'
import type { RunState, SessionState } from '../model/session-state.ts'
import type { AnySchema } from '../model/schema.ts'
import type { Tool } from '../model/tool.ts'
import type { Usage } from '../model/usage.ts'
import type { AnswerDecision, AnswerKey } from '../model/waiting.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { HookExecutor } from '../ports/hook-executor.ts'
import type { LaneQueue } from '../ports/lane-queue.ts'
import type { DataProtection } from '../protection/data-protection.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { LlmClient } from '../ports/llm-client.ts'
import type { SessionStore } from '../ports/session-store.ts'
import type { WatchStore } from '../ports/watch-store.ts'
import type { SharedBudget } from './shared-budget.ts'
import type { UnfinishedRun } from './unfinished.ts'

/** Milliseconds; leave one out, or give 0, for no limit. */
export type Timeouts = {
  /** A whole segment of a run. Default: none. */
  readonly totalMs?: number
  /** One turn's model call, retries included. Default: none. */
  readonly turnMs?: number
  /** From the request to the first content. Default: 120,000. */
  readonly firstChunkMs?: number
  /** Between contents; pings do not count. Default: 120,000. */
  readonly chunkMs?: number
  /** One tool call. Default: 600,000. */
  readonly toolMs?: number
  /** One answer of a hook. Default: 30,000. */
  readonly hookMs?: number
}

export type RetryOptions = {
  /** Tries of one turn in all. Default: 5. */
  readonly attempts?: number
  /** Milliseconds before the second try; doubles each time, with jitter. Default: 500. */
  readonly baseDelayMs?: number
  /**
   * Milliseconds that are waited at the most; when the provider asks for longer, the run fails instead. Default: 30,000, and up to
   * five minutes where the provider asks for it.
   */
  readonly maxDelayMs?: number
}

/** What may be used up. Held as far as the token counts and prices that the provider reports are true. */
export type Budget = {
  readonly perRun?: {
    /** US dollars: needs a model with a price. */
    readonly usd?: number
    /** Tokens in and out, cached ones included. */
    readonly tokens?: number
    /** Model turns; the last one answers without tools. Default: 50. */
    readonly turns?: number
    /** Tool calls, nested ones included. */
    readonly toolCalls?: number
  }
  /** All runs of a session together, as its journal tells: what a rewind took back is not counted, and a fork begins anew. */
  readonly perSession?: {
    readonly usd?: number
    readonly tokens?: number
    readonly turns?: number
    readonly toolCalls?: number
  }
  /** Budgets that are kept elsewhere, and shared with other sessions and processes: `budgetLedger(…)`, or your own `guardedBudget(…)`. */
  readonly ledger?: SharedBudget | readonly SharedBudget[]
}

/** What a person said to a request. */
export type Answer = AnswerDecision

export type { Confirm } from '../loop/requests.ts'

export interface AgentOptions {
  readonly llm: LlmClient
  /** The system prompt. Default: a short general one. */
  readonly instructions?: string
  readonly tools?: readonly Tool[]
  /** Default: in memory, where nothing outlives the process. */
  readonly store?: SessionStore
  /** Where large outputs are kept. Default: in `store`, one key per digest. */
  readonly blobs?: BlobStore
  /**
   * Says whether the holder of a session lives. Default: none, and an unfinished run may be resumed at once; what looks as if it had
   * not begun is then unknown where it must not be done twice, since whoever was about to begin it may live.
   */
  readonly leases?: LeaseStore
  /** Wakes this process when another one speaks to its sessions. Default: none, and inboxes are looked at twice a second. */
  readonly watch?: WatchStore
  /** Default: ask for declared `write` and `exec`, allow the rest. */
  readonly permissions?: PermissionPolicy
  readonly hooks?: HookExecutor
  /** Where tool calls wait for their place, e.g. `laneQueue({…})`. Share one with many agents. Default: they wait for nothing. */
  readonly lanes?: LaneQueue
  /** Keeps secrets from models, journals, hooks and events: `dataProtection({ … })`. Default: nothing is taken out. */
  readonly security?: DataProtection
  readonly budget?: Budget
  readonly timeouts?: Timeouts
  readonly retry?: RetryOptions
  /** Asks a person in place. */
  readonly confirm?: Confirm
  /** How long an approval is waited for, and what then. Default: as long as it takes. */
  readonly confirmTimeout?: ConfirmTimeout
  /** Only answers that are signed with it count: `answerKey(secret)`. Default: whoever can write the store may answer. */
  readonly answerKey?: AnswerKey
  /** When nobody answers: wait durably, or refuse. Default: `suspend` when a store was given, else `reject`. */
  readonly unanswered?: 'suspend' | 'reject'
  /** Tool calls that run at once. Default: 8. */
  readonly maxParallelTools?: number
  /** Characters of one tool result that the model sees; the rest is kept as an artifact. Default: 100,000. */
  readonly maxToolOutput?: number
  /** Your own concerns in order, outermost but for those that say otherwise. */
  readonly use?: readonly Middleware[]
  /** More agents for `executor()`, by name: each takes from this agent what it leaves out. */
  readonly agents?: Readonly<Record<string, AgentProfile>>
  readonly host?: Host
}

export type AgentProfile = {
  readonly description?: string
  readonly llm?: LlmClient
  readonly instructions?: string
  readonly tools?: readonly Tool[]
  readonly maxTurns?: number
}

export interface SendOptions<T = unknown> {
  /** Names the run: sending the same id again gives the same run. Default: a new one. */
  readonly id?: string
  /** Hold the answer to a schema. */
  readonly output?: AnySchema<T>
  /** Cancels the run. */
  readonly signal?: AbortSignal
  /** Reject what a suspended run waits for, and go on with this. Default: false, and the send is refused. */
  readonly rejectPending?: boolean
}

type ResultBase = {
  readonly runId: string
  readonly sessionId: string
  readonly text: string
  readonly usage: Usage
  readonly cost?: number
}

/** How a segment of a run ended: a value, never a rejection. */
export type RunResult =
  | (ResultBase & { readonly status: 'completed'; readonly reason: string; readonly output?: Json })
  | (ResultBase & { readonly status: 'failed'; readonly error: AgentError })
  | (ResultBase & { readonly status: 'cancelled'; readonly reason: string })
  | (ResultBase & { readonly status: 'suspended'; readonly waitingFor: readonly WaitingFor[] })

export type CompletedRun = Extract<RunResult, { status: 'completed' }>

/** One prompt on its way to one result. Iterating reads it from its start; `break` never cancels it. */
export interface Run extends AsyncIterable<Envelope> {
  readonly id: string
  readonly sessionId: string
  /** Resolves when the run ends or is suspended. Never rejects. */
  readonly result: Promise<RunResult>
  /** The result, or throws `run_failed` (with the cause) when the run did not complete. */
  completed(): Promise<CompletedRun>
  /** This run's events from its start, or after a cursor, until it ends or is suspended. */
  events(options?: { readonly after?: string; readonly signal?: AbortSignal }): AsyncIterable<Envelope>
  /** Say something to the model while it works: it reads it before its next turn. */
  steer(prompt: Prompt): Promise<void>
  /** Stop. Resolves when the run has ended; false when it had ended before. */
  cancel(reason?: string): Promise<boolean>
}

export interface ForkOptions {
  /** The last fact that is shared. Default: the last one there is. */
  readonly at?: string
  /** Default: a new one. */
  readonly id?: string
  /** Added to this session's. */
  readonly metadata?: JsonObject
  /** Default: false. */
  readonly keepRun?: boolean
}

export interface RewindOptions {
  /** The last fact that still counts. */
  readonly to: string
  /** Leave a run that was under way there to be resumed, instead of ending it. Default: false. */
  readonly keepRun?: boolean
}

export interface ReadOptions {
  /** Only what comes after this cursor. Default: from the first fact. */
  readonly after?: string
  /** Go on with what happens from now on. Default: true. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
}

/** A session as anybody who can open the store may see it, and speak to it, without a claim and without a model. */
export interface SessionView {
  readonly id: string
  /** As stored: read when this was opened. */
  readonly metadata: JsonObject
  /** The folded state as stored now. */
  state(): Promise<SessionState>
  waitingFor(): Promise<readonly WaitingFor[]>
  /** Facts, and for the holder live events too. Any number of readers, each at its own pace. */
  events(options?: ReadOptions): AsyncIterable<Envelope>
  /**
   * Answer a request. Resolves with whether this answer counts: the first one does, whoever gave it, and `false` says that somebody
   * was before. The run goes on when it is resumed. Throws `request_not_found`, and `invalid_argument` for what is no answer.
   */
  answer(requestId: string, answer: Answer): Promise<boolean>
  steer(prompt: Prompt): Promise<void>
  /** Ask whoever holds the session to stop. */
  cancel(reason?: string): Promise<void>
}

export interface Session extends Omit<SessionView, 'cancel'> {
  /**
   * Start a run. Resolves when the prompt is stored. Throws `session_busy` when a run is under way, unfinished or suspended here,
   * `session_held` when another process runs it, `session_closed` after close.
   */
  send<T>(prompt: Prompt, options?: SendOptions<T>): Promise<Run>
  /** Go on with the unfinished run, if there is one: after a crash, after an answer. A run that is under way here is returned. */
  resume(options?: ResumeOptions): Promise<Run | undefined>
  /**
   * A new session that shares this one's past up to and including a fact, and goes its own way from there. Cheap: nothing is copied.
   * It inherits no approval; calls that were open there are closed, and a run that was under way is ended, or with `keepRun` left
   * to `resume()`. Files in the workspace are not rewound. Throws `cursor_invalid`, `cursor_diverged`.
   */
  fork(options?: ForkOptions): Promise<Session>
  /**
   * Go on from an earlier fact under the same name. What came after it no longer counts, and a cursor from there says
   * `cursor_diverged`; nothing is removed, and forks stay whole. As with a fork, no approval is inherited. Throws `session_busy` while a
   * run is under way here, `cursor_invalid`, `cursor_diverged`.
   */
  rewind(options: RewindOptions): Promise<void>
  /** The state as it was right after a fact. */
  at(cursor: string): Promise<SessionState>
  /** The run that is under way here. */
  readonly currentRun: Run | undefined
  history(): Promise<readonly Message[]>
  runs(): Promise<readonly RunState[]>
  /** Cancel the run that is under way here, or end the one that is suspended or was left by a crash. False when there is none. */
  cancel(reason?: string): Promise<boolean>
  /** Cancel what runs here, wait for it, take no more. Doing it twice is fine. */
  close(): Promise<void>
}

export type ResumeOptions = {
  readonly signal?: AbortSignal
  /** It is a task or a step, and this is the agent that it was given to: for executors. Default: false, and such a run is refused. */
  readonly asChild?: boolean
}

export interface Agent {
  /** A prompt in a fresh session. Resolves when the prompt is stored. */
  run<T>(prompt: Prompt, options?: SendOptions<T> & { readonly metadata?: JsonObject }): Promise<Run>
  /**
   * Open or create a session. The same id gives the same object while it is open here. A `taskId` in the metadata is for executors: a
   * run that is sent with it as its `id` is a step, which `resume()` refuses and `unfinished()` leaves out. Throws `session_not_found` with `create: false`, `session_closed` after close.
   */
  session(options?: { readonly id?: string; readonly metadata?: JsonObject; readonly create?: boolean }): Promise<Session>
  /** Ids of the sessions that are open here. */
  listSessions(): readonly string[]
  /** False when it was not open here. */
  closeSession(id: string): Promise<boolean>
  /** Runs in the store that are not finished, found without reading every log. */
  unfinished(): AsyncIterable<UnfinishedRun>
  /** Runs steps in this process, each in a session of its own. */
  executor(): AgentExecutor
  /** Close every session. Doing it twice is fine. */
  close(): Promise<void>
  /** False with the default store: nothing outlives the process. */
  readonly durable: boolean
}
