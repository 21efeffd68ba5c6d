/** Promises of what explains a request and its price: what changed, what the cache made of it, what is left of the budget. */
import { createAgent, memoryStore, tool, type Tool } from '@seamfold/core'
import type { Envelope, Usage } from '@seamfold/core/kit'
import { callOf, scriptedLlm, type ScriptedReply } from '@seamfold/core/testing'
import { describe, expect, test } from 'vitest'
import type { Asked } from '../src/api/types.ts'
import { askedChanges, cacheStory } from '../src/state/asked.ts'
import { spendings } from '../src/state/budget.ts'
import { onlyHere, sentWords } from '../src/state/sent.ts'
import { turnCosts, usageOf } from '../src/state/turn-costs.ts'

const digests = { model: 'p/m', tools: 'tools', policy: '', instructions: '' }
const said = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] }) as const
const before = { cursor: '1.a', runId: 'r', turn: 1, attempt: 1, timestamp: 0, model: 'p/m', digests, shared: 1, dropped: [] }
const asked = (change: Partial<Asked> = {}): Asked => ({
  cursor: '5.b',
  runId: 'r',
  turn: 2,
  attempt: 1,
  timestamp: 1e3,
  system: 's',
  model: 'p/m',
  how: 'recorded',
  digests,
  before,
  messages: [said('one'), said('two')],
  ...change,
})
const usage = (input: number, cacheRead: number, cacheWrite = 0): Usage => ({ input, cacheRead, cacheWrite, output: 5, reasoning: 0 })

describe('what changed', () => {
  test('is nothing but what was added, while a conversation grows', () => {
    expect(askedChanges(asked())).toEqual([{ part: 'messages', words: '1 message added at the end', breaks: false }])
    expect(askedChanges({ ...asked(), messages: [said('one')] })).toEqual([])
  })

  test('is told in the order in which a provider reads it', () => {
    const other = asked({
      model: 'p/n',
      digests: { ...digests, tools: 'others' },
      before: { ...before, system: 'another', shared: 0, dropped: [said('zero')] },
    })
    expect(askedChanges(other).map(({ part, breaks }) => [part, breaks])).toEqual([
      ['model', true],
      ['tools', true],
      ['system', true],
      ['messages', true],
    ])
  })
})

describe('what was sent', () => {
  test('is certain where the journal tells all of it, or what is rebuilt has its digest', () => {
    expect(sentWords(asked({ how: 'recorded', tools: [] })).tone).toBe('good')
    expect(sentWords(asked({ how: 'recorded' }))).toMatchObject({ tone: 'plain', words: expect.stringContaining('tools are not known') })
    expect(sentWords(asked({ how: 'rebuilt' })).tone).toBe('good')
    expect(sentWords(asked({ how: 'differs', why: 'it is long' }))).toMatchObject({
      tone: 'bad',
      words: expect.stringContaining('it is long'),
    })
    expect(sentWords(asked({ how: 'unrecorded' }))).toMatchObject({ tone: 'plain', words: expect.stringContaining('was not kept') })
  })

  test('is told with everything that was for this call only', () => {
    const note = {
      model: 'p/n',
      maxOutputTokens: 500,
      toolChoice: 'none',
      output: 'answer',
      tools: ['a'],
      system: ' More.',
      kept: 1,
    } as const
    expect(onlyHere(asked({ note, hidden: ['b', 'c'] })).map(({ part, words }) => `${part}: ${words}`)).toEqual([
      'model: p/n; the run began with p/m',
      'output: at most 500 tokens',
      'tools: choice: none',
      'tools: hidden: b, c',
      'schema: the model itself is held to answer',
      'system: added behind the system prompt: More.',
      'messages: 1 message from number 2 on for this call only',
    ])
    expect(onlyHere(asked({ note: { kept: 2 } }))[0]?.words).toBe('only the first 2 messages of the history')
    expect(onlyHere(asked())).toEqual([])
  })
})

describe('the cache', () => {
  test('kept what was sent before', () => {
    expect(cacheStory(asked(), usage(50, 950), usage(0, 0, 1_000))).toMatchObject({ tone: 'good', share: 0.95 })
  })

  test('was broken by the first part that differs', () => {
    const story = cacheStory(asked({ before: { ...before, system: 'another' } }), usage(1_000, 0), usage(0, 0, 1_000))
    expect(story).toMatchObject({ tone: 'bad', words: expect.stringContaining('What broke it first: another system prompt') })
  })

  test('was broken by time, or by the provider, where nothing differs', () => {
    const late = cacheStory(asked({ timestamp: 400_000 }), usage(1_000, 0), usage(0, 0, 1_000))
    expect(late.words).toContain('6 min 40 s passed')
    expect(cacheStory(asked(), usage(1_000, 0), usage(0, 0, 1_000)).words).toContain('the provider did not keep it')
    expect(cacheStory(asked(), usage(1_000, 0), usage(900, 0)).words).toContain('had cached nothing')
  })
})

const look = tool({ name: 'look', description: 'Look.', readOnly: true, execute: () => 'three files' })

async function factsOf(script: readonly ScriptedReply[], tools: readonly Tool[] = [look]): Promise<readonly Envelope[]> {
  const agent = createAgent({ llm: scriptedLlm(script), tools, store: memoryStore(), budget: { perRun: { tokens: 50_000 } } })
  const run = await agent.run('Go')
  const facts: Envelope[] = []
  for await (const envelope of run) if (envelope.durable) facts.push(envelope)
  await agent.close()
  return facts
}

describe('the budget', () => {
  test('counts what was used, and what an attempt under way may use', async () => {
    const facts = await factsOf([[callOf('look')], 'Three.'])
    expect(spendings(facts)).toMatchObject({ tokens: { used: 4, reserved: 0 }, turns: { used: 2 }, toolCalls: { used: 1 } })
    const asking = facts.slice(
      0,
      facts.findIndex(({ event }) => event.type === 'turn_end'),
    )
    const { tokens } = spendings(asking)
    expect([tokens.used, tokens.reserved > 1_000]).toEqual([0, true])
  })

  test('counts an attempt that broke off at its worst', async () => {
    const facts = await factsOf([[callOf('look')], 'Three.'])
    const starts = facts.filter(({ event }) => event.type === 'turn_start')
    const { tokens } = spendings(starts)
    expect(tokens.used).toBe(starts[0]?.event.type === 'turn_start' ? starts[0].event.reservation?.tokens : -1)
  })

  test('begins anew with a run', async () => {
    const facts = await factsOf(['Fine.'])
    expect(spendings([...facts, ...facts])).toEqual(spendings(facts))
  })
})

test('what a turn used is found from where it began, and not where it has not ended', async () => {
  const facts = await factsOf([[callOf('look')], 'Three.'])
  const [first] = turnCosts(facts)
  expect(usageOf(facts, first?.start ?? '')).toEqual(first?.usage)
  const under = facts.slice(
    0,
    facts.findIndex(({ event }) => event.type === 'turn_end'),
  )
  expect(usageOf(under, first?.start ?? '')).toBeUndefined()
  expect(usageOf(facts, 'nowhere')).toBeUndefined()
})
