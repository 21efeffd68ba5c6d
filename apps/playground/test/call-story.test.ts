/** Promises of the story of a call: who had a say, in order, as the facts tell. */
import { budgetLedger, createAgent, failed, hooks, laneQueue, memoryStore, policy, tool } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import { callStory } from '../src/state/call-story.ts'
import { callsOf } from '../src/state/calls.ts'
import { conversation, emptyConversation } from '../src/state/conversation.ts'
import { callIn, factsOf, factsOfRun, look, play, write } from './playing.ts'

describe('the decisions of a call', () => {
  test('tell who asked, what its turn cost, who let it run, and how it ended, in that order', async () => {
    const facts = factsOf(await play({ script: [[callOf('write', { text: 'x' })], 'Done.'], tools: [write] }))
    const story = callStory(facts, callIn(facts))
    expect(story).toMatchObject({ name: 'write', args: { text: 'x' }, untold: false, accesses: [{ kind: 'write', path: 'a.txt' }] })
    expect(story?.steps.map(({ title }) => title)).toEqual([
      'The model asked for it',
      'Budget of its turn',
      'A person is asked',
      'Approved',
      'Attempt 1',
      'Ended',
    ])
    expect(story?.steps[3]?.detail).toContain('somebody')
  })

  test('tell what the call passed: hooks, the rule, budgets, its lane, and every attempt with its reason', async () => {
    const store = memoryStore()
    const answers = [failed('the line was cut', { kind: 'transport' }), 'three files']
    const flaky = tool({ name: 'look', description: 'Look.', readOnly: true, sandbox: 'box', execute: () => answers.shift() })
    const agent = createAgent({
      llm: scriptedLlm([[callOf('look')], 'Done.']),
      tools: [flaky],
      store,
      hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by: [{ name: 'guard', decision: 'silent' }] }) }),
      permissions: policy({ layers: [{ layer: 'user', rules: [{ allow: { tool: 'look' } }], file: 'p.json', lines: [3] }] }),
      budget: { ledger: budgetLedger(store, { root: 'day', limits: { workMs: 60_000 } }) },
      lanes: laneQueue({ query: { retry: { baseDelayMs: 1 } } }),
    })
    const run = await agent.run('Go')
    const facts: Envelope[] = []
    for await (const envelope of run) if (envelope.durable) facts.push(envelope)
    // However long the machine took.
    const prompt = facts.map((fact) => ({ ...fact, timestamp: 0 }))
    const story = callStory(prompt, callIn(prompt))
    expect(story).toMatchObject({ untold: false })
    expect(story?.steps.slice(2).map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
      'Hook guard: was asked and had nothing to say',
      'Allowed by a rule: {"allow":{"tool":"look"}} (user, p.json:3)',
      expect.stringMatching(/^Budgets set aside: one call and .* of work in day$/),
      expect.stringMatching(/^Lane query: /),
      expect.stringMatching(/^Attempt 1: .*in the sandbox box/),
      expect.stringMatching(/^Tried again: after a pause of .*: the line was cut$/),
      expect.stringMatching(/^Lane query: /),
      expect.stringMatching(/^Attempt 2: /),
      expect.stringMatching(/^Ended: a result.*budgets counted .* of work$/),
    ])
  })

  test('tell what hooks said before a person was asked once, and who blocked a call that never began', async () => {
    const by = [{ name: 'guard', decision: 'continue', changed: ['text'] }] as const
    const agent = createAgent({
      llm: scriptedLlm([[callOf('write')], 'Done.']),
      tools: [write],
      hooks: hooks({ pre_tool_use: () => ({ decision: 'continue', by }) }),
      confirm: () => Promise.resolve({ decision: 'approve' }),
    })
    const asked = await factsOfRun(agent)
    const titles = callStory(asked, callIn(asked))?.steps.map(({ title }) => title)
    expect(titles?.slice(2)).toEqual(['Hook guard', 'A person is asked', 'Approved', 'Attempt 1', 'Ended'])
    const blocking = createAgent({
      llm: scriptedLlm([[callOf('look')], 'Done.']),
      tools: [look],
      hooks: hooks({ pre_tool_use: () => ({ decision: 'block', reason: 'no', by: [{ name: 'guard', decision: 'block', reason: 'no' }] }) }),
    })
    const blocked = await factsOfRun(blocking)
    expect(callStory(blocked, callIn(blocked))?.steps.slice(2)).toMatchObject([
      { title: 'Hook guard blocked it', detail: 'no', tone: 'bad' },
      { title: 'Ended', tone: 'bad' },
    ])
  })

  test('tell how long it waited to begin beside what its start tells', async () => {
    const facts = factsOf(await play({ script: [[callOf('look')], 'Done.'], tools: [look] }))
    const at = facts.findIndex(({ event }) => event.type === 'tool_execution_start')
    const late = facts.map((fact, index) => ({
      ...fact,
      timestamp: index < at ? 0 : 60_000,
      event: index === at ? { ...fact.event, gates: { lane: { name: 'query', waitedMs: 40_000 } } } : fact.event,
    })) as readonly Envelope[]
    const steps = callStory(late, callIn(late))?.steps ?? []
    expect(steps.find(({ title }) => title === 'Waited to begin')).toMatchObject({ detail: expect.stringMatching(/^20/), tone: 'wait' })
    expect(steps.find(({ title }) => title === 'Lane query')).toMatchObject({ detail: expect.stringMatching(/^waited 40/), tone: 'wait' })
  })

  test('say that no rule decided where the default let it pass, and what an older version did not tell', async () => {
    const facts = factsOf(await play({ script: [[callOf('look')], 'Done.'], tools: [look] }))
    const story = callStory(facts, callIn(facts))
    expect(story).toMatchObject({ untold: false })
    expect(story?.steps.find(({ title }) => title === 'Let through by the policy')).toMatchObject({
      detail: 'no rule decided: its default did',
    })
    const at = facts.findIndex(({ event }) => event.type === 'tool_execution_start')
    const older = facts.map((fact, index) => ({
      ...fact,
      timestamp: index < at ? 0 : 60_000,
      event: fact.event.type === 'tool_execution_start' ? { ...fact.event, gates: 'unrecorded' as const } : fact.event,
    }))
    const untold = callStory(older, callIn(older))
    expect(untold).toMatchObject({ untold: true })
    expect(untold?.steps.map(({ title }) => title)).toContain('Waited to begin')
    expect(untold?.steps.map(({ title }) => title)).not.toContain('Let through by the policy')
  })

  test('end with the rejection of a call that never ran', async () => {
    const facts = factsOf(await play({ script: [[callOf('write', {})], 'Then not.'], tools: [write], decision: 'reject' }))
    const story = callStory(facts, callIn(facts))
    expect(story?.steps.some(({ title }) => title.startsWith('Attempt'))).toBe(false)
    expect(story?.steps.map(({ tone }) => tone)).toContain('bad')
  })

  test('are none for a call that the journal does not know', async () => {
    expect(callStory(factsOf(await play({ script: ['Hello.'], tools: [] })), '999.0')).toBeUndefined()
  })
})

describe('a call that failed for the moment', () => {
  const about = { callId: '3.0', id: 'a', name: 'look' }
  const start = (attempt: number) => ({ type: 'tool_execution_start', ...about, args: {}, accesses: [], effect: 'none', attempt })
  const retry = { type: 'command_retry', callId: '3.0', toolName: 'look', lane: 'query', attempt: 2, delayMs: 500, error: 'cut' }
  const ended = { type: 'tool_end', ...about, output: 'three', isError: false }

  /** The one call of a run, after these events. */
  async function after(events: readonly object[]) {
    const facts = factsOf(await play({ script: [[callOf('look')], 'Done.'], tools: [look] }))
    const turn = facts.slice(0, facts.findIndex(({ event }) => event.type === 'turn_end') + 1)
    const last = turn.at(-1)
    const callId = `${Number.parseInt(last?.cursor ?? '', 10)}.0`
    const told = events.map((event, index) => ({
      ...last,
      cursor: `${100 + index}.a`,
      durable: !('delayMs' in event),
      timestamp: 1_000,
      event: { ...event, callId },
    })) as Envelope[]
    const { items } = [...turn, ...told].reduce(conversation, emptyConversation)
    return items.flatMap((item) => (item.kind === 'turn' ? callsOf(item) : []))[0]
  }

  test('says that it is tried again, whichever of the two is told first, until it begins anew or has ended', async () => {
    const again = { attempt: 2, error: 'cut', at: 1_500 }
    expect(await after([start(1), retry])).toMatchObject({ again })
    expect(await after([retry, start(1)])).toMatchObject({ again })
    expect(await after([start(1), retry, start(2)])).not.toHaveProperty('again')
    expect(await after([start(1), retry, ended])).not.toHaveProperty('again')
  })
})
