/** The seam for code outside the loop that may answer questions which the loop asks. */
import type { Json } from '../model/json.ts'

type HookOf<N extends string, Payload> = { readonly hook: N; readonly sessionId: string; readonly runId: string } & Payload

/** What hooks are told, tagged `hook`. Those that start with `pre_` gate: a hook that breaks there blocks. */
export type HookEvent =
  | HookOf<'pre_prompt', { readonly prompt: string }>
  | HookOf<'pre_tool_use', { readonly tool: string; readonly callId: string; readonly input: Json }>
  | HookOf<
      'post_tool_use',
      { readonly tool: string; readonly callId: string; readonly input: Json; readonly output: string; readonly isError: boolean }
    >
  | HookOf<'post_response', { readonly text: string }>

export type HookName = HookEvent['hook']

/** What a hook may say. `input` replaces the arguments of a tool call, `prompt` replaces the prompt. */
export type HookDecision =
  | { readonly decision: 'continue'; readonly input?: Json; readonly prompt?: string }
  | { readonly decision: 'block'; readonly reason: string }

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
  fire(event: HookEvent, options: { readonly signal: AbortSignal }): Promise<HookDecision | undefined>
}
