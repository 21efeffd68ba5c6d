/** What holds for every queue whatever comes: nested calls end, nobody starves, no rate is passed, nothing is left behind. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AgentRegistry, createAgent, laneQueue, memoryStore, taskTool, tool, type JsonObject } from '../../src/index.ts'
import { FairTurns } from '../../src/lanes/fair-turns.ts'
import { callOf, manualHost, scriptedLlm, type ScriptedReply } from '../../src/testing.ts'
import { caller, type LaneCall, WRITE, AGENT } from '../../src/testing/lane-scene.ts'
import { pass, resultsIn } from '../middleware/runs.ts'

const LANES = ['control', 'query', 'execute', 'generate'] as const

/** Calls by lane, each with the calls that it makes, together or one after the other. */
type Tree = { readonly lane: (typeof LANES)[number]; readonly together: boolean; readonly calls: readonly Tree[] }

const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    lane: fc.constantFrom(...LANES),
    together: fc.boolean(),
    calls: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
  }),
})).tree

/** What a tool is asked: no two calls are the same, since a call that keeps coming back is refused. */
const toArgs = ({ together, calls }: Tree, name: string): JsonObject => ({
  name,
  together,
  calls: calls.map((each, index) => ({ lane: each.lane, args: toArgs(each, `${name}.${index}`) })),
})

const count = ({ calls }: Tree): number => 1 + calls.reduce((sum, each) => sum + count(each), 0)

describe('calls that make calls', () => {
  test('end in lanes of one place, however deep and however many sessions make them', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(trees, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (sessions, total) => {
          const host = manualHost()
          const one = { concurrency: 1 }
          const tools = Object.fromEntries(LANES.map((lane) => [lane, lane]))
          const queue = laneQueue({ host, ...(total ? one : {}), control: one, query: one, execute: one, generate: one, tools })
          let ran = 0
          const make = (lane: (typeof LANES)[number]) =>
            tool<{ together: boolean; calls: readonly { lane: string; args: JsonObject }[] }>({
              name: lane,
              description: 'Makes calls.',
              readOnly: true,
              async execute({ together, calls }, { invoke }) {
                ran++
                await host.clock.sleep(1)
                if (together) await Promise.all(calls.map((each) => invoke(each.lane, each.args)))
                else for (const each of calls) await invoke(each.lane, each.args)
                return 'ok'
              },
            })
          const runs = await Promise.all(
            sessions.map((calls) => {
              const llm = scriptedLlm([calls.map((each, index) => callOf(each.lane, toArgs(each, `${index}`))), 'done'])
              return createAgent({ llm, tools: LANES.map(make), host, lanes: queue }).run('go')
            }),
          )
          await pass(Promise.all(runs.map(({ result }) => result)), host.clock, 1)
          expect(ran).toBe(sessions.flat().reduce((sum, tree) => sum + count(tree), 0))
          for (const lane of LANES) expect(queue.stats()[lane]).toMatchObject({ depth: 0, active: 0 })
          expect(host.clock.pending).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('by sub-agents of sub-agents end as well, with one place for all of them', async () => {
    const host = manualHost()
    const agents = new AgentRegistry([{ name: 'deep', description: 'Delegates.', tools: ['task', 'look'] }])
    const task = (prompt: string) => callOf('task', { agent: 'deep', prompt, description: prompt })
    const script: readonly ScriptedReply[] = [[task('a')], [task('b')], [callOf('look')], 'b is done', 'a is done', 'all is done']
    const one = { concurrency: 1 }
    const queue = laneQueue({ host, concurrency: 1, query: one, generate: one })
    const look = tool({ name: 'look', description: 'Looks.', readOnly: true, execute: () => 'seen' })
    const llm = scriptedLlm(script)
    const run = await createAgent({ llm, tools: [look, taskTool({ agents })], host, store: memoryStore(), lanes: queue }).run('go')
    expect(await pass(run.result, host.clock)).toMatchObject({ status: 'completed', text: 'all is done' })
    expect(queue.stats().generate).toMatchObject({ active: 0, started: 2 })
    expect(resultsIn(llm.requests.at(-1))[0]).toContain('a is done')
  })
})

describe('a shared lane', () => {
  test('gives every session its share: nobody with calls in line is passed over for longer than the weights say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(99), { minLength: 50, maxLength: 200 }),
        (weights, arrivals) => {
          const line = new FairTurns<number>()
          const waiting = weights.map(() => 0)
          const since = weights.map(() => 0)
          // Each arrival is followed by a turn; the first session never runs out.
          for (let more = 0; more < 1000; more++) line.add('0', 0)
          for (const arrival of arrivals) {
            const session = arrival % weights.length
            line.add(`${session}`, session)
            if (session > 0) waiting[session] = (waiting[session] ?? 0) + 1
            const served = line.take((name) => weights[Number(name)] ?? 1) ?? -1
            if (served > 0) waiting[served] = (waiting[served] ?? 0) - 1
            for (const [each, in_line] of waiting.entries()) {
              since[each] = each === served || in_line === 0 ? 0 : (since[each] ?? 0) + 1
              const others = weights.reduce(
                (sum, weight, other) => sum + (other === each ? 0 : Math.ceil(weight / (weights[each] ?? 1)) + 1),
                0,
              )
              expect(since[each], `session ${each} of weights ${weights.join(', ')}`).toBeLessThanOrEqual(others + weights.length)
            }
          }
        },
      ),
    )
  })

  test('serves a session that asks one call at a time in turn with one that has a thousand in line', async () => {
    const host = manualHost()
    const call = caller(laneQueue({ host, query: { concurrency: 1 } }))
    const many = Array.from({ length: 1000 }, (_, index) => call(`m${index}`, { session: 'many' }))
    let one = call('o0', { session: 'one' })
    const order: string[] = []
    for (let turn = 0; turn < 20; turn++) {
      await host.clock.advance(0)
      const working = [...many, one].find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)
      order.push(working?.callId.slice(0, 1) ?? '')
      working?.finish()
      if (working === one) one = call(`o${turn}`, { session: 'one' })
    }
    // The first one found the lane free, and took no turn.
    expect(order.slice(1, 19).join('')).toBe('mo'.repeat(9))
  })

  test('of weight three begins three calls while another begins one', async () => {
    const host = manualHost()
    const call = caller(laneQueue({ host, query: { concurrency: 1 }, weights: (session) => (session === 'a' ? 3 : 1) }))
    const calls = ['a', 'b'].flatMap((session) => Array.from({ length: 12 }, (_, index) => call(`${session}${index}`, { session })))
    for (let turn = 0; turn < 13; turn++) {
      await host.clock.advance(0)
      calls.find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)?.finish()
    }
    await host.clock.advance(0)
    expect(calls.filter(({ callId, ended }) => callId.startsWith('a') && ended() !== undefined)).toHaveLength(10) // the first one found the lane free
  })

  test('with the least urgent calls is served at last by a total that others would fill for ever', async () => {
    const host = manualHost()
    const call = caller(laneQueue({ host, concurrency: 1, boostMs: 1000 }))
    const urgent: LaneCall[] = [call('u')]
    const late = call('late', { accesses: AGENT })
    for (let turn = 0; turn < 40 && late.attempts.length === 0; turn++) {
      urgent.push(call(`u${turn}`))
      await host.clock.advance(100)
      urgent.find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)?.finish()
      await host.clock.advance(0)
    }
    expect(late.attempts).toHaveLength(1)
  })
})

test('no rate is passed in any interval, whenever calls come', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(400), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 1000 }),
      async (pauses, calls, perMs) => {
        const host = manualHost()
        const queue = laneQueue({ host, query: { concurrency: 100, rate: { calls, perMs } } })
        const begun: number[] = []
        const work = { signal: new AbortController().signal, record() {}, emit() {} }
        const made = tool({ name: 'a', description: 'A.', execute: () => '' })
        const all: Promise<unknown>[] = []
        for (const [index, pause] of pauses.entries()) {
          const attempt = async () => (begun.push(host.clock.now()), { type: 'suspended' as const, waitingFor: [] })
          const command = { sessionId: `${index % 3}`, runId: 'r', callId: `${index}`, parentCallId: undefined, metadata: {}, tool: made }
          all.push(queue.submit({ ...command, args: {}, accesses: [], effect: 'none', attempts: 0 }, { ...work, attempt }))
          await host.clock.advance(pause)
        }
        await host.clock.advance(perMs * pauses.length)
        await Promise.all(all)
        for (const [index, at] of begun.entries()) expect(begun[index + calls] ?? Infinity).toBeGreaterThanOrEqual(at + perMs)
        expect([begun.length, host.clock.pending]).toEqual([pauses.length, 0])
      },
    ),
    { numRuns: 40 },
  )
})

test('nothing is left of calls that come, wait, are stopped or time out, in any order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('come', 'stop', 'finish', 'pass', 'pause', 'resume'), fc.nat(20)), { maxLength: 60 }),
      async (moves) => {
        const host = manualHost()
        const limits = { concurrency: 2, waitMs: 500, rate: { calls: 3, perMs: 100 } }
        const queue = laneQueue({ host, concurrency: 3, query: limits, execute: limits })
        const call = caller(queue)
        const calls: LaneCall[] = []
        for (const [move, choice] of moves) {
          const chosen = calls[choice % Math.max(1, calls.length)]
          if (move === 'come') calls.push(call(`${calls.length}`, { session: `${choice % 3}`, ...(choice % 2 ? { accesses: WRITE } : {}) }))
          if (move === 'stop') chosen?.abort(new Error('enough'))
          if (move === 'finish') chosen?.finish()
          if (move === 'pass') await host.clock.advance(choice * 20)
          if (move === 'pause') queue.pause()
          if (move === 'resume') queue.resume()
          const { query, execute } = queue.stats()
          expect([query.active <= 2, execute.active <= 2, query.active + execute.active <= 3]).toEqual([true, true, true])
        }
        await host.clock.advance(0)
        queue.resume()
        const over = { all: false }
        void Promise.allSettled(calls.map(({ outcome }) => outcome)).then(() => (over.all = true))
        for (let turn = 0; turn < 200 && !over.all; turn++) {
          for (const each of calls) each.finish()
          await host.clock.advance(50)
        }
        expect([over.all, queue.stats()]).toEqual([true, queue.stats()])
        for (const lane of LANES) expect(queue.stats()[lane]).toMatchObject({ depth: 0, active: 0 })
        expect(host.clock.pending).toBe(0)
      },
    ),
    { numRuns: 40 },
  )
})
