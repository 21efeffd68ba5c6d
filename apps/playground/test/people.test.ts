/** Promises of what concerns people and helpers: questions, deadlines, plans that tick, tasks of sub-agents. */
import { askUser, createAgent, memoryStore, taskTool, tool, type Tool } from '@seamfold/core'
import type { Envelope, FactOf } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { callsOf } from '../src/state/calls.ts'
import { conversation, emptyConversation } from '../src/state/conversation.ts'
import { pendingApprovals } from '../src/state/pending.ts'
import { currentPlan, planOf } from '../src/state/plan.ts'
import type { Conversation, ToolCall } from '../src/state/types.ts'

const plan = tool({ name: 'update_plan', description: 'Plan.', readOnly: true, execute: () => 'noted' })

type Played = { readonly envelopes: readonly Envelope[]; readonly state: Conversation }

async function play(script: readonly ScriptedReply[], tools: readonly Tool[], confirm?: 'Blue'): Promise<Played> {
  const answering = confirm === undefined ? {} : { confirm: () => Promise.resolve({ decision: 'reply' as const, value: confirm }) }
  const agent = createAgent({ llm: scriptedLlm(script), tools, store: memoryStore(), ...answering })
  const run = await agent.run('Go')
  const envelopes: Envelope[] = []
  for await (const envelope of run) envelopes.push(envelope)
  await agent.close()
  return { envelopes, state: envelopes.reduce(conversation, emptyConversation) }
}

const callsIn = ({ items }: Conversation): readonly ToolCall[] => items.flatMap((item) => (item.kind === 'turn' ? callsOf(item) : []))

describe('a question', () => {
  const asking = callOf('ask_user', { question: 'Which colour?', options: [{ label: 'Blue' }] })

  test('waits for its answer like an approval, as a question', async () => {
    const { state } = await play([[asking]], [askUser()])
    expect(pendingApprovals(state)).toMatchObject([{ kind: 'question', reason: 'Which colour?', state: 'pending' }])
  })

  test('keeps its reply', async () => {
    const { state } = await play([[asking], 'Blue it is.'], [askUser()], 'Blue')
    expect(callsIn(state)[0]?.approval).toMatchObject({ kind: 'question', state: 'approved', reply: 'Blue' })
    expect(pendingApprovals(state)).toEqual([])
  })

  test('that nobody answered in time is told so', async () => {
    const { envelopes } = await play([[asking]], [askUser()])
    const asked = envelopes.find(({ event }) => event.type === 'user_question')
    const { requestId, callId } = (asked?.event ?? {}) as FactOf<'user_question'>
    const late = { ...asked, cursor: '99.x', event: { type: 'confirmation_timeout', requestId, callId, approved: false } } as Envelope
    const begun = envelopes.slice(0, envelopes.findIndex((envelope) => envelope === asked) + 1)
    const state = [...begun, late].reduce(conversation, emptyConversation)
    expect(callsIn(state)[0]?.approval).toMatchObject({ state: 'expired' })
  })
})

describe('a plan', () => {
  const written = (...statuses: readonly string[]) =>
    callOf('update_plan', { plan: statuses.map((status, n) => ({ step: `step ${n}`, status })) })

  test('is the last that was written down in the run', async () => {
    const { state } = await play([[written('in_progress', 'pending')], [written('completed', 'in_progress')], 'Done.'], [plan])
    expect(currentPlan(state.items)?.map(({ status }) => status)).toEqual(['completed', 'in_progress'])
    expect(currentPlan([])).toBeUndefined()
  })

  test('is read as far as it is written, and from nothing else', () => {
    expect(planOf({ plan: [{ step: 'a', status: 'pending' }, { step: 'b' }] })).toEqual([{ step: 'a', status: 'pending' }])
    for (const input of [undefined, null, 'plan', {}, { plan: 'a' }, { plan: [] }, { plan: [{ status: 'pending' }] }])
      expect(planOf(input)).toBeUndefined()
  })
})

describe('tasks of sub-agents', () => {
  const given = callOf('task', { agent: 'explore', description: 'Look around', prompt: 'Look.' })

  test('stand in the call that gave them, with their session, how far they came and what came of them', async () => {
    const { state } = await play([[given], 'Three files.', 'It found three.'], [taskTool()])
    const [task] = callsIn(state)[0]?.tasks ?? []
    expect(task).toMatchObject({
      agent: 'explore',
      description: 'Look around',
      status: 'completed',
      turns: 1,
      output: 'Three files.',
      sessionId: expect.stringContaining('task-run-'),
    })
  })

  test('that are told of again are not doubled, and stay open until they end', async () => {
    const { envelopes } = await play([[given], 'Three files.', 'It found three.'], [taskTool()])
    const at = envelopes.findIndex(({ event }) => event.type === 'subagent_start')
    const start = envelopes[at]
    const begun = envelopes.slice(0, at + 1)
    const again = { ...start, cursor: '98.x' } as Envelope
    const state = [...begun, again].reduce(conversation, emptyConversation)
    expect(callsIn(state)[0]?.tasks).toMatchObject([{ status: 'running', turns: 0 }])
  })
})
