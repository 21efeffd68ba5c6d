/** One run as a pure fold over its facts. Terminal states accept nothing more. */
import { present } from '../base/present.ts'
import { costSum } from './cost-sum.ts'
import type { FactOf } from './event.ts'
import { textOf, toolCallsOf } from './message.ts'
import {
  type AnswerFact,
  type Batch,
  type CallState,
  callId,
  isTerminal,
  type RequestState,
  type RunState,
  type StoredFact,
} from './session-state.ts'
import { resultFromFact } from './tool-end.ts'
import { addUsage, noUsage } from './usage.ts'

type Asked = FactOf<'confirmation_required' | 'user_question' | 'external_task_pending'>

/** The run that a fact starts. */
export function startRun({ fact, runId, offset, timestamp }: StoredFact & { readonly fact: FactOf<'agent_start'> }): RunState {
  return {
    id: runId,
    sendId: fact.sendId,
    prompt: fact.prompt,
    ...present({ output: fact.output }),
    status: 'executing',
    phase: 'preparing',
    system: '',
    startOffset: offset,
    startedAt: timestamp,
    updatedAt: timestamp,
    turn: 0,
    attempt: 0,
    inFlight: false,
    steered: false,
    toolCalls: 0,
    usage: noUsage,
    requests: new Map(),
    eventCount: 1,
    text: '',
  }
}

/** The run after one more fact. Facts of other runs, and facts after the end, change nothing. */
export function foldRun(run: RunState, stored: StoredFact, sessionId = ''): RunState {
  if (isTerminal(run.status)) return run
  // Another branch inherits no request and no answer: whoever was asked was asked about the one before.
  if (stored.fact.type === 'session_forked' || stored.fact.type === 'session_rewound')
    return { ...run, status: 'executing', requests: new Map() }
  if (stored.runId !== run.id) return run
  return { ...run, ...change(run, stored, sessionId), updatedAt: stored.timestamp, eventCount: run.eventCount + 1 }
}

function change(run: RunState, { fact, offset }: StoredFact, sessionId: string): Partial<RunState> {
  switch (fact.type) {
    case 'session_claimed':
      return run.status === 'suspended' ? { status: 'executing' } : {}
    case 'run_prepared':
      return { phase: 'asking', system: fact.system }
    case 'turn_start':
      return { phase: 'asking', turn: fact.turn, attempt: fact.attempt, inFlight: true, steered: false }
    case 'turn_end':
      return turnEnded(run, fact, offset)
    case 'subagent_end':
      return { usage: addUsage(run.usage, fact.usage), ...costSum(run.cost, fact.cost), toolCalls: run.toolCalls + fact.toolCalls }
    case 'tool_execution_start':
      return { ...callChanged(run, fact.callId, { start: fact }) }
    case 'tool_end':
      return callEnded(run, fact)
    case 'confirmation_required':
    case 'user_question':
    case 'external_task_pending':
      return { requests: new Map(run.requests).set(fact.requestId, requested(fact, run.id, sessionId)) }
    case 'confirmation_received':
    case 'confirmation_timeout':
    case 'external_task_completed':
      return answered(run, fact)
    case 'message_injected':
      return run.phase === 'deciding' ? { steered: true, phase: 'asking' } : { steered: true }
    case 'cancel_requested':
      return { cancelRequested: fact.reason }
    case 'run_suspended':
      return { status: 'suspended' }
    case 'agent_end':
      return completed(fact)
    case 'error':
      return {
        status: 'failed',
        phase: 'ended',
        text: fact.text || run.text,
        error: { code: fact.code, message: fact.message, retryable: fact.retryable },
      }
    case 'run_cancelled':
      return { status: 'cancelled', phase: 'ended', text: fact.text || run.text, reason: fact.reason }
    default:
      return {}
  }
}

const completed = ({ text, reason, output }: FactOf<'agent_end'>): Partial<RunState> => ({
  status: 'completed',
  phase: 'ended',
  text,
  reason,
  ...present({ result: output }),
})

function turnEnded(run: RunState, fact: FactOf<'turn_end'>, offset: number): Partial<RunState> {
  const calls = toolCallsOf(fact.message)
  const batch: Batch = { offset, turn: fact.turn, calls, states: new Map() }
  return {
    phase: calls.length > 0 ? 'acting' : 'deciding',
    inFlight: false,
    text: textOf(fact.message),
    usage: addUsage(run.usage, fact.usage),
    ...costSum(run.cost, fact.cost),
    reply: { message: fact.message, stopReason: fact.stopReason },
    batch,
  }
}

function callChanged(run: RunState, id: string, part: Partial<CallState>): Partial<RunState> {
  if (run.batch === undefined) return {}
  const states = new Map(run.batch.states)
  states.set(id, { callId: id, ...states.get(id), ...part })
  return { batch: { ...run.batch, states } }
}

function callEnded(run: RunState, fact: FactOf<'tool_end'>): Partial<RunState> {
  // The first result of a call stands: a late one is audit only.
  if (run.batch === undefined || run.batch.states.get(fact.callId)?.result !== undefined) return {}
  const part = { result: resultFromFact(fact), ...present({ argsDigest: fact.argsDigest }) }
  const changed = callChanged(run, fact.callId, part)
  const { batch } = changed
  const done = batch !== undefined && batch.calls.every((_, ordinal) => batch.states.get(callId(batch, ordinal))?.result !== undefined)
  return { ...changed, toolCalls: run.toolCalls + 1, ...(done && run.phase === 'acting' ? { phase: 'deciding' as const } : {}) }
}

function answered(run: RunState, fact: AnswerFact): Partial<RunState> {
  const request = run.requests.get(fact.requestId)
  // The first answer wins.
  if (request === undefined || request.answer !== undefined) return {}
  return { requests: new Map(run.requests).set(fact.requestId, { ...request, answer: fact }) }
}

const requested = (asked: Asked, runId: string, sessionId: string): RequestState => {
  const { type, argsDigest, askedDigest, rule: _, gates: __, ...request } = asked
  return {
    request: {
      ...request,
      kind: type === 'confirmation_required' ? 'confirmation' : type === 'user_question' ? 'question' : 'external_task',
      sessionId,
      runId,
    },
    argsDigest,
    ...present({ askedDigest }),
  }
}
