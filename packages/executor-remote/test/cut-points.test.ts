/** The cut-point law over WebSocket: wherever the connection of a whole agent's run is cut, facts and text are as if it had not been. */
import { createAgent, jsonSchema, memoryStore, openSession, tool } from '@seamfold/core'
import type { Envelope } from '@seamfold/core/kit'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { expect, test } from 'vitest'
import { throughCuts } from './support/cuts.ts'
import { useEnds } from './support/ends.ts'

const ends = useEnds()
/** A number that has no divisor in common with what is cut, so that every part of a frame is. */
const APART = 13
const TEXTS = ['I look it up first, piece by piece. ', 'It is forty-two, as it always was. ']

/** The text of each turn as a reader builds it from what is live: a piece that comes twice would show. */
const textsOf = (events: readonly Envelope[]): readonly string[] => {
  const texts = new Map<string, string>()
  for (const { event } of events) {
    if (event.type !== 'text_delta') continue
    const place = `${event.turn}/${event.attempt}`
    const text = texts.get(place) ?? ''
    expect(event.start, 'a piece starts where the last one ended').toBe(text.length)
    texts.set(place, text + event.text)
  }
  return [...texts.values()]
}

test.each(['up', 'down'] as const)(
  'a run that is cut %s anywhere tells the facts of its journal and its text once',
  async (direction) => {
    const store = memoryStore()
    const lookUp = tool({
      name: 'look_up',
      description: 'Looks it up.',
      input: jsonSchema<Record<string, never>>({ type: 'object' }),
      readOnly: true,
      execute: async () => 'forty-two',
    })
    const [first = '', last = ''] = TEXTS
    const turns = Array.from({ length: 2000 }, () => [[{ type: 'text' as const, text: first }, callOf('look_up')], last]).flat()
    const agent = createAgent({ llm: scriptedLlm(turns), tools: [lookUp], store })
    const { run, carried } = await throughCuts(ends, agent.executor())
    await run([], 'whole')
    const bytes = carried()[direction]
    expect(bytes).toBeGreaterThan(400)
    for (let at = 1; at <= bytes; at += APART) {
      const { events, outcome } = await run([{ direction, at }], `cut-${at}`)
      expect(outcome.output, `cut ${direction} at byte ${at}`).toBe(last)
      expect(textsOf(events)).toEqual(TEXTS)
      const view = await openSession(store, outcome.sessionId)
      const facts: string[] = []
      let begun = false
      for await (const { cursor, event } of view.events({ follow: false })) {
        begun ||= event.type === 'agent_start'
        if (begun) facts.push(cursor)
      }
      expect(events.filter(({ durable }) => durable).map(({ cursor }) => cursor)).toEqual(facts)
    }
  },
  60_000,
)
