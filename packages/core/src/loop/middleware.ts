/** The six places where a concern may stand, and what it may know there. */
import type { Host } from '../base/host.ts'
import type { Access } from '../model/access.ts'
import type { CallGates } from '../model/call-gates.ts'
import type { Fact, HistoryEdit, LiveEvent, Reservation, WaitingFor } from '../model/event.ts'
import type { Json, JsonObject, JsonSchema } from '../model/json.ts'
import type { Message, Prompt, ToolUseBlock } from '../model/message.ts'
import type { RequestNote } from '../model/request-note.ts'
import type { SessionState } from '../model/session-state.ts'
import type { Tool, ToolResult } from '../model/tool.ts'
import type { ToolOutcome } from '../model/tool-outcome.ts'
import type { AnswerDecision } from '../model/waiting.ts'
import type { LlmEvent, LlmRequest, ModelInfo, ToolChoice } from '../ports/llm-client.ts'

/** What a middleware may know of the run that it belongs to, and the two ways in which it may speak. */
export interface RunContext {
  readonly runId: string
  readonly sessionId: string
  readonly metadata: JsonObject
  readonly model: ModelInfo
  readonly host: Host
  /** Fires when the run must stop. */
  readonly signal: AbortSignal
  /** The schema that this run's answer must match, where one was asked for. */
  readonly output: { readonly name: string; readonly schema: JsonSchema } | undefined
  /** The folded state of the session as said so far by this process, its only writer. */
  state(): SessionState
  /** Append facts of your concern. Resolves when they are stored; readers see them only then. `lazy` ones may wait a moment for company. */
  append(facts: readonly Fact[], options?: { readonly sync?: boolean; readonly lazy?: boolean }): Promise<void>
  /** Resolves when the state has come to something else than undefined; rejects with the signal's reason. */
  until<T>(read: (state: SessionState) => T | undefined, signal: AbortSignal): Promise<T>
  /** Answer a request of this run, as anybody elsewhere may: the first answer counts. Resolves when it stands, with whether this one does. */
  answer(requestId: string, answer: AnswerDecision): Promise<boolean>
  /** What its requests say of who may answer. */
  readonly signed: Pick<WaitingFor, 'signed' | 'keyId'>
  /** Tell readers something that is not stored. */
  emit(event: LiveEvent): void
}

/** What a run starts from. Its outcome is a fact. */
export type RunDraft = { readonly system: string; readonly prompt: Prompt; readonly tools: readonly Tool[] }

/** One model call, before it is made. What is changed here is seen by this call only. */
export type TurnDraft = {
  readonly turn: number
  readonly system: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly output?: NonNullable<LlmRequest['output']>
  readonly maxOutputTokens?: number
}

/** One model call on its way in. Pass a narrower `signal` to `next` to give it less time. Calling `next` again is another attempt. */
export type ModelCall = {
  readonly turn: number
  readonly request: LlmRequest
  readonly signal: AbortSignal
  /** What this attempt may cost at most: stored with its start. */
  readonly reservation?: Reservation
  /** What of the request the journal would not tell: stored with its start. */
  readonly note?: RequestNote
}

/** One tool call on its way in: asked by the model, by another tool, or by the host. */
export type ToolInvocation = {
  readonly callId: string
  readonly call: ToolUseBlock
  readonly tool: Tool
  /** The arguments as they were given: by the model, or by a hook or a person who changed them. */
  readonly args: Json
  /** What the tool's schema made of `args`. Whoever changes `args` makes this and `accesses` anew with `admit`. */
  readonly input: Json
  /** What it would touch. Looked up again just before the call. */
  readonly accesses: readonly Access[]
  /** Its arguments were fixed by an earlier attempt or a request: nothing may change them now. */
  readonly fixed: boolean
  readonly signal: AbortSignal
  /** The call that made this one, for nested calls. */
  readonly parentCallId: string | undefined
  /** What it has passed so far: stored with its start. Who lets it pass for a reason adds that. */
  readonly gates?: { readonly [K in keyof CallGates]: CallGates[K] | undefined }
  /** Milliseconds; `0` means no limit. */
  readonly timeoutMs?: number
  /**
   * What its probe has found of an earlier attempt, or that nobody knows: nothing runs any more, and this is on its way out. Whoever
   * would hold the call back lets it pass.
   */
  readonly settled?: ToolResult
  /** Whether it may touch what it could not declare. Default: everything. */
  permits?(access: Access): boolean
  /**
   * Take its turn among the calls of its session, holding it until the call is over. Undefined when that is so at once. The call takes
   * it by itself just before it begins: who makes it wait for something else takes it first, or the two might wait for each other.
   */
  turn(accesses: readonly Access[]): Promise<void> | undefined
}

/** A turn that has just ended: the model has spoken and every call has its result. */
export type TurnReport = {
  readonly turn: number
  readonly reply: Message
  readonly calls: readonly ToolUseBlock[]
  readonly stopReason: string
  readonly messages: readonly Message[]
}

/** What to do next. `continue` may add messages for the model to read. */
export type Verdict =
  | { readonly type: 'stop'; readonly reason: string; readonly output?: Json; readonly text?: string }
  | { readonly type: 'fail'; readonly error: Error }
  | { readonly type: 'suspend'; readonly waitingFor: readonly WaitingFor[] }
  | { readonly type: 'continue'; readonly inject?: readonly Message[] }

export type ModelStream = AsyncIterable<readonly LlmEvent[]>

/**
 * The stages. The verb tells the shape: `prepare*` transforms a value, `wrap*` surrounds a call, `decide*` gives an opinion or none.
 * A stage that is left out costs nothing.
 */
export interface Stages {
  /** Once per run, before the first turn; not again when the run is resumed. */
  prepareRun?(draft: RunDraft): Promise<RunDraft>
  /** Each turn. Edits change the history for good, as facts. */
  prepareHistory?(messages: readonly Message[]): Promise<readonly HistoryEdit[]>
  /** Each turn. The result is seen by this turn's model call only. */
  prepareTurn?(draft: TurnDraft): TurnDraft | Promise<TurnDraft>
  /** Each attempt of a model call. Return `next(call)` untouched when you do not look at what streams. */
  wrapModelCall?(call: ModelCall, next: (call: ModelCall) => ModelStream): ModelStream
  /** Each tool call, nested ones too. */
  wrapToolCall?(invocation: ToolInvocation, next: (invocation: ToolInvocation) => Promise<ToolOutcome>): Promise<ToolOutcome>
  /** After each turn. The first middleware with an opinion wins. */
  decideNext?(report: TurnReport): Verdict | undefined | Promise<Verdict | undefined>
}

/**
 * One concern. `start` is called once per segment of a run (a start, a resumption), so locals in its closure are private and
 * forgotten. State that must outlive the process is folded from facts: `fold` sees every fact of the session in order,
 * live and on replay, and `start` gets a function that reads what it has come to.
 */
export interface Middleware<State = unknown> {
  readonly name: string
  /** It stands behind all others, the built-in ones too, and sees what is really sent and run. Default: false, in front of them. */
  readonly innermost?: boolean
  readonly initial?: State
  fold?(state: State, fact: Fact, runId: string): State
  start(run: RunContext, state: () => State): Stages
}

/** Write a middleware with its state's type checked, and forget that type. */
export function defineMiddleware<State = undefined>(middleware: Middleware<State>): Middleware {
  return middleware
}

export { admit } from './admission.ts'
export { resultOf, type ToolOutcome } from '../model/tool-outcome.ts'
export { aboutDigest, answerTo, ask, callStateOf, type Confirm, requestOf } from './requests.ts'
