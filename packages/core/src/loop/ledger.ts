/** What to do about a call that was started by somebody who is gone: run it, take its result, or say that nobody knows. */
import { orAborted } from '../base/signals.ts'
import type { Effect } from '../model/access.ts'
import type { FactOf } from '../model/event.ts'
import type { Json } from '../model/json.ts'
import { failed, type ProbeAnswer, type Tool, type ToolResult, toToolResult } from '../model/tool.ts'

export type Recovery = { readonly type: 'run' } | { readonly type: 'settled'; readonly result: ToolResult }

const RUN: Recovery = { type: 'run' }

/** What is known beside the start that was recorded. */
export type RecoveryContext = {
  readonly input: Json
  readonly signal: AbortSignal
  /** Whoever started it may still be alive, so that what has not happened yet may happen still. */
  readonly starterMayLive: boolean
}

/**
 * Effect `none` runs again. Every other class is probed first where it can be. Then `idempotent`, `keyed` and `composite` run
 * again under the same key; an `unsafe` call whose end nobody saw is not run again, unless its tool asks somebody first.
 */
export async function recover(
  tool: Tool,
  start: FactOf<'tool_execution_start'>,
  { input, signal, starterMayLive }: RecoveryContext,
): Promise<Recovery> {
  if (start.effect === 'none') return RUN
  const answer = await probed(tool, start, { input, signal })
  if (answer.state === 'done') return { type: 'settled', result: toToolResult(answer.result) }
  if (RUNS_AGAIN.has(start.effect) || tool.asksWhenUnknown) return RUN
  if (answer.state === 'not_started' && !starterMayLive) return RUN
  const why = answer.state === 'not_started' ? 'it had not happened yet, but the process that started it may still be alive' : STARTER_GONE
  return { type: 'settled', result: unknownOutcome(start.name, why) }
}

/** A probe that fails, or says nothing that makes sense, does not know. */
async function probed(
  tool: Tool,
  { idempotencyKey, witness }: FactOf<'tool_execution_start'>,
  { input, signal }: Pick<RecoveryContext, 'input' | 'signal'>,
): Promise<ProbeAnswer> {
  const asking = (async () => tool.probe?.(input, { idempotencyKey, witness, signal }))()
  const answer = await orAborted(asking, signal).catch(() => signal.throwIfAborted())
  return answer ?? { state: 'unknown' }
}

export const STARTER_GONE = 'the process that ran it ended before it could say how it went'

const RUNS_AGAIN: ReadonlySet<Effect> = new Set<Effect>(['idempotent', 'keyed', 'composite'])

/** For a call that began and whose end nobody saw. */
export const unknownOutcome = (name: string, why: string): ToolResult =>
  failed(
    `Nobody knows whether this call of '${name}' took effect: ${why}. It was not run again. Find out what happened before you repeat it.`,
    {
      kind: 'unknown_outcome',
    },
  )

/** For a call that never began. */
export const notStarted = (why: string): ToolResult => failed(`This call did not run: ${why}.`, { kind: 'cancelled' })
