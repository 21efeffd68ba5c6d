/** The cut-point law: wherever a reader is cut off, it has every fact once, and no provisional text twice. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentError, createAgent, type Envelope, memoryStore, type Run, tool } from '../../src/index.ts'
import type { SessionStore } from '../../src/kit.ts'
import { callOf, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

const look = tool({
  name: 'look',
  description: 'Looks.',
  readOnly: true,
  execute: async (_, { progress }) => {
    progress('half ')
    return 'seen'
  },
})
const change = tool({ name: 'change', description: 'Changes.', effect: 'unsafe', execute: () => 'changed' })

const broken =
  (text: string): ScriptedReply =>
  async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return new AgentError('llm_unavailable', `cut off after ${text}`)
  }

const script: readonly ScriptedReply[] = [
  [
    { type: 'reasoning', text: 'let me see what there is', origin: { provider: 'scripted', model: 'scripted' } },
    { type: 'text', text: 'I look around.' },
    callOf('look'),
    callOf('change'),
  ],
  broken('nothing'),
  [{ type: 'text', text: 'Once more, with feeling.' }, callOf('look', { again: true })],
  'That is all there is to say about it.',
]

/** Lets other things happen in the middle of each call, as a real store does. */
function slowStore(ticks: () => number): SessionStore {
  const store = memoryStore()
  const pause = async (): Promise<void> => {
    for (let left = ticks(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    ...store,
    async append(...args) {
      await pause()
      await store.append(...args)
      await pause()
    },
    async *read(...args) {
      await pause()
      for await (const stored of store.read(...args)) {
        yield stored
        await pause()
      }
      await pause()
    },
  }
}

/** What somebody who follows the documents makes of what they read. */
class Screen {
  readonly facts: string[] = []
  readonly said = new Map<string, string>()
  readonly settled: string[] = []
  cursor: string | undefined

  take({ event, durable, cursor }: Envelope): void {
    if (durable) {
      this.facts.push(`${cursor} ${event.type}`)
      this.cursor = cursor
    }
    const put = ({ turn, block, start }: { turn: number; block: number; start: number }, text: string): void => {
      const key = `${turn}.${block}`
      const before = this.said.get(key) ?? ''
      expect(before.length, 'a delta joins on to what is there').toBeGreaterThanOrEqual(start)
      this.said.set(key, before.slice(0, start) + text)
    }
    if (event.type === 'turn_start') this.#forget(event.turn)
    if (event.type === 'text_delta' || event.type === 'reasoning_delta') put(event, event.text)
    if (event.type === 'turn_snapshot') {
      this.#forget(event.turn)
      for (const [block, part] of event.blocks.entries()) if (part.type !== 'tool_use') this.said.set(`${event.turn}.${block}`, part.text)
    }
    if (event.type === 'turn_end') {
      for (const [block, part] of event.message.content.entries()) {
        const shown = this.said.get(`${event.turn}.${block}`)
        if ((part.type === 'text' || part.type === 'reasoning') && shown !== undefined) expect(part.text.startsWith(shown)).toBe(true)
      }
      this.#forget(event.turn)
    }
  }

  #forget(turn: number): void {
    for (const key of this.said.keys()) if (key.startsWith(`${turn}.`)) this.said.delete(key)
  }
}

async function readWithCuts(run: Run, cuts: readonly number[], pace: () => number): Promise<Screen> {
  const screen = new Screen()
  for (const cut of [...cuts, Infinity]) {
    let seen = 0
    for await (const envelope of run.events(screen.cursor === undefined ? {} : { after: screen.cursor })) {
      for (let left = pace(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
      screen.take(envelope)
      if (++seen >= cut) break
    }
  }
  return screen
}

describe('a reader that is cut off anywhere', () => {
  test('has every fact once and no text twice', { timeout: 60_000 }, async () => {
    const ticks = fc.infiniteStream(fc.integer({ min: 0, max: 3 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
        ticks,
        ticks,
        async (readers, store, pace) => {
          const next =
            (stream: Iterator<number>): (() => number) =>
            () =>
              stream.next().value ?? 0
          const agent = createAgent({
            llm: scriptedLlm(script, { chunk: 2 }),
            tools: [look, change],
            store: slowStore(next(store)),
            retry: { baseDelayMs: 0 },
          })
          const run = await agent.run('go')
          const screens = await Promise.all(readers.map((cuts) => readWithCuts(run, cuts, next(pace))))
          expect((await run.result).status).toBe('completed')
          const whole = await readWithCuts(run, [], () => 0)
          expect(whole.facts.length).toBeGreaterThan(12)
          for (const screen of screens) expect(screen.facts).toEqual(whole.facts)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('that only prints deltas from the start prints every word once', async () => {
    const text = 'one two three four five six seven eight nine ten'
    const run = await createAgent({ llm: scriptedLlm([text], { chunk: 1 }), store: slowStore(() => 2) }).run('count')
    let printed = ''
    for await (const { event } of run) if (event.type === 'text_delta') printed += event.text
    expect(printed).toBe(text)
  })
})
