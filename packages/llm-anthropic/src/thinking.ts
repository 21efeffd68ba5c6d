/** Decides what one request says of thinking, so that no combination is sent which the API refuses. */
import type { JsonObject } from '@seamfold/core/kit'
import type { KnownModel } from './models.ts'
import type { Thinking } from './options.ts'
import type { TurnFacts } from './transcript.ts'

/** Tokens; the API refuses less. */
export const SMALLEST_BUDGET = 1024

/** Lets the API drop thinking whose conversation was edited, instead of refusing the request. */
export const BINDING_BETA = 'thinking-binding-controls-2026-08-01'

export type ThinkingQuestion = {
  readonly known: KnownModel | undefined
  readonly thinking: Thinking | undefined
  /** Whether the tool choice forces a call, which excludes thinking. */
  readonly forced: boolean
  /** Tokens that the answer may have; a budget has to be smaller. */
  readonly maxTokens: number
  readonly turns: readonly TurnFacts[]
}

/** The `thinking` field of one request; undefined leaves it to the model. */
export function thinkingField({ known, thinking, forced, maxTokens, turns }: ThinkingQuestion): JsonObject | undefined {
  const off = known?.thinksByDefault === true ? { type: 'disabled' } : undefined
  if (forced) return off
  if (thinking === undefined) return known?.bindsThinking === true ? { type: 'adaptive', ...binding(known) } : undefined
  if ('mode' in thinking) {
    if (thinking.mode === 'adaptive') return { type: 'adaptive', ...shown(thinking.display), ...binding(known) }
    return { type: thinking.mode === 'off' ? 'disabled' : thinking.mode }
  }
  const budget = Math.min(thinking.budgetTokens, maxTokens - 1)
  if (budget < SMALLEST_BUDGET || continuesWithoutThinking(turns)) return off
  return { type: 'enabled', budget_tokens: budget, ...shown(thinking.display) }
}

const shown = (display: string | undefined): JsonObject => (display === undefined ? {} : { display })

const binding = (known: KnownModel | undefined): JsonObject =>
  known?.bindsThinking === true ? { block_binding: { prefix_mismatch_behavior: 'drop_block' } } : {}

/**
 * Whether the conversation stands inside a round of tool calls that did not begin with a thought of this model, as after a
 * change of models: thinking with a budget may only be on where it was on from the start.
 */
function continuesWithoutThinking(turns: readonly TurnFacts[]): boolean {
  let first: TurnFacts | undefined
  // An assistant turn belongs to the round when results, or nothing at all, came after it.
  let belongs = true
  for (const turn of turns.toReversed()) {
    if (turn.role === 'user') belongs = turn.hasResults
    else if (belongs) first = turn
    else break
  }
  return first !== undefined && !first.thinks
}
