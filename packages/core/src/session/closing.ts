/** The facts that end a run: every open call gets a result in the same breath. */
import type { AgentError } from '../base/errors.ts'
import { present } from '../base/present.ts'
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
      ...present({ cost: run.cost, output: end.output }),
    },
  ]
}

/** A run that was cut short. `partial` is what the model had said of the turn under way. */
export function endingFacts(run: RunState, ending: Ending, partial: string): readonly Fact[] {
  const why = ending.type === 'cancelled' ? `the run was cancelled (${ending.reason})` : `the run failed (${ending.error.message})`
  return [...closeOpenCalls(run, (state, name) => openResult(state, name, why)), terminalFact(run, ending, partial)]
}

export type Branching = {
  /** Leave the run to be resumed, instead of ending it. */
  readonly keepRun: boolean
  /** What open calls came to, by identity, as whoever branches says. */
  readonly given?: Readonly<Record<string, ToolResult>> | undefined
}

/** What a branch says of a run that it begins in the middle of: what became of its open calls elsewhere is not known here. */
export function branchingFacts(run: RunState, why: string, { keepRun, given }: Branching): readonly Fact[] {
  const closed = closeOpenCalls(run, ({ callId: id }, name) => given?.[id] ?? unknownOutcome(name, why))
  return keepRun ? closed : [...closed, terminalFact(run, { type: 'cancelled', reason: why }, '')]
}

function terminalFact(run: RunState, ending: Ending, partial: string): Fact {
  const common = { usage: run.usage, text: partial }
  return ending.type === 'cancelled'
    ? { type: 'run_cancelled', reason: ending.reason, ...common }
    : { type: 'error', code: ending.error.code, message: ending.error.message, retryable: ending.error.retryable, ...common }
}

/** Nested calls first, so that each stands before the call that made it. */
function closeOpenCalls({ batch }: RunState, resultOf: (state: CallState, name: string) => ToolResult): readonly Fact[] {
  if (batch === undefined) return []
  const nested = [...batch.states.values()].filter((state) => state.result === undefined && state.callId.includes('/'))
  const outer = batch.calls
    .map((call, ordinal) => ({ call, state: batch.states.get(callId(batch, ordinal)) ?? { callId: callId(batch, ordinal) } }))
    .filter(({ state }) => state.result === undefined)
  return [
    ...nested.map((state) => {
      const name = state.start?.name ?? ''
      return toolEnd({ callId: state.callId, id: state.callId, name }, resultOf(state, name))
    }),
    ...outer.map(({ call, state }) => toolEnd({ callId: state.callId, id: call.id, name: call.name }, resultOf(state, call.name))),
  ]
}

/** A call that may have had an effect is unknown; one that certainly had none did not run. */
const openResult = ({ start }: CallState, name: string, why: string): ToolResult =>
  start === undefined || start.effect === 'none' ? notStarted(why) : unknownOutcome(name, why)
