/** Promises of the reducer: whatever cuts a reader off, the picture is the uninterrupted one. */
import type { Envelope } from '@seamfold/core/kit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callStory } from '../src/state/call-story.ts'
import { conversation, emptyConversation } from '../src/state/conversation.ts'
import { callsOf } from '../src/state/calls.ts'
import type { Conversation, ToolCall, Turn } from '../src/state/types.ts'
import { factRows } from '../src/state/timeline.ts'
import { factSummary } from '../src/text/fact-summary.ts'
import { play, session, type Step } from './session-script.ts'

const fold = (envelopes: readonly Envelope[], from: Conversation = emptyConversation): Conversation => envelopes.reduce(conversation, from)

/** What nobody promises to tell a reader who was away: output that a running call had made, alerts, that a retry waits. */
const promised = (state: Conversation): Conversation => {
  const streaming = state.streaming && (({ retry: _retry, ...turn }) => turn)(state.streaming)
  return { ...state, streaming, liveOutput: {}, again: {}, alerts: [] }
}

/** What a server sends to a reader who comes back with a cursor when everything up to `back` has happened. */
function resumed(steps: readonly Step[], cursor: string | undefined, back: number): readonly Envelope[] {
  const known = cursor === undefined ? -1 : steps.findIndex(({ envelope }) => envelope.durable && envelope.cursor === cursor)
  const missed = steps.slice(known + 1, back).flatMap(({ envelope }) => (envelope.durable ? [envelope] : []))
  const snapshot = steps[back - 1]?.snapshot
  return [...missed, ...(snapshot ? [snapshot] : []), ...steps.slice(back).map(({ envelope }) => envelope)]
}

const turnsOf = (state: Conversation): readonly Turn[] => state.items.filter((item) => item.kind === 'turn')

describe('a conversation', () => {
  test('is the same whenever the reader is cut off and whenever it comes back', () => {
    fc.assert(
      fc.property(session, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }), (script, cuts) => {
        const steps = play(script)
        const envelopes = steps.map(({ envelope }) => envelope)
        const whole = fold(envelopes)
        let state = emptyConversation
        let position = 0
        let incoming: readonly Envelope[] = envelopes
        for (const [length, away] of cuts) {
          const seen = length % (incoming.length + 1)
          state = fold(incoming.slice(0, seen), state)
          position = Math.min(steps.length, Math.max(position, seenUpTo(steps, state)) + (away % 7))
          incoming = resumed(steps, state.cursor, position)
        }
        expect(promised(fold(incoming, state))).toEqual(promised(whole))
      }),
      { numRuns: 300 },
    )
  })

  test('shows a reader who comes back exactly the turn in progress', () => {
    fc.assert(
      fc.property(session, fc.nat(), fc.nat(), (script, first, second) => {
        const steps = play(script)
        const [cut, back] = [first % (steps.length + 1), second % (steps.length + 1)].toSorted((a, b) => a - b) as [number, number]
        const before = fold(steps.slice(0, cut).map(({ envelope }) => envelope))
        const missed = resumed(steps, before.cursor, back).slice(0, -(steps.length - back) || undefined)
        const now = fold(missed, before)
        expect(promised(now)).toEqual(promised(fold(steps.slice(0, back).map(({ envelope }) => envelope))))
      }),
      { numRuns: 300 },
    )
  })

  test('takes every envelope twice in a row without doubling anything, at any moment', () => {
    fc.assert(
      fc.property(session, fc.nat(), (script, cut) => {
        const all = play(script).map(({ envelope }) => envelope)
        const envelopes = all.slice(0, cut % (all.length + 1))
        const doubled = envelopes.flatMap((envelope) => [envelope, envelope])
        expect(promised(fold(doubled))).toEqual(promised(fold(envelopes)))
      }),
      { numRuns: 300 },
    )
  })

  test('shows at every moment exactly what the model has said of the turn in progress', () => {
    fc.assert(
      fc.property(session, (script) => {
        let state = emptyConversation
        for (const { envelope, snapshot } of play(script)) {
          state = conversation(state, envelope)
          const said = snapshot?.event.type === 'turn_snapshot' ? snapshot.event.blocks : []
          const shown = state.streaming?.parts.map((part) =>
            part.type === 'call' ? part.call.inputText : part.type === 'image' ? '' : part.text,
          )
          expect(shown ?? []).toEqual(said.map((block) => (block.type === 'tool_use' ? block.inputText : block.text)))
        }
      }),
      { numRuns: 200 },
    )
  })

  test('hears nothing of what comes too late: an older attempt, a turn or a run that has ended', () => {
    fc.assert(
      fc.property(session, fc.nat(), fc.nat(), (script, first, second) => {
        const envelopes = play(script).map(({ envelope }) => envelope)
        const [early, now] = [first % (envelopes.length + 1), second % (envelopes.length + 1)].toSorted((a, b) => a - b) as [number, number]
        const between = envelopes.slice(early, now)
        const over = between.some(({ event }) => ['turn_start', 'turn_end', 'agent_end', 'error', 'run_cancelled'].includes(event.type))
        const late = envelopes.slice(0, early).findLast(({ event }) => 'block' in event)
        fc.pre(over && late !== undefined)
        const state = fold(envelopes.slice(0, now))
        expect(late && conversation(state, late)).toBe(state)
      }),
      { numRuns: 300 },
    )
  })

  test('has every word and every result that the journal has, once', () => {
    fc.assert(
      fc.property(session, fc.nat(), (script, cut) => {
        const all = play(script).map(({ envelope }) => envelope)
        const envelopes = all.slice(0, cut % (all.length + 1))
        const state = fold(envelopes)
        const facts = envelopes.filter(({ durable }) => durable).map(({ event }) => event)
        const said = [...state.items, ...state.held].filter((item) => item.kind === 'injected' || item.kind === 'prompt')
        expect(said.length).toBe(facts.filter(({ type }) => type === 'message_injected' || type === 'agent_start').length)
        const texts = turnsOf(state).filter(({ interrupted }) => interrupted !== true)
        expect(texts.map(({ parts }) => parts.length)).toEqual(
          facts.flatMap((fact) => (fact.type === 'turn_end' ? [fact.message.content.length] : [])),
        )
        const results = turnsOf(state)
          .flatMap((turn) => deep(callsOf(turn)))
          .filter(({ output }) => output !== undefined)
        const ended = facts.flatMap((fact) => (fact.type === 'tool_end' ? [`${fact.callId} ${JSON.stringify(fact.output)}`] : []))
        expect(results.map(({ callId, output }) => `${callId} ${JSON.stringify(output)}`).toSorted()).toEqual(ended.toSorted())
      }),
      { numRuns: 300 },
    )
  })

  test('has the code of a command that ended, and of nothing else', () => {
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    const message = { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'bash', input: {} }] }
    const call = { callId: '1.0', id: 'c', name: 'bash' }
    const toldOf = (kind: string, errorKind: string): readonly unknown[] => {
      const events = [
        { type: 'agent_start', prompt: [] },
        { type: 'turn_end', turn: 1, attempt: 1, message, usage, stopReason: 'tool_use', meta: {} },
        { type: 'tool_execution_start', ...call, args: {}, attempt: 1, effect: 'unsafe', accesses: [{ kind }], idempotencyKey: 'k' },
        { type: 'tool_end', ...call, output: 'no', isError: true, exitCode: 1, errorKind },
      ]
      const envelopes = events.map((event, offset) => ({ cursor: `${offset}.x`, durable: true, runId: 'r', timestamp: offset, event }))
      const facts = envelopes as unknown as readonly Envelope[]
      const { items } = facts.reduce(conversation, emptyConversation)
      const [made] = items.flatMap((item) => (item.kind === 'turn' ? callsOf(item) : []))
      expect(made).toMatchObject({ status: 'failed', errorKind })
      return [
        made?.exitCode,
        ...factRows(facts, { words: '', without: new Set() })
          .slice(3)
          .map(({ envelope, ran }) => factSummary(envelope.event, ran)),
        callStory(facts, '1.0')?.steps.at(-1)?.detail,
      ]
    }
    expect(toldOf('exec', 'failed')).toEqual([1, 'bash · failed · exit 1', 'failed, exit 1 after 1 ms'])
    expect(toldOf('exec', 'unknown_outcome')).toEqual([undefined, 'bash · unknown_outcome · no', 'unknown_outcome after 1 ms'])
    expect(toldOf('read', 'failed')).toEqual([undefined, 'bash · failed · no', 'failed after 1 ms'])
  })

  test('counts what its tasks used as its own', () => {
    const usage = { input: 7, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    const event = { type: 'subagent_end', taskId: 't', status: 'completed', output: '', toolCalls: 0, usage, cost: 0.25 }
    const ended = { cursor: '1.x', durable: true, runId: 'r', timestamp: 1, event } as unknown as Envelope
    expect(conversation(emptyConversation, ended)).toMatchObject({ usage, cost: 0.25 })
  })

  test('keeps the first result of a call', () => {
    const turn = {
      lost: [],
      blocks: [{ type: 'tool', chunks: ['{}'] }],
      call: { ask: 'no', outcome: 'succeeded', output: ['first'], nested: 0 },
      steering: 'no',
    } as const
    const envelopes = play([{ turns: [turn], ending: 'suspended' }]).map(({ envelope }) => envelope)
    const end = envelopes.findLast(({ event }) => event.type === 'tool_end')
    const state = fold(envelopes)
    const late = end?.event.type === 'tool_end' ? { ...end, cursor: 'later', event: { ...end.event, output: 'second' } } : undefined
    const after = late ? conversation(state, late) : state
    expect(after.items).toEqual(state.items)
  })

  test('needs no live event to reach its settled picture', () => {
    fc.assert(
      fc.property(session, (script) => {
        const envelopes = play(script).map(({ envelope }) => envelope)
        const state = fold(envelopes.filter(({ durable }) => durable))
        expect({ ...promised(state) }).toEqual(promised(fold(envelopes)))
      }),
      { numRuns: 200 },
    )
  })

  test('keeps every call of an ended run in a final state, with its own result', () => {
    fc.assert(
      fc.property(session, (script) => {
        const state = fold(play(script).map(({ envelope }) => envelope))
        const ended = turnsOf(state).filter(({ runId }) => runId !== state.run?.id || state.run.endedAt !== undefined)
        for (const turn of ended) {
          for (const call of deep(callsOf(turn))) {
            expect(['succeeded', 'failed', 'abandoned']).toContain(call.status)
            expect(call.status !== 'succeeded' || JSON.stringify(call.input) === JSON.stringify({ n: call.callId })).toBe(true)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('never changes a state that it gave before', () => {
    fc.assert(
      fc.property(session, (script) => {
        let state = emptyConversation
        for (const { envelope } of play(script)) {
          const copy = structuredClone(state)
          const next = conversation(state, envelope)
          expect(state).toEqual(copy)
          state = next
        }
      }),
      { numRuns: 30 },
    )
  })
})

const deep = (calls: readonly ToolCall[]): readonly ToolCall[] => calls.flatMap((call) => [call, ...deep(call.nested)])

/** How much of the session has certainly happened for somebody with this state. */
const seenUpTo = (steps: readonly Step[], state: Conversation): number =>
  state.cursor === undefined ? 0 : steps.findIndex(({ envelope }) => envelope.durable && envelope.cursor === state.cursor) + 1
