/** Steps that are done elsewhere spend from the ledgers of the agent that gives them: as grants, which count until they are told. */
import { describe, expect, test } from 'vitest'
import { createAgent, dailyLedger, memoryStore, openSession, policy, readBudget, runLedgers } from '../../src/index.ts'
import type { AgentExecutor, SessionStore } from '../../src/kit.ts'
import { crashingStore, manualHost, scriptedLlm } from '../../src/testing.ts'
import { caller, type Fate, FarWorker, hasty, ledgerOn, peaksOf } from './far-workers.ts'

const LIMIT = 20_000
const ends: Fate = { tokens: 100, turns: 2, end: 'ends' }
const day = async (store: SessionStore) => (await readBudget(store, 'day')) ?? expect.fail('no ledger')
/** Tokens of the turns here: one each way. */
const TURN = 2

describe('a step that is done elsewhere', () => {
  test('is granted a share before it is asked for, and what it used counts when it has ended', async () => {
    const store = memoryStore()
    const held: number[] = []
    const worker = new FarWorker(() => ends)
    const watched = {
      contract: 1,
      executeStep: async (...given: Parameters<FarWorker['executeStep']>) => {
        held.push((await day(store)).held.tokens)
        return worker.executeStep(...given)
      },
    } as const
    const agent = caller({ store, worker: watched, ledger: { ledger: ledgerOn(store, { tokens: LIMIT }) } })
    const result = await (await agent.run('go')).result
    const granted = worker.asked[0]?.authority?.budget?.tokens ?? 0
    expect(granted).toBeGreaterThan(9000)
    expect(granted).toBeLessThanOrEqual(LIMIT / 2)
    expect(held).toEqual([granted])
    const { used, reservations, spenders } = await day(store)
    // Two turns of one token each way here, and a hundred there.
    expect(used).toMatchObject({ tokens: 104, turns: 4, toolCalls: 1 })
    expect(result.usage.output + result.usage.input).toBe(104)
    expect(reservations).toEqual([])
    expect(spenders[result.sessionId]?.tokens).toBe(104)
  })

  test('waits for what others of its call give back, where there is not enough for all at once', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ends)
    const agent = caller({ store, worker, calls: [3], ledger: { ledger: ledgerOn(store, { toolCalls: 3 }, { patienceMs: 60_000 }) } })
    await (await agent.run('go')).completed()
    expect(worker.asked.map(({ authority }) => authority?.budget?.toolCalls)).toEqual([1, 1, 1])
    expect(await day(store)).toMatchObject({ used: { toolCalls: 1 }, reservations: [] })
  })

  test('is not asked for when nothing is left, and the model is told', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ends)
    const llm = scriptedLlm([], {})
    const ledger = ledgerOn(store, { toolCalls: 1 })
    const agent = caller({ store, worker, ledger: { ledger } })
    const session = await agent.session({ id: 's' })
    expect(await (await session.send('go')).result).toMatchObject({ status: 'completed' })
    expect([worker.asked, llm.requests]).toEqual([[], []])
    expect(JSON.stringify(await session.history())).toContain('nothing is left for this task')
    expect(await day(store)).toMatchObject({ used: { toolCalls: 1 }, reservations: [] })
  })

  test('gets no more than its share of the budget of the run either, and both are told what it took', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, tokens: 1e9 }))
    const agent = caller({ store, worker, ledger: { perRun: { tokens: 8000 }, ledger: ledgerOn(store, { tokens: LIMIT, turns: 9 }) } })
    const result = await (await agent.run('go')).result
    const { tokens = 0, turns } = worker.asked[0]?.authority?.budget ?? {}
    expect(tokens).toBeLessThanOrEqual(4000)
    expect(turns).toBe(4)
    expect(result.usage.output + result.usage.input).toBe(tokens + 2 * TURN)
    expect((await day(store)).used.tokens).toBe(tokens + 2 * TURN)
  })

  test.each<[Fate['end'], (granted: number) => number]>([
    ['gone', (granted) => granted],
    ['mute', (granted) => granted],
    ['unbegun', () => 0],
  ])('of which nobody knows the end counts at its worst, and one that was not begun for nothing: %s', async (end, counted) => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, end }))
    const agent = caller({ store, worker, ledger: { perRun: { tokens: 9000 }, ledger: ledgerOn(store, { tokens: LIMIT }) } })
    const session = await agent.session({ id: 's' })
    await (
      await session.send('go')
    ).result
    const granted = worker.asked[0]?.authority?.budget?.tokens ?? 0
    expect(granted).toBeGreaterThan(1000)
    expect(await day(store)).toMatchObject({ used: { tokens: counted(granted) + 2 * TURN }, reservations: [] })
  })

  test('that waits for a person gives back what it does not need, and has a share again when it goes on elsewhere', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, end: 'asks' }))
    const make = () => caller({ store, worker, ledger: { ledger: ledgerOn(store, { tokens: LIMIT }) } })
    const first = await make().session({ id: 's' })
    const result = await (await first.send('go')).result
    expect(result.status).toBe('suspended')
    expect(await day(store)).toMatchObject({ used: { tokens: TURN }, held: { tokens: 50 } })
    const view = await openSession(store, 's')
    const [asked] = await view.waitingFor()
    await view.answer(asked?.requestId ?? '', { decision: 'reply', value: 'yes' })
    const second = await make().session({ id: 's' })
    expect(await (await second.resume())?.result).toMatchObject({ status: 'completed' })
    expect(await day(store)).toMatchObject({ used: { tokens: 100 + 2 * TURN }, reservations: [] })
  })

  test('counts once where its worker spends from the same ledger', async () => {
    const store = memoryStore()
    const far = createAgent({
      llm: scriptedLlm(['done there'], { model: { maxOutputTokens: 20 } }),
      permissions: policy(),
      budget: { ledger: ledgerOn(store, { tokens: LIMIT }) },
    })
    const granted: (number | undefined)[] = []
    const worker: AgentExecutor = {
      contract: 1,
      executeStep: (spec, options) => {
        granted.push(spec.authority?.budget?.tokens)
        return far.executor().executeStep(spec, options)
      },
    }
    const agent = caller({ store, worker, ledger: { ledger: ledgerOn(store, { tokens: LIMIT }) } })
    await (await agent.run('go')).completed()
    expect(granted[0]).toBeGreaterThan(9000)
    const { used, spenders, reservations } = await day(store)
    expect(used).toMatchObject({ tokens: 3 * TURN, turns: 3, toolCalls: 1 })
    expect(new Set(Object.values(spenders).map(({ turns }) => turns))).toEqual(new Set([1, 2]))
    expect(reservations).toEqual([])
  })

  test('that is stopped with its run, or is left when that is taken back, counts at its worst', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, end: 'hangs' }))
    const agent = caller({ store, worker, ledger: { perRun: { tokens: 9000 }, ledger: ledgerOn(store, { tokens: LIMIT }) } })
    const session = await agent.session({ id: 's' })
    const run = await session.send('go')
    for await (const { event } of run) if (event.type === 'subagent_start') break
    await expect.poll(() => worker.asked.length).toBe(1)
    await run.cancel()
    await agent.close()
    const granted = worker.asked[0]?.authority?.budget?.tokens ?? 0
    expect(await day(store)).toMatchObject({ used: { tokens: granted + TURN }, reservations: [], lost: { count: 1 } })
  })

  test('that was cut off and is never gone on with counts at its worst once its session is opened', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, end: 'hangs' }))
    const make = () => caller({ store, worker, ledger: { ledger: ledgerOn(store, { tokens: LIMIT }) } })
    void (await (await make().session({ id: 's' })).send('go'))
    await expect.poll(() => worker.asked.length).toBe(1)
    const granted = worker.asked[0]?.authority?.budget?.tokens ?? 0
    expect((await day(store)).held.tokens).toBe(granted)
    const heir = make()
    await (await heir.session({ id: 's' })).cancel()
    await heir.close()
    expect(await day(store)).toMatchObject({ used: { tokens: granted + TURN }, held: { tokens: 0 } })
  })

  test('that gets its share when its run was ended by another process gives it back when it finds out', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store, { toolCalls: 2 }, { patienceMs: 60_000 })
    await ledger.grant({ id: 'elsewhere', spender: 'other', wanted: { toolCalls: 1 } }, { signal: new AbortController().signal })
    const worker = new FarWorker(() => ends)
    const make = () => caller({ store, worker, ledger: { ledger: ledgerOn(store, { toolCalls: 2 }, { patienceMs: 60_000 }) } })
    const first = make()
    const run = await (await first.session({ id: 's' })).send('go')
    for await (const { event } of run) if (event.type === 'subagent_start') break
    const heir = make()
    await (await heir.session({ id: 's' })).cancel()
    await heir.close()
    expect(worker.asked).toEqual([])
    await ledger.settle('elsewhere', {})
    expect(await run.result).toMatchObject({ status: 'failed', error: { code: 'session_lost' } })
    await first.close()
    expect(worker.asked).toHaveLength(1)
    const { lost, reservations } = await day(store)
    expect(lost).toMatchObject({ count: 1, amount: { toolCalls: 1 } })
    expect(reservations.filter(({ kind }) => kind === 'grant')).toEqual([])
  })

  test('is stopped when its time of work is used up, and its own time is not that of the call', async () => {
    const store = memoryStore()
    const host = manualHost()
    const worker: AgentExecutor = {
      contract: 1,
      executeStep: (spec, { signal, onEvent }) => {
        const base = { sessionId: 'far', runId: 'far', timestamp: host.clock.now(), durable: true, cursor: '1' }
        onEvent?.({ ...base, event: { type: 'turn_start', turn: 1, attempt: 1 } as never })
        begun.resolve(spec.authority?.budget)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
    }
    const begun = Promise.withResolvers<object | undefined>()
    const ledger = ledgerOn(store, { workMs: 60_000 }, { host })
    const session = await caller({ store, worker, ledger: { ledger }, host }).session({ id: 's' })
    const run = await session.send('go')
    expect(await begun.promise).toEqual({})
    const held = await day(store)
    expect(held.reservations.filter(({ amount }) => amount.workMs > 0)).toMatchObject([{ kind: 'grant', amount: { workMs: 30_000 } }])
    await host.clock.advance(30_000)
    await run.result
    expect(JSON.stringify(await session.history())).toContain('its time of work is used up')
    expect(await day(store)).toMatchObject({ used: { workMs: 30_000 }, reservations: [] })
  })
})

describe('other ledgers', () => {
  test('of each run: what its steps use is of that run', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ends)
    const ledger = runLedgers(store, { each: 'run', limits: { tokens: LIMIT }, host: hasty })
    const result = await (await caller({ store, worker, calls: [2], ledger: { ledger } }).run('go')).result
    expect(worker.asked).toHaveLength(2)
    expect(await readBudget(store, `run/${result.runId}`)).toMatchObject({ used: { tokens: 200 + 2 * TURN }, reservations: [] })
  })

  test('of days: a step is paid from the day on which it began, also when it is answered and gone on with days later', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, end: 'asks' }))
    let now = Date.UTC(2026, 10, 21, 12)
    const host = { ...hasty, clock: { ...hasty.clock, now: () => now } }
    const make = () => caller({ store, worker, host, ledger: { ledger: dailyLedger(store, { limits: { tokens: LIMIT }, host }) } })
    const first = make()
    await (
      await (await first.session({ id: 's' })).send('go')
    ).result
    await first.close()
    now += 3 * 86_400_000
    const view = await openSession(store, 's')
    const [asked] = await view.waitingFor()
    await view.answer(asked?.requestId ?? '', { decision: 'reply', value: 'yes' })
    await (await (await make().session({ id: 's' })).resume())?.completed()
    expect(await readBudget(store, 'day-2026-11-21')).toMatchObject({ used: { tokens: 100 + TURN }, reservations: [] })
    expect(await readBudget(store, 'day-2026-11-24')).toMatchObject({ used: { tokens: TURN }, reservations: [] })
  })

  test('several: each counts it, and it gets what the one with the least gives', async () => {
    const store = memoryStore()
    const worker = new FarWorker(() => ({ ...ends, tokens: 1e9 }))
    const [small, large] = [ledgerOn(store, { tokens: 9000 }), ledgerOn(store, { tokens: 90_000, turns: 9 }, { root: 'job' })]
    await (await caller({ store, worker, ledger: { ledger: [large, small] } }).run('go')).completed()
    const { tokens = 0, turns } = worker.asked[0]?.authority?.budget ?? {}
    expect([tokens <= 4500, turns]).toEqual([true, 4])
    for (const root of ['day', 'job'])
      expect(await readBudget(store, root)).toMatchObject({ used: { tokens: tokens + 2 * TURN }, reservations: [], overruns: { count: 0 } })
  })
})

describe('a process that dies at any append of its run or of its ledger', () => {
  test.each(['before', 'after'] as const)('leaves a step that is granted, asked for and counted once: %s it is stored', async (when) => {
    let at = 1
    for (; ; at++) {
      const store = memoryStore()
      const worker = new FarWorker(({ taskId }) => ({ ...ends, tokens: 100 + taskId.length }))
      const attempt = async (on: SessionStore) => {
        const ledger = ledgerOn(on, { tokens: LIMIT }, { holdMs: 1 })
        const session = await caller({ store: on, worker, calls: [2], ledger: { ledger } }).session({ id: 's' })
        return ((await session.resume()) ?? (await session.send('go', { id: 'the run' }))).result
      }
      const dying = crashingStore(store, { at, when })
      await attempt(dying).catch(() => {})
      const result = await attempt(store)
      const ledger = ledgerOn(store, { tokens: LIMIT }, { holdMs: 1 })
      await hasty.clock.sleep(2)
      await new Promise((resolve) => setTimeout(resolve, 3))
      await ledger.settleLost()
      const { used, reservations, lost, overruns } = await ledger.snapshot()
      expect([at, result.status, worker.spent.size, reservations, overruns.count]).toEqual([at, 'completed', 2, [], 0])
      // The turn that was cut off is said again, and counts, at its worst where nobody told of it; the steps count what they took.
      const here = used.tokens - lost.amount.tokens - worker.total
      expect([at, here >= 2 * TURN && here <= 3 * TURN]).toEqual([at, true])
      for (const bound of await peaksOf(store)) expect(bound).toBeLessThanOrEqual(LIMIT)
      if (!dying.crashed) break
    }
    expect(at).toBeGreaterThan(10)
  })

  test('leaves nothing set aside of a step that could not go on for want of more', async () => {
    for (let at = 1; ; at++) {
      const store = memoryStore()
      const worker = new FarWorker(() => ({ ...ends, turns: 1, end: 'asks' }))
      const attempt = async (on: SessionStore) => {
        const ledger = ledgerOn(on, { turns: 2 }, { holdMs: 1 })
        const confirm = async () => ({ decision: 'reply', value: 'yes' }) as const
        const session = await caller({ store: on, worker, ledger: { ledger }, confirm }).session({ id: 's' })
        return ((await session.resume()) ?? (await session.send('go', { id: 'the run' }))).result
      }
      const dying = crashingStore(store, { at, when: 'before' })
      await attempt(dying).catch(() => {})
      const result = await attempt(store)
      const { used, reservations } = await day(store)
      // Where the turn that was cut off counts, nothing is left for the step.
      expect([at, result.status, reservations.filter(({ kind }) => kind === 'grant')]).toEqual([at, 'failed', []])
      expect(used.turns).toBeLessThanOrEqual(2)
      if (!dying.crashed) break
    }
  })
})
