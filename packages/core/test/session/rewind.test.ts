/** A rewound session goes on from an earlier fact under its own name; what came after it counts for nobody but its forks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Agent,
  createAgent,
  deleteSession,
  type Envelope,
  memoryStore,
  openSession,
  type Session,
  type SessionState,
  tool,
  verifySession,
} from '../../src/index.ts'
import type { LlmClient } from '../../src/kit.ts'
import { callOf, crashingStore, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'

type Readable = { events(options: { follow: boolean; after?: string }): AsyncIterable<Envelope> }

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const facts = (session: Readable, after?: string): Promise<Envelope[]> =>
  collect(session.events({ follow: false, ...(after === undefined ? {} : { after }) }))

const texts = (state: SessionState): string[] =>
  state.history.toArray().map(({ content }) => content.map((block) => (block.type === 'text' ? block.text : block.type)).join())

const say = async (session: Session, prompt: string): Promise<string> => {
  await (await session.send(prompt)).completed()
  return (await facts(session)).findLast(({ event }) => event.type === 'agent_end')?.cursor ?? ''
}

let effects = 0
const change = tool({
  name: 'change',
  description: 'Changes.',
  access: () => [{ kind: 'write', path: 'a' }],
  effect: 'unsafe',
  execute: () => `changed ${++effects}`,
})

const agentWith = (script: readonly ScriptedReply[], store = memoryStore()): { agent: Agent; store: typeof store } => ({
  agent: createAgent({ llm: scriptedLlm(script), tools: [change], store }),
  store,
})

describe('a rewound session', () => {
  test('goes on from the fact, and every process sees it so', async () => {
    const { agent, store } = agentWith(['one', 'two', 'other two'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    const elsewhere = await openSession(store, 's')
    const second = await say(session, '2')
    expect(texts(await elsewhere.state())).toEqual(['1', 'one', '2', 'two'])
    await session.rewind({ to: first })
    expect(texts(await session.state())).toEqual(['1', 'one'])
    expect(texts(await elsewhere.state())).toEqual(['1', 'one'])
    await say(session, 'another 2')
    expect(texts(await session.state())).toEqual(['1', 'one', 'another 2', 'other two'])
    expect(texts(await elsewhere.state())).toEqual(texts(await session.state()))
    expect(texts(await (await openSession(store, 's')).state())).toEqual(texts(await session.state()))
    await expect(facts(session, second)).rejects.toMatchObject({ code: 'cursor_diverged' })
    expect((await facts(session, first))[0]?.event).toMatchObject({ type: 'session_rewound' })
    await expect(session.at(second)).rejects.toMatchObject({ code: 'cursor_diverged' })
    await expect(session.fork({ at: second })).rejects.toMatchObject({ code: 'cursor_diverged' })
  })

  test('keeps what was left behind for audits, and its chain stays whole', async () => {
    const { agent, store } = agentWith(['one', 'two'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    await say(session, '2')
    const stored = await collect(store.read('journal/s'))
    await session.rewind({ to: first })
    expect((await collect(store.read('journal/s'))).slice(0, stored.length)).toEqual(stored)
    expect(await verifySession(store, 's')).toEqual({ records: stored.length + 1, redacted: 0 })
    expect((await facts(session)).length).toBeLessThan(stored.length)
  })

  test('tells those who follow it', async () => {
    const { agent, store } = agentWith(['one', 'two', 'three'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    const view = await openSession(store, 's')
    const seen: string[] = []
    const watch = async (source: Readable & Pick<Session, 'events'>): Promise<void> => {
      for await (const { event } of source.events()) {
        if (event.type === 'agent_end' || event.type === 'session_rewound') seen.push(event.type)
        if (event.type === 'agent_end' && event.text === 'three') return
      }
    }
    const watching = [watch(session), watch(view)]
    await say(session, '2')
    await session.rewind({ to: first })
    await say(session, '3')
    await Promise.all(watching)
    const each = ['agent_end', 'agent_end', 'session_rewound', 'agent_end']
    expect(seen.toSorted()).toEqual([...each, ...each].toSorted())
  })

  test('closes the calls that were open there, inherits no approval, and begins no effect of its past again', async () => {
    const { agent } = agentWith([[callOf('change')], 'done', 'went on', 'on and on'])
    const session = await agent.session({ id: 's' })
    expect((await (await session.send('go')).result).status).toBe('suspended')
    const asked = (await facts(session)).find(({ event }) => event.type === 'run_suspended')?.cursor ?? ''
    const [waiting] = await session.waitingFor()
    await session.answer(waiting?.requestId ?? '', { decision: 'approve' })
    const before = effects
    await (await session.resume())?.completed()
    expect(effects).toBe(before + 1)
    await session.rewind({ to: asked, keepRun: true })
    expect(await session.waitingFor()).toEqual([])
    expect(await collect(agent.unfinished())).toMatchObject([{ sessionId: 's', status: 'interrupted' }])
    expect(await (await session.resume())?.completed()).toMatchObject({ text: 'went on' })
    expect(effects).toBe(before + 1)
    await session.rewind({ to: asked })
    expect((await session.runs()).at(-1)).toMatchObject({ status: 'cancelled' })
    expect(await collect(agent.unfinished())).toEqual([])
    await say(session, 'next')
  })

  test('is refused while a run is under way, and takes the session from whoever still writes it', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const slow = tool({ name: 'slow', description: 'Waits.', readOnly: true, execute: () => held })
    const store = memoryStore()
    const here = createAgent({ llm: scriptedLlm(['one', [callOf('slow')], 'never said']), tools: [slow], store })
    const session = await here.session({ id: 's' })
    const first = await say(session, '1')
    const run = await session.send('2')
    for await (const { event } of run) if (event.type === 'tool_execution_start') break
    await expect(session.rewind({ to: first })).rejects.toMatchObject({ code: 'session_busy' })
    const there = await agentWith(['other'], store).agent.session({ id: 's' })
    await there.rewind({ to: first })
    release()
    expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    expect(texts(await there.state())).toEqual(['1', 'one'])
    await say(there, 'after all')
    expect(texts(await session.state())).toEqual(['1', 'one', 'after all', 'other'])
  })

  test('is where it was when its process dies between the note and the fact', async () => {
    const { agent, store } = agentWith(['one', 'two', 'three'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    await say(session, '2')
    const dying = crashingStore(store, { at: 2, when: 'before' })
    const lost = await agentWith([], dying).agent.session({ id: 's' })
    await expect(lost.rewind({ to: first })).rejects.toThrow(/crashed before storing append 2/)
    expect(await collect(store.keys({ prefix: 'rewound/' }))).toEqual(['rewound/s'])
    expect(texts(await (await openSession(store, 's')).state())).toEqual(['1', 'one', '2', 'two'])
    await say(session, '3')
    expect(texts(await (await openSession(store, 's')).state())).toEqual(['1', 'one', '2', 'two', '3', 'three'])
    expect((await verifySession(store, 's')).problem).toBeUndefined()
  })

  test('gives no fence twice', async () => {
    const { agent } = agentWith(['one', 'two', 'three'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    await say(session, '2')
    await session.rewind({ to: first })
    await say(session, '3')
    const fences = (await facts(session)).flatMap(({ event }) => (event.type === 'session_claimed' ? [event.fence] : []))
    expect(fences).toEqual([1, 3])
  })

  test('leaves its forks whole, whichever past they share', async () => {
    const { agent, store } = agentWith(['one', 'two', 'three', 'fork went on', 'four'])
    const session = await agent.session({ id: 's' })
    const first = await say(session, '1')
    const second = await say(session, '2')
    await say(session, '3')
    const fork = await session.fork({ id: 'f', at: second })
    await session.rewind({ to: first })
    await say(fork, 'on the fork')
    expect(texts(await (await openSession(store, 'f')).state())).toEqual(['1', 'one', '2', 'two', 'on the fork', 'fork went on'])
    await fork.rewind({ to: first })
    expect(texts(await (await openSession(store, 'f')).state())).toEqual(['1', 'one'])
    await say(session, '4')
    await deleteSession(store, 's')
    expect(texts(await (await openSession(store, 'f')).state())).toEqual(['1', 'one'])
    await deleteSession(store, 'f')
    expect(await collect(store.keys())).toEqual([])
  })
})

type Step =
  | { readonly kind: 'say' | 'reopen'; readonly who: number }
  | { readonly kind: 'rewind' | 'fork'; readonly who: number; readonly back: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), who: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), who: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('rewind' as const, 'fork' as const), who: fc.nat(3), back: fc.nat(4) }) },
  ),
  { maxLength: 24 },
)

/** What was said, oldest first, with the cursor after each. */
type Told = readonly { readonly text: string; readonly cursor: string }[]

/** The model echoes, so that a history tells where it came from. */
const echo: LlmClient = {
  contract: 1,
  model: scriptedLlm([]).model,
  async *stream({ messages }) {
    const text = `${messages.length}`
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
    yield [{ type: 'done', message: { role: 'assistant', content: [{ type: 'text', text }] }, stopReason: 'end_turn', usage, meta: {} }]
  },
}

class World {
  readonly #store = memoryStore()
  #agent: Agent = createAgent({ llm: echo, store: this.#store })
  readonly told: Told[] = [[]]
  readonly gone: Set<string>[] = [new Set()]
  #said = 0

  async take(step: Step): Promise<void> {
    const who = step.who % this.told.length
    const before = this.told[who] ?? []
    if (step.kind === 'reopen') this.#agent = createAgent({ llm: echo, store: this.#store })
    const session = await this.#agent.session({ id: `s${who}` })
    if (step.kind === 'say') {
      const text = `said ${++this.#said}`
      this.told[who] = [...before, { text, cursor: await say(session, text) }]
    }
    if ((step.kind !== 'rewind' && step.kind !== 'fork') || before.length === 0) return
    const kept = before.slice(0, Math.max(1, before.length - step.back))
    const to = kept.at(-1)?.cursor ?? ''
    if (step.kind === 'rewind') {
      await session.rewind({ to })
      for (const { cursor } of before.slice(kept.length)) this.gone[who]?.add(cursor)
      this.told[who] = kept
    } else if (this.told.length < 5) {
      await session.fork({ id: `s${this.told.length}`, at: to })
      this.told.push(kept)
      this.gone.push(new Set())
    }
  }

  async check(): Promise<void> {
    for (const [who, told] of this.told.entries()) {
      if (told.length === 0) continue
      const view = await openSession(this.#store, `s${who}`)
      const here = await this.#agent.session({ id: `s${who}` })
      const prompts = (state: SessionState): string[] => texts(state).filter((_, index) => index % 2 === 0)
      expect(prompts(await view.state())).toEqual(told.map(({ text }) => text))
      expect(await here.state()).toEqual(await view.state())
      expect((await verifySession(this.#store, `s${who}`)).problem).toBeUndefined()
      const whole = await facts(view)
      for (const { cursor } of told)
        expect(await facts(view, cursor)).toEqual(whole.slice(whole.findIndex((each) => each.cursor === cursor) + 1))
      for (const cursor of this.gone[who] ?? []) await expect(facts(view, cursor)).rejects.toMatchObject({ code: 'cursor_diverged' })
    }
  }
}

test('any sequence of prompts, forks, rewindings and new processes leaves each session with its own past', async () => {
  const holds = fc.asyncProperty(steps, async (all) => {
    const world = new World()
    for (const step of all) await world.take(step)
    await world.check()
  })
  expect((await fc.check(holds, { numRuns: 60 })).counterexample).toBeNull()
})
