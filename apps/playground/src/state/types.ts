/** What a page needs to draw one conversation, as plain data. */
import type { Access, Envelope, ImageBlock, Json, JsonObject, TextBlock, ToolResultContent, Usage, WaitingKind } from '@seamfold/core/kit'

/** A request for a person or another system, as it stands. `void`: the run ended before anyone answered. `expired`: its deadline passed. */
export type Approval = {
  readonly requestId: string
  readonly kind: WaitingKind
  readonly reason: string
  readonly args: Json
  readonly accesses: readonly Access[]
  readonly state: 'pending' | 'approved' | 'rejected' | 'expired' | 'void'
  /** Milliseconds since the epoch: settled as `onDeadline` says when nobody has answered. */
  readonly deadline?: number
  readonly onDeadline?: 'approve' | 'reject'
  /** To a question, or the result of an external task. */
  readonly reply?: Json
  readonly message?: string
  readonly by?: string
}

/** A task that a call gave to a sub-agent. */
export type SubTask = {
  readonly taskId: string
  /** The session that does it. */
  readonly sessionId: string
  readonly agent: string
  readonly description: string
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled'
  /** What it has done so far, as it tells: at least so much. */
  readonly turns: number
  readonly calls: number
  /** The tool that it used last. */
  readonly lastTool?: string
  readonly output?: string
  readonly usage?: Usage
  readonly cost?: number
  readonly startedAt: number
  readonly endedAt?: number
}

/**
 * `forming`: the model still writes the arguments. `waiting`: a person is asked. `abandoned`: the run ended and nobody knows more.
 */
export type CallStatus = 'forming' | 'pending' | 'waiting' | 'running' | 'succeeded' | 'failed' | 'abandoned'

export type ToolCall = {
  /** The same from the first letter of its arguments to its result. */
  readonly key: string
  readonly id: string
  readonly name: string
  readonly status: CallStatus
  readonly callId?: string
  /** Arguments as text, while they form. */
  readonly inputText?: string
  readonly input?: Json
  /** Text that the model wrote in place of JSON. */
  readonly invalidInput?: string
  readonly attempt?: number
  /** It runs a command. */
  readonly runsCommand?: true
  readonly startedAt?: number
  readonly endedAt?: number
  readonly output?: ToolResultContent
  /** Of a command. */
  readonly exitCode?: number
  readonly errorKind?: string
  readonly metadata?: JsonObject
  /** The output comes from outside. */
  readonly untrusted?: true
  readonly denied?: string
  /** It failed for the moment, and its lane tries it again: until it begins anew. */
  readonly again?: Again
  readonly approval?: Approval
  readonly nested: readonly ToolCall[]
  readonly tasks?: readonly SubTask[]
}

/** What a call failed with, and when which attempt follows. */
export type Again = { readonly attempt: number; readonly error: string; readonly at: number }

export type TurnPart =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'image'; readonly image: ImageBlock }
  | { readonly type: 'call'; readonly call: ToolCall }

export type Retry = { readonly code: string; readonly message: string; readonly delayMs: number; readonly timestamp: number }

/** One model call and its tool calls. Provisional until its `turn_end`. */
export type Turn = {
  readonly kind: 'turn'
  readonly key: string
  readonly runId: string
  readonly turn: number
  readonly attempt: number
  readonly provisional: boolean
  /** The run ended while the model spoke: this is what it had said. */
  readonly interrupted?: boolean
  readonly parts: readonly TurnPart[]
  readonly retry?: Retry
  readonly usage?: Usage
  readonly cost?: number
  readonly stopReason?: string
  readonly startedAt: number
  readonly endedAt?: number
}

export type PromptItem = {
  readonly kind: 'prompt'
  readonly key: string
  readonly runId: string
  readonly content: readonly (TextBlock | ImageBlock)[]
  readonly timestamp: number
}

/** Something said to the model in the middle of a run: by a person (`steering`), or by the part named in `source`. */
export type InjectedItem = {
  readonly kind: 'injected'
  readonly key: string
  readonly source: string
  readonly content: readonly (TextBlock | ImageBlock)[]
  readonly timestamp: number
}

export type EditItem = {
  readonly kind: 'edit'
  readonly key: string
  readonly by: string
  readonly replaced: number
  readonly added: number
}

/** How a run ended. */
export type OutcomeItem = {
  readonly kind: 'outcome'
  readonly key: string
  readonly runId: string
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly reason: string
  readonly code?: string
  readonly usage: Usage
  readonly cost?: number
  readonly durationMs: number
}

/** Somebody went on with a run that its process had left unfinished. */
export type RecoveryItem = { readonly kind: 'recovery'; readonly key: string; readonly attempt: number }

/** From here on it is another branch: of another session, or of an earlier place in this one. */
export type BranchItem = { readonly kind: 'branch'; readonly key: string; readonly origin: string | undefined; readonly offset: number }

export type Item = PromptItem | Turn | InjectedItem | EditItem | OutcomeItem | RecoveryItem | BranchItem

export type RunStatus = 'running' | 'suspended' | 'completed' | 'failed' | 'cancelled'

export type RunSummary = {
  readonly id: string
  readonly status: RunStatus
  readonly startedAt: number
  readonly endedAt?: number
  /** Somebody asked it to stop and it has not yet. */
  readonly stopping: boolean
  /** The last turn that ended. */
  readonly turn: number
}

export type Alert = { readonly key: string; readonly text: string; readonly tone: 'warning' | 'danger' }

export type Conversation = {
  /** Of the last fact: where to go on reading. */
  readonly cursor: string | undefined
  readonly metadata: JsonObject
  readonly items: readonly Item[]
  /** The turn that the model is in. Everything in it is provisional. */
  readonly streaming: Turn | undefined
  /** Said while the model spoke: it reads it after its turn. */
  readonly held: readonly InjectedItem[]
  /** Output of calls that run, by call id. Provisional: `tool_end` replaces it. */
  readonly liveOutput: Readonly<Record<string, string>>
  /** Calls that are tried again, by call id: told before the facts that are stored meanwhile. */
  readonly again: Readonly<Record<string, Again>>
  readonly run: RunSummary | undefined
  readonly usage: Usage
  readonly cost: number
  readonly alerts: readonly Alert[]
  /** Every fact, as it was written. */
  readonly facts: readonly Envelope[]
}
