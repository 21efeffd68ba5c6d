/** What a lane queue promises of places: how many, whose turn, how fast. */
import { failed } from '../model/tool.ts'
import { resultOf } from '../model/tool-outcome.ts'
import { within } from './agent-executor-fixtures.ts'
import { assert, assertEqual } from './assert.ts'
import type { Case } from './conformance.ts'
import { AGENT, caller, cut, done, type LaneCall, type LaneSubject, WRITE } from './lane-scene.ts'

const begun = (calls: readonly LaneCall[]): readonly string[] =>
  calls.filter(({ attempts }) => attempts.length > 0).map(({ callId }) => callId)

export const lanePlaceCases: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.outcome',
    title: 'what the attempt comes to is handed back, a wait as well',
    async run({ make, advance }) {
      const call = caller(make({}))
      const outcomes = [
        done,
        resultOf(failed('no such file', { kind: 'not_found', metadata: { path: 'é😀' } })),
        { type: 'suspended' as const, waitingFor: [] },
      ]
      for (const [index, outcome] of outcomes.entries()) {
        const each = call(`${index}`)
        await advance(0)
        assertEqual(each.attempts.length, 1, 'attempts')
        each.finish(outcome)
        assertEqual(await within(each.outcome, 'the outcome'), outcome, 'the outcome')
      }
    },
  },
  {
    id: 'lane.concurrency',
    title: 'no lane has more calls at work than its concurrency, and each that ends makes room for one',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 2 } }))
      const calls = ['a', 'b', 'c', 'd'].map((name) => call(name, { session: name }))
      await advance(0)
      assertEqual(begun(calls).length, 2, 'calls that have begun')
      for (const expected of [3, 4]) {
        calls.find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)?.finish()
        await advance(0)
        assertEqual(begun(calls).length, expected, 'calls that have begun')
      }
    },
  },
  {
    id: 'lane.total',
    title: 'all lanes together have no more calls at work than the total',
    async run({ make, advance }) {
      const call = caller(make({ concurrency: 2 }))
      const calls = [call('a'), call('b', { accesses: WRITE }), call('c', { accesses: AGENT })]
      await advance(0)
      assertEqual(begun(calls), ['a', 'b'], 'calls that have begun')
      calls[0]?.finish()
      await advance(0)
      assertEqual(begun(calls), ['a', 'b', 'c'], 'calls that have begun')
    },
  },
  {
    id: 'lane.independent',
    title: 'a full lane holds up no other one',
    async run({ make, advance }) {
      const call = caller(make({ execute: { concurrency: 1 } }))
      const calls = [call('a', { accesses: WRITE }), call('b', { accesses: WRITE }), call('c')]
      await advance(0)
      assertEqual(begun(calls), ['a', 'c'], 'calls that have begun')
    },
  },
  {
    id: 'lane.priority',
    title: 'of lanes that share the total the more urgent goes first',
    async run({ make, advance }) {
      const call = caller(make({ concurrency: 1, query: { priority: 5 } }))
      const calls = [call('first'), call('query'), call('generate', { accesses: AGENT }), call('execute', { accesses: WRITE })]
      for (const expected of [['first'], ['first', 'execute'], ['first', 'generate', 'execute']]) {
        await advance(0)
        assertEqual(begun(calls), expected, 'calls that have begun')
        calls.find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)?.finish()
      }
    },
  },
  {
    id: 'lane.of_call',
    title: 'the lane follows from what the call touches and its effect',
    async run({ make, advance }) {
      const queue = make({})
      const call = caller(queue)
      call('agent', { accesses: [...AGENT, { kind: 'read', path: 'a' }], effect: 'keyed' })
      call('composite', { accesses: [{ kind: 'other' }], effect: 'composite' })
      for (const kind of [WRITE, [{ kind: 'exec', command: 'ls' }], [{ kind: 'other' }]] as const) call(kind[0].kind, { accesses: kind })
      call('posts', { accesses: [{ kind: 'net', host: 'a' }], effect: 'unsafe' })
      call('reads', {
        accesses: [
          { kind: 'read', path: 'a' },
          { kind: 'net', host: 'a' },
        ],
      })
      call('thinks')
      await advance(0)
      const { control, query, execute, generate } = queue.stats()
      assertEqual(
        [control, query, execute, generate].map(({ active }) => active),
        [1, 2, 4, 1],
        'calls in the lanes',
      )
    },
  },
  {
    id: 'lane.of_tool',
    title: 'a tool that has a lane of its own is in that',
    async run({ make, advance }) {
      const queue = make({ tools: { search: 'generate' } })
      const call = caller(queue)
      call('a', { toolName: 'search' })
      call('b', { toolName: 'toString' })
      await advance(0)
      assertEqual([queue.stats().generate.active, queue.stats().query.active], [1, 1], 'calls in the lanes')
    },
  },
  {
    id: 'lane.order',
    title: 'calls of one session begin in the order in which they came',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 1 } }))
      const calls = ['a', 'b', 'c', 'd'].map((name) => call(name))
      for (const [index, each] of calls.entries()) {
        await advance(0)
        assertEqual(begun(calls).length, index + 1, 'calls that have begun')
        assertEqual(each.attempts.length, 1, `attempts of ${each.callId}`)
        each.finish()
      }
    },
  },
  {
    id: 'lane.fair',
    title: 'sessions take turns, however many calls one has waiting',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 1 } }))
      const many = Array.from({ length: 6 }, (_, index) => call(`many ${index}`, { session: 'many' }))
      const few = [call('few 0', { session: 'few' }), call('few 1', { session: 'few' })]
      const order: string[] = []
      for (let turn = 0; turn < 5; turn++) {
        await advance(0)
        const working = [...many, ...few].find(({ attempts, ended }) => attempts.length > 0 && ended() === undefined)
        order.push(working?.callId ?? 'nobody')
        working?.finish()
      }
      const last = order.indexOf('few 1')
      assert(last >= 0 && order.indexOf('few 0') < last - 1, `after five turns: ${order.join(', ')}`)
    },
  },
  {
    id: 'lane.rate',
    title: 'no more calls begin within any interval than the rate allows',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 9, rate: { calls: 2, perMs: 1000 } } }))
      const calls = [call('a')]
      await advance(900)
      calls.push(...['b', 'c', 'd'].map((name) => call(name)))
      const expected = [
        ['a', 'b'],
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
        ['a', 'b', 'c', 'd'],
      ]
      for (const [index, ms] of [99, 1, 899, 1].entries()) {
        await advance(ms)
        assertEqual(begun(calls), expected[index], `calls that have begun after ${ms} ms more`)
      }
    },
  },
  {
    id: 'lane.stats',
    title: 'stats say who waits, who works, how many began and how long was waited',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1 } })
      const call = caller(queue)
      const [first, second] = [call('a'), call('b')]
      await advance(300)
      const { paused: _, ...seen } = queue.stats().query
      assertEqual(seen, { depth: 1, active: 1, started: 1, waitedMs: 0 }, 'while one waits')
      first.finish()
      await advance(0)
      second.finish()
      await within(second.outcome, 'the second call')
      await advance(0)
      assertEqual(queue.stats().query, { depth: 0, active: 0, started: 2, waitedMs: 300, paused: false }, 'at the end')
    },
  },
  {
    id: 'lane.told',
    title: 'an attempt is told its lane, how long the call waited for it, and what the attempt before failed with',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 1 } }))
      const [first, second] = [call('a'), call('b', { script: [cut] })]
      await advance(300)
      first.finish()
      await advance(200_000)
      assertEqual(first.attempts[0]?.lane, { name: 'query' }, 'the first call')
      assertEqual(second.attempts[0]?.lane, { name: 'query', waitedMs: 300 }, 'the one that waited')
      const [retry] = second.events.filter((event) => event.type === 'command_retry')
      const after = { error: 'the line was cut', delayMs: retry?.delayMs ?? 0 }
      assertEqual(second.attempts[1]?.lane?.after, after, 'its second attempt')
    },
  },
]
