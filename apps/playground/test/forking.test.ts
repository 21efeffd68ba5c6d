/** Promises of forks with changes and of branches side by side: what is shared, what can be changed, what differs. */
import { createAgent, forkSession, memoryStore, openSession, tool } from '@seamfold/core'
import type { Envelope, SessionStore } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { branchTotals, callDifferences, ownItems, sharedFacts } from '../src/state/compare.ts'
import { conversation, emptyConversation } from '../src/state/conversation.ts'
import { editableText, forkPlan } from '../src/state/fork-plan.ts'

const look = tool<{ readonly at: string }>({ name: 'look', description: 'Look.', readOnly: true, execute: ({ at }) => `files of ${at}` })

async function factsOf(store: SessionStore, id: string): Promise<readonly Envelope[]> {
  const facts: Envelope[] = []
  for await (const envelope of (await openSession(store, id)).events({ follow: false })) facts.push(envelope)
  return facts
}

/** A run with two calls in one turn. */
async function played() {
  const llm = scriptedLlm([[callOf('look', { at: 'a' }), callOf('look', { at: 'b' })], 'Both.', [callOf('look', { at: 'c' })], 'Another.'])
  const store = memoryStore()
  const agent = createAgent({ llm, store, tools: [look] })
  const run = await agent.run('Look around')
  await run.completed()
  return { agent, store, id: run.sessionId, facts: await factsOf(store, run.sessionId) }
}

const at = (facts: readonly Envelope[], type: string, nth = 0): Envelope => {
  const found = facts.filter(({ event }) => event.type === type)[nth]
  if (found === undefined) throw new Error(`there is no ${type}`)
  return found
}

describe('a fork with changes', () => {
  test('at a prompt shares what was before it, and begins with its words', async () => {
    const { facts } = await played()
    const start = at(facts, 'agent_start')
    expect(forkPlan(facts, start.cursor)).toEqual({
      at: facts[facts.indexOf(start) - 1]?.cursor,
      goesOn: false,
      prompt: 'Look around',
      results: {},
    })
  })

  test('at a result shares what was before it, offers to change it, and keeps the other one', async () => {
    const { facts } = await played()
    const [first, second] = [at(facts, 'tool_end'), at(facts, 'tool_end', 1)]
    const plan = forkPlan(facts, first.cursor)
    const [firstId, secondId] = [first, second].map(({ event }) => (event.type === 'tool_end' ? event.callId : ''))
    expect(plan).toMatchObject({
      goesOn: true,
      call: { callId: firstId, name: 'look', result: { content: 'files of a' } },
      results: { [secondId ?? '']: { content: 'files of b' } },
    })
    expect(forkPlan(facts, second.cursor)).toMatchObject({ call: { callId: secondId }, results: {} })
  })

  test('is one that the runtime takes, at every fact', async () => {
    const { store, id, facts } = await played()
    for (const { cursor, event } of facts.slice(1)) {
      const plan = forkPlan(facts, cursor)
      if (plan === undefined) throw new Error(`nothing is shared at ${event.type}`)
      const results = { ...plan.results, ...(plan.call === undefined ? {} : { [plan.call.callId]: plan.call.result }) }
      const fork = await forkSession(store, id, { at: plan.at, keepRun: plan.goesOn, results })
      const beyond = (await factsOf(store, fork)).filter(
        ({ event: fact }) => fact.type === 'tool_end' && fact.errorKind === 'unknown_outcome',
      )
      expect(beyond).toEqual([])
    }
    expect(forkPlan(facts, 'nowhere')).toBeUndefined()
    expect(forkPlan(facts, facts[0]?.cursor ?? '')).toMatchObject({ goesOn: false })
  })

  test('edits text, and leaves images alone', () => {
    expect(editableText('a')).toBe('a')
    expect(
      editableText([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ).toBe('ab')
    expect(editableText([{ type: 'image', mediaType: 'image/png', data: '' }])).toBeUndefined()
  })
})

describe('two branches', () => {
  test('share what their cursors say, and differ in what each has beyond', async () => {
    const { agent, store, id, facts } = await played()
    const before = facts[facts.indexOf(at(facts, 'agent_start')) - 1]
    const forkId = await forkSession(store, id, { at: before?.cursor ?? '' })
    await (await (await agent.session({ id: forkId })).send('Look elsewhere')).completed()
    const fork = await factsOf(store, forkId)
    const shared = sharedFacts(facts, fork)
    expect(shared).toBe(facts.indexOf(at(facts, 'agent_start')))
    const [a, b] = [facts.slice(shared), fork.slice(shared)]
    expect(callDifferences(facts, fork, shared)).toEqual([
      { in: 'a', name: 'look', gist: 'at: a' },
      { in: 'a', name: 'look', gist: 'at: b' },
      { in: 'b', name: 'look', gist: 'at: c' },
    ])
    expect(branchTotals(a)).toMatchObject({ outcome: 'completed', turns: 2, calls: 2, answer: 'Both.' })
    expect(branchTotals(b)).toMatchObject({ outcome: 'completed', turns: 2, calls: 1, answer: 'Another.' })
    const { items } = fork.reduce(conversation, emptyConversation)
    expect(ownItems(fork, shared, items).map(({ kind }) => kind)).toEqual(['branch', 'prompt', 'turn', 'turn', 'outcome'])
  })

  test('both show the turn that they part in', async () => {
    const { store, id, facts } = await played()
    const plan = forkPlan(facts, at(facts, 'tool_end').cursor)
    const results = { ...plan?.results, [plan?.call?.callId ?? '']: { content: 'nothing' } }
    const forkId = await forkSession(store, id, { at: plan?.at ?? '', keepRun: true, results })
    const fork = await factsOf(store, forkId)
    const { items } = fork.reduce(conversation, emptyConversation)
    const [turn] = ownItems(fork, sharedFacts(facts, fork), items)
    expect(turn).toMatchObject({ kind: 'turn', parts: [{ call: { output: 'nothing' } }, { call: { output: 'files of b' } }] })
    const shared = sharedFacts(facts, fork)
    expect(callDifferences(facts, fork, shared).map((call) => [call.in, call.gist, call.results])).toEqual([
      ['both', 'at: a', { a: 'files of a', b: 'nothing' }],
      ['both', 'at: b', undefined],
    ])
  })

  test('say where they were forked, and that is no recovery when the run goes on', async () => {
    const { agent, store, id, facts } = await played()
    const forkId = await forkSession(store, id, { at: at(facts, 'tool_end', 1).cursor, keepRun: true })
    await (await (await agent.session({ id: forkId, create: false })).resume())?.completed()
    const { items } = (await factsOf(store, forkId)).reduce(conversation, emptyConversation)
    expect(items.find(({ kind }) => kind === 'branch')).toMatchObject({ origin: id })
    expect(items.some(({ kind }) => kind === 'recovery')).toBe(false)
  })

  test('count the time of a run without the rest before it was forked, and that of one that began in what they share', () => {
    const fact = (event: object, timestamp: number): Envelope =>
      ({ cursor: `${timestamp}.x`, durable: true, sessionId: 's', runId: 'r', timestamp, event }) as Envelope
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    const start = fact({ type: 'agent_start', sendId: 'x', prompt: [], digests: {} }, 1_000)
    const end = { type: 'agent_end', text: 'over', usage, reason: 'end_turn' }
    const forked = fact({ type: 'session_forked', metadata: {}, origin: { sessionId: 'o', offset: 1 } }, 901_000)
    const fork = [start, forked, fact(end, 902_000)].reduce(conversation, emptyConversation)
    expect(fork.items.at(-1)).toMatchObject({ kind: 'outcome', durationMs: 1_000 })
    expect(branchTotals([fact({ type: 'session_released' }, 2_000), fact(end, 3_500)]).durationMs).toBe(1_500)
  })

  test('that are one and the same differ in nothing', async () => {
    const { facts } = await played()
    expect(sharedFacts(facts, facts)).toBe(facts.length)
    expect(callDifferences(facts, facts, 0).every((call) => call.in === 'both')).toBe(true)
    expect(sharedFacts(facts, [])).toBe(0)
  })
})
