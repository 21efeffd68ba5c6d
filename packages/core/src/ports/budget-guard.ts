/** The lesser port that says whether there is money for what is about to be done, and is told what it took. */
import type { Price, Usage } from '../model/usage.ts'

/** Who asks. `id` names the try: the same for whoever asks again about it, and no other try has it. */
export type Spender = {
  readonly id: string
  readonly sessionId: string
  readonly runId: string
  /** Of a sub-agent: the session that gave it its task. */
  readonly parentSessionId?: string
  /** Of a sub-agent or a step. */
  readonly agent?: string
  /** Milliseconds that it has been under way, for one that asks for more time. Default: 0, it has not begun. */
  readonly elapsedMs?: number
}

/** One try of a turn, before it is made. */
export type LlmAttempt = Spender & {
  readonly turn: number
  /** Tokens of the question at the most. */
  readonly inputTokens: number
  /** Tokens that the answer may have. */
  readonly outputTokens: number
  readonly price?: Price
}

/** One tool call that is about to begin. */
export type ToolAttempt = Spender & {
  readonly toolName: string
  /** Its time is that of the calls that it makes, which are asked for one by one. Default: false. */
  readonly composite?: boolean
}

/** Most of something is gone. */
export type BudgetThreshold = {
  readonly resource: string
  readonly consumed: number
  readonly limit: number
  /** For people. */
  readonly message: string
}

export type BudgetDecision =
  | {
      readonly type: 'allow'
      /** Tokens that the answer may have: never more than were asked for. Default: as many as were asked for. */
      readonly outputTokens?: number
      /** Milliseconds that it may take in all, before it must have asked for more or stop. Default: no limit. */
      readonly workMs?: number
      /** What has been passed since the last decision. */
      readonly thresholds?: readonly BudgetThreshold[]
    }
  | { readonly type: 'deny'; readonly resource: string; readonly consumed: number; readonly limit: number; readonly reason: string }

/**
 * What became of a try. `lost`: nobody knows what it took, so it counts as the most that was allowed. `released`: it certainly took
 * nothing. Without `workMs` nobody measured, and the time that was allowed counts.
 */
export type SpendingEnd =
  | {
      readonly type: 'settled'
      readonly usage?: Usage
      readonly usd?: number
      readonly workMs?: number
      /** Whoever says this asks for something else next: it counts at once, and may be stored together with that. */
      readonly soon?: boolean
    }
  | { readonly type: 'lost' }
  | { readonly type: 'released' }

/**
 * Guards a budget.
 *
 * Contract:
 * - What fits is allowed. [guard.allows]
 * - What does not fit is denied, with the resource, what is consumed, the limit and a reason in words; asking costs nothing. [guard.denies]
 * - Where less is left than was asked for, the answer may be shorter, and never longer than asked. [guard.shrinks]
 * - What was recorded as settled counts with what the provider reported, and no more. [guard.settles]
 * - The same try recorded twice counts once. [guard.records_once]
 * - A try that was lost counts as the most that was allowed. [guard.lost]
 * - A try that was released counts nothing. [guard.released]
 * - Tries that ask at once are never allowed more together than there is. [guard.parallel]
 * - The same try asked for again, before it was recorded, is one try. [guard.asked_again]
 * - Tool calls are counted when they begin, and denied when there are none left. [guard.tools]
 * - What a sub-agent asks for counts like what anybody asks for, and does not wait for the call that gave it its task. [guard.family]
 * - A threshold is told once. [guard.threshold_once]
 * - When the signal fires, waiting ends with its reason. [guard.cancel]
 */
export interface BudgetGuard {
  readonly contract: 1
  /** Before each try of a turn. May wait, until others have recorded theirs. */
  checkBeforeLlm(attempt: LlmAttempt, options: { readonly signal: AbortSignal }): Promise<BudgetDecision>
  /** After it, and again by whoever resumes a run and cannot know whether it was told. */
  recordAfterLlm(attempt: Spender, end: SpendingEnd): Promise<void>
  /** Before each tool call, when everybody else has let it pass. */
  checkBeforeTool(call: ToolAttempt, options: { readonly signal: AbortSignal }): Promise<BudgetDecision>
  recordAfterTool(call: Spender, end: SpendingEnd): Promise<void>
}
