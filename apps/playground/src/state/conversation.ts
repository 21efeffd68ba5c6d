/** Folds the events of a session, facts and live ones, into what a page shows. Pure: the same events give the same picture. */
import { addUsage, noUsage, type Envelope, type Fact, type LiveEvent } from '@seamfold/core/kit'
import { changeCall, changeOpenCalls } from './calls.ts'
import { foldCallFact } from './call-facts.ts'
import { foldRunFact } from './run-facts.ts'
import { settledTurn } from './settled.ts'
import { foldTask } from './task-facts.ts'
import { emptyTurn, foldStreaming } from './streaming.ts'
import type { BranchItem, Conversation, ToolCall } from './types.ts'

export const emptyConversation: Conversation = {
  cursor: undefined,
  metadata: {},
  items: [],
  streaming: undefined,
  held: [],
  liveOutput: {},
  again: {},
  run: undefined,
  usage: noUsage,
  cost: 0,
  alerts: [],
  facts: [],
}

/** Characters of a running call's output that are kept to be shown. */
const liveOutputLimit = 20_000

export function conversation(state: Conversation, envelope: Envelope): Conversation {
  if (!envelope.durable) return foldLive(state, envelope, envelope.event as LiveEvent)
  if (envelope.cursor === state.cursor) return state
  const before = { ...state, cursor: envelope.cursor, facts: [...state.facts, envelope] }
  return foldFact(before, envelope, envelope.event as Fact)
}

function foldFact(state: Conversation, envelope: Envelope, event: Fact): Conversation {
  const { runId, timestamp, cursor } = envelope
  switch (event.type) {
    case 'session_created':
      return { ...state, metadata: event.metadata }
    case 'session_forked':
      return branched(later({ ...state, metadata: event.metadata }, timestamp), {
        key: cursor,
        origin: event.origin.sessionId,
        offset: event.origin.offset,
      })
    case 'session_rewound':
      return branched(state, { key: cursor, origin: undefined, offset: event.to.offset })
    case 'turn_start':
      return { ...state, streaming: emptyTurn({ runId, turn: event.turn, attempt: event.attempt, timestamp }) }
    case 'turn_end': {
      const startedAt = state.streaming?.turn === event.turn ? state.streaming.startedAt : timestamp
      const items = [...state.items, settledTurn(event, { runId, timestamp, startedAt }), ...state.held]
      const run = state.run && { ...state.run, turn: event.turn }
      const usage = addUsage(state.usage, event.usage)
      return { ...state, items, run, streaming: undefined, held: [], usage, cost: state.cost + (event.cost ?? 0) }
    }
    case 'subagent_start':
      return state.run?.id === runId ? foldTask(state, envelope, event) : state
    case 'subagent_end': {
      // What its tasks used is a part of what the run used, as its end says.
      const spent = { ...state, usage: addUsage(state.usage, event.usage), cost: state.cost + (event.cost ?? 0) }
      return state.run?.id === runId ? foldTask(spent, envelope, event) : spent
    }
    case 'message_injected': {
      const content = event.message.content.filter((block) => block.type === 'text' || block.type === 'image')
      const said = { kind: 'injected', key: cursor, source: event.source, content, timestamp } as const
      return state.streaming ? { ...state, held: [...state.held, said] } : { ...state, items: [...state.items, said] }
    }
    case 'history_edited': {
      const replaced = event.edits.reduce((sum, edit) => sum + edit.to - edit.from, 0)
      const added = event.edits.reduce((sum, edit) => sum + edit.replacement.length, 0)
      return { ...state, items: [...state.items, { kind: 'edit', key: cursor, by: event.by, replaced, added }] }
    }
    default:
      return foldCallFact(foldRunFact(state, envelope, event), envelope, event)
  }
}

/** A run that goes on in a fork was at rest until it was forked. */
function later(state: Conversation, timestamp: number): Conversation {
  const { run, facts } = state
  const before = facts.at(-2)?.timestamp
  if (run === undefined || run.endedAt !== undefined || before === undefined) return state
  return { ...state, run: { ...run, startedAt: run.startedAt + Math.max(0, timestamp - before) } }
}

/** A branch inherits neither what the model was saying nor what somebody was asked. */
const branched = (state: Conversation, place: Omit<BranchItem, 'kind'>): Conversation => ({
  ...state,
  streaming: undefined,
  items: [...changeOpenCalls(state.items, withoutApproval), { kind: 'branch', ...place }],
})

const withoutApproval = (call: ToolCall): ToolCall =>
  call.approval?.state === 'pending' ? { ...call, status: 'pending', approval: { ...call.approval, state: 'void' } } : call

function foldLive(state: Conversation, envelope: Envelope, event: LiveEvent): Conversation {
  const { runId, timestamp, cursor } = envelope
  switch (event.type) {
    case 'text_delta':
    case 'reasoning_delta':
    case 'tool_start':
    case 'tool_input_delta':
    case 'turn_snapshot':
    case 'model_retry': {
      // A straggler of a turn that has ended has nothing to add to the fact that ended it.
      if (state.run?.id !== runId || state.streaming?.turn !== event.turn) return state
      const streaming = foldStreaming(state.streaming, event, timestamp)
      return streaming === state.streaming ? state : { ...state, streaming }
    }
    case 'tool_output_delta': {
      const had = state.liveOutput[event.callId] ?? ''
      return { ...state, liveOutput: { ...state.liveOutput, [event.callId]: (had + event.delta).slice(-liveOutputLimit) } }
    }
    case 'command_retry': {
      const again = { attempt: event.attempt, error: event.error, at: timestamp + event.delayMs }
      const reference = { callId: event.callId, name: event.toolName }
      if (state.run?.id !== runId) return state
      const items = changeCall(state.items, reference, (call) => ({ ...call, again }))
      return { ...state, items, again: { ...state.again, [event.callId]: again } }
    }
    case 'subagent_progress':
      return state.run?.id === runId ? foldTask(state, envelope, event) : state
    case 'budget_threshold_hit':
      return alert(state, {
        key: `${cursor}/${event.resource}/${event.kind}`,
        text: `Budget: ${event.message}`,
        tone: event.kind === 'hard' ? 'danger' : 'warning',
      })
    case 'queue_alert':
      if (event.level === 'cleared') return state
      return alert(state, {
        key: `${cursor}/${event.lane}/${event.alertType}/${event.level}`,
        text: event.message,
        tone: event.level === 'critical' ? 'danger' : 'warning',
      })
    case 'persistence_failed':
      return alert(state, {
        key: `${cursor}/${event.operation}`,
        text: `Storing failed (${event.operation}): ${event.error}`,
        tone: 'danger',
      })
    default:
      return state
  }
}

const alert = (state: Conversation, added: Conversation['alerts'][number]): Conversation =>
  state.alerts.some((one) => one.key === added.key) ? state : { ...state, alerts: [...state.alerts, added] }
