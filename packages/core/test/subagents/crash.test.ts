/** A process that dies anywhere in a family's work, at every append: what was done is not done twice, at any depth. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AgentRegistry, type Host, memoryStore, openSession, systemHost, tool, unfinishedRuns } from '../../src/index.ts'
import { callOf, type CrashingStore, crashingStore } from '../../src/testing.ts'
import type { LlmClient, SessionStore } from '../../src/kit.ts'
import { collect, dump, factsOf } from '../session/sessions.ts'
import { family, give, modelOf, promptOf, resultsOf, turnsOf } from './families.ts'

/** What waits before it tries again does not take its time here. */
const { clock, ...rest } = systemHost()
const host: Host = { ...rest, clock: { ...clock, sleep: () => new Promise((resolve) => setImmediate(resolve)) } }

/** The parent gives two tasks; one of their agents gives a task of its own. Every leaf orders something once. */
function orders() {
  const ordered = new Map<string, number>()
  const order = tool({
    name: 'order',
    description: 'Orders once under each key.',
    access: () => [{ kind: 'net', host: 'shop' }],
    effect: 'keyed',
    execute: (_, { idempotencyKey }) => `ordered ${ordered.set(idempotencyKey, (ordered.get(idempotencyKey) ?? 0) + 1).size > 0}`,
  })
  const agents = new AgentRegistry([{ name: 'lead', description: 'Leads.', tools: ['*', 'task'] }])
  const background = { value: false }
  const llm: LlmClient = modelOf((request) => {
    const said = turnsOf(request)
    switch (promptOf(request)) {
      case 'go':
        if (said > 0) return background.value ? 'the end' : `the end: ${resultsOf(request).length}`
        return [give('lead it', { agent: 'lead', background: background.value }), give('order one', { background: background.value })]
      case 'lead it':
        return said === 0 ? [give('order two')] : 'led'
      default:
        return said === 0 ? [callOf('order')] : 'done'
    }
  })
  const agentOn = (store: SessionStore) => family(llm, { store, extra: [order], task: { agents }, host }).agent
  return { ordered, agentOn, background }
}

async function attempt(place: ReturnType<typeof orders>, store: SessionStore) {
  const session = await place.agentOn(store).session({ id: 'parent' })
  const run = (await session.resume()) ?? (await session.send('go', { id: 'the run' }))
  return run.result
}

/** Dies at the n-th append, then works through. Returns how many appends there were. */
async function withDeathAt(at: number, when: 'before' | 'after', { background = false } = {}) {
  const place = orders()
  place.background.value = background
  const store = memoryStore()
  const dying: CrashingStore = crashingStore(store, { at, when })
  await attempt(place, dying).catch(() => {})
  const result = await attempt(place, store)
  return { place, store, result, crashed: dying.crashed, appends: dying.appends }
}

/** What is wrong with what is left; undefined when nothing is. */
async function wrongWith({ place, store, result }: Pick<Awaited<ReturnType<typeof withDeathAt>>, 'place' | 'store' | 'result'>) {
  const wrong: string[] = []
  if (result.status !== 'completed' || !result.text.startsWith('the end')) wrong.push(`the run is ${result.status}: ${result.text}`)
  // Two leaves, each under one key: a child that was made twice would have another.
  if (place.ordered.size !== 2) wrong.push(`${place.ordered.size} orders`)
  const keys = Object.keys(await dump(store)).filter((key) => key.startsWith('journal/'))
  if (keys.length !== 4) wrong.push(`${keys.length} sessions`)
  let turns = 0
  for (const key of keys) {
    const view = await openSession(store, key.slice('journal/'.length))
    const { run, ended } = await view.state()
    if (run?.status !== 'completed' || ended.toArray().length > 0) wrong.push(`session ${key} is ${run?.status}`)
    turns += (await factsOf(view)).filter(({ event }) => event.type === 'turn_end').length
  }
  // What the family used is counted once, all the way up: one token for each turn that was said anywhere.
  if (result.usage.output !== turns) wrong.push(`${result.usage.output} tokens for ${turns} turns`)
  if ((await collect(unfinishedRuns(store))).length > 0) wrong.push('runs are unfinished')
  return wrong.length === 0 ? undefined : wrong.join('; ')
}

test.for([
  [false, 'before'],
  [false, 'after'],
  [true, 'before'],
  [true, 'after'],
] as const)(
  'a process that dies at any append leaves work that is done once (in the background: %s; %s it is stored)',
  { timeout: 120_000 },
  async ([background, when]) => {
    const found: string[] = []
    let at = 1
    for (; ; at++) {
      const done = await withDeathAt(at, when, { background })
      if (!done.crashed) break
      const wrong = await wrongWith(done)
      if (wrong !== undefined) found.push(`append ${at}: ${wrong}`)
    }
    expect(found).toEqual([])
    expect(at).toBeGreaterThan(20)
  },
)

test('processes that die again and again leave work that is done once', async () => {
  const death = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.constantFrom('before' as const, 'after' as const))
  const found = await fc.check(
    fc.asyncProperty(fc.array(death, { maxLength: 6 }), fc.boolean(), async (deaths, background) => {
      const place = orders()
      place.background.value = background
      const store = memoryStore()
      for (const [at, when] of deaths) await attempt(place, crashingStore(store, { at, when })).catch(() => {})
      const wrong = await wrongWith({ place, store, result: await attempt(place, store) })
      if (wrong !== undefined) throw new Error(wrong)
    }),
    { numRuns: 60 },
  )
  expect(found.failed ? JSON.stringify([found.counterexample, String(found.errorInstance)]) : '').toBe('')
}, 120_000)

test('a parent is not given up while its child gets further, however often both are cut off', async () => {
  const turns = 15
  const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
  const llm = modelOf((request) => {
    if (promptOf(request) === 'go') return turnsOf(request) === 0 ? [give('look long')] : resultsOf(request).join()
    return turnsOf(request) < turns ? [callOf('look', { turn: turnsOf(request) })] : 'seen all'
  })
  const store = memoryStore()
  const work = async (on: SessionStore) => {
    const session = await family(llm, { store: on, extra: [look], host }).agent.session({ id: 'parent' })
    return ((await session.resume()) ?? (await session.send('go', { id: 'the run' }))).result
  }
  let deaths = 0
  for (; deaths < 100; deaths++) {
    const dying = crashingStore(store, { at: 9, when: 'before' })
    const result = await work(dying).catch(() => undefined)
    if (!dying.crashed && result?.status === 'completed') break
  }
  expect(deaths).toBeGreaterThan(10)
  expect(await work(store)).toMatchObject({ status: 'completed', text: expect.stringContaining('seen all') })
}, 60_000)
