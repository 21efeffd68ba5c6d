/** The facts that end a run: every open call gets a result in the same breath. */
import type { AgentError } from '../base/errors.ts'
import { notStarted, unknownOutcome } from '../loop/ledger.ts'
import type { SegmentEnd } from '../loop/spine.ts'
import type { Fact } from '../model/event.ts'
import { callId, type CallState, type RunState } from '../model/session-state.ts'
import type { ToolResult } from '../model/tool.ts'
import { toolEnd } from '../model/tool-end.ts'

/** How a run that could not go on ends. */
export type Ending = { readonly type: 'cancelled'; readonly reason: string } | { readonly type: 'failed'; readonly error: AgentError }

/** A run that came to its end, or waits. */
export function endFacts(run: RunState, end: SegmentEnd): readonly Fact[] {
  if (end.type === 'suspended') return [{ type: 'run_suspended', waitingFor: end.waitingFor }]
  return [
    {
      type: 'agent_end',
      text: end.text,
      usage: run.usage,
      reason: end.reason,
      ...(run.cost === undefined ? {} : { cost: run.cost }),
      ...(end.output === undefined ? {} : { output: end.output }),
    },
  ]
}

/** A run that was cut short. `partial` is what the model had said of the turn under way. */
export function endingFacts(run: RunState, ending: Ending, partial: string): readonly Fact[] {
  const why = ending.type === 'cancelled' ? `the run was cancelled (${ending.reason})` : `the run failed (${ending.error.message})`
  const common = { usage: run.usage, text: partial }
  const terminal: Fact =
    ending.type === 'cancelled'
      ? { type: 'run_cancelled', reason: ending.reason, ...common }
      : { type: 'error', code: ending.error.code, message: ending.error.message, retryable: ending.error.retryable, ...common }
  return [...closeOpenCalls(run, why), terminal]
}

/** Nested calls first, so that each stands before the call that made it. */
export function closeOpenCalls({ batch }: RunState, why: string): readonly Fact[] {
  if (batch === undefined) return []
  const nested = [...batch.states.values()].filter((state) => state.result === undefined && state.callId.includes('/'))
  const outer = batch.calls
    .map((call, ordinal) => ({ call, state: batch.states.get(callId(batch, ordinal)) ?? { callId: callId(batch, ordinal) } }))
    .filter(({ state }) => state.result === undefined)
  return [
    ...nested.map((state) => toolEnd({ callId: state.callId, id: state.callId, name: state.start?.name ?? '' }, openResult(state, why))),
    ...outer.map(({ call, state }) => toolEnd({ callId: state.callId, id: call.id, name: call.name }, openResult(state, why))),
  ]
}

/** A call that may have had an effect is unknown; one that certainly had none did not run. */
const openResult = ({ start }: CallState, why: string): ToolResult =>
  start === undefined || start.effect === 'none' ? notStarted(why) : unknownOutcome(start.name, why)
