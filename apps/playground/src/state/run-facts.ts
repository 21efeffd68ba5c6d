/** Folds the facts that begin, pause and end a run. */
import type { Envelope, Fact, Usage } from '@seamfold/core/kit'
import { changeOpenCalls } from './calls.ts'
import type { Conversation, OutcomeItem, ToolCall, Turn } from './types.ts'

export function foldRunFact(state: Conversation, { runId, timestamp, cursor }: Envelope, event: Fact): Conversation {
  switch (event.type) {
    case 'agent_start':
      return {
        ...state,
        items: [...state.items, { kind: 'prompt', key: cursor, runId, content: event.prompt, timestamp }],
        run: { id: runId, status: 'running', startedAt: timestamp, stopping: false, turn: 0 },
        streaming: undefined,
        alerts: [],
      }
    case 'session_claimed': {
      const { run } = state
      // Nobody had said that it ended: whoever ran it is gone. In a new branch nobody had run it yet.
      const begun = state.items.at(-1)?.kind === 'branch'
      const recovered = run?.status === 'running' && !begun
      return {
        ...state,
        streaming: undefined,
        ...(run?.status === 'suspended' ? { run: { ...run, status: 'running' } } : {}),
        ...(recovered ? { items: [...state.items, { kind: 'recovery', key: cursor, attempt: event.attempt }] } : {}),
      }
    }
    case 'cancel_requested':
      return state.run ? { ...state, run: { ...state.run, stopping: true } } : state
    case 'run_suspended':
      return state.run ? { ...state, streaming: undefined, run: { ...state.run, status: 'suspended' } } : state
    case 'agent_end':
      return ended(state, {
        runId,
        timestamp,
        cursor,
        status: 'completed',
        reason: event.reason,
        usage: event.usage,
        ...costOf(event.cost),
      })
    case 'error':
      return ended(
        state,
        { runId, timestamp, cursor, status: 'failed', reason: event.message, code: event.code, usage: event.usage },
        event.text,
      )
    case 'run_cancelled':
      return ended(state, { runId, timestamp, cursor, status: 'cancelled', reason: event.reason, usage: event.usage }, event.text)
    default:
      return state
  }
}

const costOf = (cost: number | undefined) => (cost === undefined ? {} : { cost })

type Ending = {
  readonly runId: string
  readonly timestamp: number
  readonly cursor: string
  readonly status: OutcomeItem['status']
  readonly reason: string
  readonly usage: Usage
  readonly code?: string
  readonly cost?: number
}

/** `text` is what the model had said of a turn that the end of the run cut off. */
function ended(state: Conversation, { timestamp, cursor, ...outcome }: Ending, text = ''): Conversation {
  if (state.run === undefined || state.run.id !== outcome.runId || state.run.endedAt !== undefined) return state
  const { streaming, held, run } = state
  const cut: readonly Turn[] =
    streaming && text !== ''
      ? [{ ...streaming, provisional: false, interrupted: true, parts: [{ type: 'text', text }], endedAt: timestamp }]
      : []
  const durationMs = Math.max(0, timestamp - run.startedAt)
  return {
    ...state,
    items: [...changeOpenCalls(state.items, abandon), ...cut, ...held, { kind: 'outcome', key: cursor, durationMs, ...outcome }],
    streaming: undefined,
    held: [],
    liveOutput: {},
    run: { ...run, status: outcome.status, endedAt: timestamp, stopping: false },
  }
}

/** What is still open when a run ends stays open for ever. */
function abandon(call: ToolCall): ToolCall {
  if (call.status === 'succeeded' || call.status === 'failed') return call
  if (call.approval?.state !== 'pending') return { ...call, status: 'abandoned' }
  return { ...call, status: 'abandoned', approval: { ...call.approval, state: 'void' } }
}
