/** Folds the facts of one tool call: asked, answered, denied, begun, ended. */
import type { Envelope, Fact, FactOf } from '@seamfold/core/kit'
import { changeCall, type CallReference } from './calls.ts'
import type { Conversation, ToolCall } from './types.ts'
import { runsCommand, seenExit } from './exit-code.ts'

export function foldCallFact(state: Conversation, { runId, timestamp }: Envelope, event: Fact): Conversation {
  // What comes after the end of a run is for the audit: the picture of the run stays.
  if (state.run === undefined || state.run.id !== runId || state.run.endedAt !== undefined) return state
  switch (event.type) {
    case 'tool_execution_start':
      return change(state, event, (call) => begun({ ...call, ...soon(state, event) }, event, timestamp))
    case 'tool_end': {
      const { [event.callId]: _, ...liveOutput } = state.liveOutput
      const { [event.callId]: __, ...again } = state.again
      return { ...change(state, event, (call) => ended(call, event, timestamp)), liveOutput, again }
    }
    case 'permission_denied':
      return change(state, named(event), (call) => ({ ...call, denied: event.reason }))
    case 'confirmation_required':
    case 'user_question':
    case 'external_task_pending':
      return change(state, named(event), (call) => asked(call, event))
    case 'confirmation_received':
    case 'confirmation_timeout':
    case 'external_task_completed':
      return change(state, { callId: event.callId, name: '' }, (call) => answered(call, event))
    default:
      return state
  }
}

const change = (state: Conversation, reference: CallReference, apply: (call: ToolCall) => ToolCall): Conversation => ({
  ...state,
  items: changeCall(state.items, reference, apply),
})

const named = ({ callId, toolName }: { readonly callId: string; readonly toolName: string }): CallReference => ({ callId, name: toolName })

/** That another attempt follows may be told before this one's start is stored. */
function soon({ again: known }: Conversation, { callId, attempt }: FactOf<'tool_execution_start'>): Pick<ToolCall, 'again'> {
  const again = known[callId]
  return again !== undefined && again.attempt > attempt ? { again } : {}
}

/** Nobody waits to try it again. */
function atRest(call: ToolCall): ToolCall {
  const { again: _, ...rest } = call
  return rest
}

const begun = (call: ToolCall, event: FactOf<'tool_execution_start'>, timestamp: number): ToolCall => ({
  ...((call.again?.attempt ?? 0) > event.attempt ? call : atRest(call)),
  status: 'running',
  input: event.args,
  attempt: event.attempt,
  startedAt: timestamp,
  ...(runsCommand(event.accesses) ? { runsCommand: true as const } : {}),
})

/** The first result stands. */
function ended(call: ToolCall, event: FactOf<'tool_end'>, timestamp: number): ToolCall {
  if (call.endedAt !== undefined) return call
  const exitCode = seenExit(event, call.runsCommand === true)
  return {
    ...atRest(call),
    status: event.isError ? 'failed' : 'succeeded',
    output: event.output,
    endedAt: timestamp,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(event.errorKind === undefined ? {} : { errorKind: event.errorKind }),
    ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
    ...(event.untrusted === true ? { untrusted: true } : {}),
  }
}

const kinds = { confirmation_required: 'confirmation', user_question: 'question', external_task_pending: 'external_task' } as const

const asked = (call: ToolCall, event: FactOf<keyof typeof kinds>): ToolCall => ({
  input: event.args,
  ...call,
  status: 'waiting',
  approval: {
    requestId: event.requestId,
    kind: kinds[event.type],
    reason: event.reason,
    args: event.args,
    accesses: event.accesses,
    state: 'pending',
    ...(event.deadline === undefined ? {} : { deadline: event.deadline }),
    ...(event.onDeadline === undefined ? {} : { onDeadline: event.onDeadline }),
  },
})

/** Asked for by an agent that a call gave a task to: behind the colon stands which task. */
const isOfTask = ({ callId = '' }: ToolCall): boolean => /:\d+\//.test(callId)

type AnswerFact = FactOf<'confirmation_received' | 'confirmation_timeout' | 'external_task_completed'>

function answered(call: ToolCall, event: AnswerFact): ToolCall {
  if (call.approval?.requestId !== event.requestId || call.approval.state !== 'pending') return call
  const said = event.approved ? 'approved' : 'rejected'
  return {
    ...call,
    // How a call of a task ends is told in the session of the task.
    status: !isOfTask(call) ? 'pending' : event.approved ? 'succeeded' : 'failed',
    ...(event.args === undefined ? {} : { input: event.args }),
    approval: {
      ...call.approval,
      state: event.type === 'confirmation_timeout' ? 'expired' : said,
      ...(event.message === undefined ? {} : { message: event.message }),
      ...(event.reply === undefined ? {} : { reply: event.reply }),
      ...(event.by === undefined ? {} : { by: event.by }),
    },
  }
}
