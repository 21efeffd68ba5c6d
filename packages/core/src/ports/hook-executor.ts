/** The seam for code outside the loop that may answer questions which the loop asks. */
import type { Access } from '../model/access.ts'
import type { HookVerdict } from '../model/call-gates.ts'
import type { WaitingFor } from '../model/event.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Message } from '../model/message.ts'
import type { RunState } from '../model/session-state.ts'
import type { ToolErrorKind } from '../model/tool.ts'
import type { Usage } from '../model/usage.ts'

type HookOf<N extends string, Payload> = {
  readonly hook: N
  readonly sessionId: string
  readonly runId: string
  /** The session's. Of a sub-agent it names the `agent` and its `parentSessionId`. */
  readonly metadata: JsonObject
} & Payload

/** One try of a turn. `model` is as its provider calls it. */
type OfModel = { readonly turn: number; readonly provider: string; readonly model: string }

/** `accesses` is what the call would touch; left out where nobody has told. */
type OfTool = { readonly tool: string; readonly callId: string; readonly input: Json; readonly accesses?: readonly Access[] }

/**
 * What the run has come to: the model's last words, tokens, US dollars where the model has a price, why it completed or was
 * cancelled, what it failed with, and what it waits for.
 */
type OfEnd = {
  readonly text: string
  readonly usage: Usage
  readonly cost?: number | undefined
  readonly reason?: string | undefined
  readonly error?: RunState['error']
  readonly waitingFor: readonly WaitingFor[]
}

/** What hooks are told, tagged `hook`. Those that start with `pre_` gate: a hook that breaks there blocks. */
export type HookEvent =
  | HookOf<'session_start', unknown>
  | HookOf<'pre_prompt', { readonly prompt: string }>
  | HookOf<'generate_start', OfModel>
  | HookOf<'generate_end', OfModel & { readonly message: Message; readonly usage: Usage; readonly stopReason: string }>
  | HookOf<
      'on_rate_limit',
      OfModel & {
        readonly message: string
        /** `retryAfterMs`, where the provider tells. */ readonly details: Readonly<Record<string, unknown>>
      }
    >
  | HookOf<'pre_tool_use', OfTool>
  | HookOf<'on_confirmation', { readonly request: WaitingFor }>
  | HookOf<
      'post_tool_use',
      OfTool & {
        readonly output: string
        readonly isError: boolean
        readonly errorKind?: ToolErrorKind
        readonly exitCode?: number
      }
    >
  | HookOf<'post_response', { readonly text: string }>
  | HookOf<'on_success', OfEnd>
  | HookOf<'on_error', OfEnd>
  | HookOf<'on_cancel', OfEnd>
  | HookOf<'on_suspend', OfEnd>

export type HookName = HookEvent['hook']

/**
 * What a hook may say. `input` replaces the arguments of a tool call, `prompt` replaces the prompt. `by` names who was asked, where
 * several were: it is kept in the journal with the call.
 */
export type HookDecision = { readonly by?: readonly HookVerdict[] } & (
  | { readonly decision: 'continue'; readonly input?: Json; readonly prompt?: string }
  | { readonly decision: 'block'; readonly reason: string }
)

/**
 * Answers hooks.
 *
 * Contract:
 * - `undefined` means nothing to say. [hook.silent]
 * - The event arrives whole, and so does the decision. [hook.event, hook.decision]
 * - A throw on a `pre_` hook blocks what it gates: it rejects or answers `block`, and is never silent. [hook.fail_closed]
 * - On any other hook a throw is reported and changes nothing: it never becomes a decision. [hook.fail_open]
 * - When the signal fires it stops promptly. [hook.cancel]
 * - A signal that fired before asks nobody. [hook.cancelled_before]
 * - Answers to hooks that fire at once are not mixed. [hook.concurrent]
 */
export interface HookExecutor {
  readonly contract: 1
  /** The hooks that it is asked and told: those that nobody hears cost nothing. Default: all. */
  readonly hears?: readonly HookName[]
  fire(event: HookEvent, options: { readonly signal: AbortSignal }): Promise<HookDecision | undefined>
}
