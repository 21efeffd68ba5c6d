/** A whole session as a pure fold over its facts. */
import type { AppendList } from '../base/append-list.ts'
import { costSum } from './cost-sum.ts'
import type { FactOf } from './event.ts'
import { foldRun, startRun } from './fold-run.ts'
import type { Message } from './message.ts'
import { callId, emptySession, isTerminal, openCalls, type RunState, type SessionState, type StoredFact } from './session-state.ts'
import { addUsage } from './usage.ts'

/** The session after one more fact. `sessionId` is told to requests. */
export function foldFact(state: SessionState, stored: StoredFact, sessionId = ''): SessionState {
  const { fact, timestamp } = stored
  const next: SessionState = { ...state, length: stored.offset + 1, updatedAt: timestamp, ...sessionChange(state, stored) }
  const run = fact.type === 'agent_start' ? startRun({ ...stored, fact }) : state.run && foldRun(state.run, stored, sessionId)
  if (run === undefined) return next
  return withHistory({ ...next, run }, state, stored)
}

/** A session from its facts. */
export const foldSession = (facts: Iterable<StoredFact>, sessionId = ''): SessionState => {
  let state = emptySession
  for (const stored of facts) state = foldFact(state, stored, sessionId)
  return state
}

function sessionChange(state: SessionState, { fact, timestamp }: StoredFact): Partial<SessionState> {
  switch (fact.type) {
    case 'session_created':
      return { metadata: fact.metadata, branch: fact.branch, createdAt: timestamp }
    case 'session_forked':
      return {
        metadata: fact.metadata,
        branch: fact.branch,
        claim: undefined,
        claimsSinceProgress: 0,
        inboxNext: 0,
        rules: undefined,
        forkedFrom: fact.origin,
      }
    case 'session_rewound':
      return { claim: undefined, claimsSinceProgress: 0, fence: fact.fence, inboxNext: fact.inboxNext, rules: undefined }
    case 'session_claimed':
      return {
        claim: { holder: fact.holder, fence: fact.fence, timestamp, afterExpiry: fact.afterExpiry === true },
        fence: fact.fence,
        claimsSinceProgress: fact.attempt,
      }
    case 'session_released':
      return state.claim?.fence === fact.fence ? { claim: undefined, claimsSinceProgress: 0 } : {}
    case 'agent_start':
      return { claimsSinceProgress: 0, ...(state.run && { ended: state.ended.append(state.run) }) }
    case 'tool_end':
    case 'subagent_start':
      return { claimsSinceProgress: 0 }
    case 'subagent_end':
    case 'turn_end':
      return { claimsSinceProgress: 0, usage: addUsage(state.usage, fact.usage), ...costSum(state.cost, fact.cost) }
    case 'confirmation_received':
    case 'confirmation_timeout':
    case 'external_task_completed':
    case 'message_injected':
    case 'cancel_requested':
    case 'inbox_skipped':
      return {
        ...(fact.inboxOffset === undefined ? {} : { inboxNext: fact.inboxOffset + 1 }),
        ...('always' in fact ? { rules: [...(state.rules ?? []), ...fact.always] } : {}),
      }
    default:
      return {}
  }
}

function withHistory(next: SessionState & { readonly run: RunState }, before: SessionState, { fact }: StoredFact): SessionState {
  const { run } = next
  switch (fact.type) {
    case 'agent_start':
      return { ...next, history: next.history.append({ role: 'user', content: fact.prompt }) }
    case 'run_prepared':
      if (fact.prompt === undefined) return next
      return {
        ...next,
        history: next.history.splice(next.history.length - 1, next.history.length, [{ role: 'user', content: fact.prompt }]),
      }
    case 'history_edited':
      return {
        ...next,
        history: fact.edits.reduce<AppendList<Message>>(
          (list, { from, to, replacement }) => list.splice(from, to, replacement),
          next.history,
        ),
      }
    case 'turn_end':
      return before.run !== run ? replied(next, fact) : next
    case 'message_injected':
      if (isTerminal(run.status)) return next
      return run.inFlight || run.phase === 'acting'
        ? { ...next, held: [...next.held, fact.message] }
        : { ...next, history: next.history.append(fact.message) }
    case 'tool_end':
      return batchClosed(next, before.run, run)
    case 'run_cancelled':
    case 'error':
      return interrupted(next, fact)
    default:
      return next
  }
}

/** A reply that says nothing (no text, no call) stays out of the history: no provider takes it back. */
function replied(state: SessionState, { message }: FactOf<'turn_end'>): SessionState {
  const says = message.content.some((block) => block.type === 'tool_use' || (block.type === 'text' && block.text !== ''))
  const spoken = says ? { ...state, history: state.history.append(message) } : state
  return message.content.some((block) => block.type === 'tool_use') ? spoken : released(spoken)
}

/** What was said in mid-turn takes its place. */
const released = (state: SessionState): SessionState =>
  state.held.length === 0
    ? state
    : { ...state, held: [], history: state.held.reduce<AppendList<Message>>((list, message) => list.append(message), state.history) }

function batchClosed(state: SessionState, before: RunState | undefined, run: RunState): SessionState {
  const { batch } = run
  if (batch === undefined || before?.phase !== 'acting' || openCalls(batch).length > 0) return state
  const content = batch.calls.map((call, ordinal) => {
    const result = batch.states.get(callId(batch, ordinal))?.result
    return {
      type: 'tool_result' as const,
      toolUseId: call.id,
      content: result?.content ?? '',
      isError: result?.isError ?? true,
      ...(result?.untrusted && { untrusted: true as const }),
    }
  })
  return released({ ...state, history: state.history.append({ role: 'user', content }) })
}

/** What the model had said of an unfinished turn stays in the conversation, so that the next prompt makes sense. */
function interrupted(state: SessionState, { text }: FactOf<'run_cancelled' | 'error'>): SessionState {
  const last = state.history.at(-1)
  if (text === '' || last?.role !== 'user') return released(state)
  return released({ ...state, history: state.history.append({ role: 'assistant', content: [{ type: 'text', text }] }) })
}
