/** What a lane queue promises of calls within calls, of stopping, of work that others take, and of pressure. */
import { succeeded } from '../model/tool.ts'
import { neverAborted, within } from './agent-executor-fixtures.ts'
import { assert, assertEqual, assertRejectsWith } from './assert.ts'
import type { Case } from './conformance.ts'
import { AGENT, caller, type LaneCall, type LaneSubject, withoutPlace, WRITE } from './lane-scene.ts'

const alertsOf = (calls: readonly LaneCall[]): readonly unknown[] =>
  calls.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'queue_alert' ? [`${event.alertType} ${event.level} ${event.depth}`] : [])),
  )

const nesting: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.nested',
    title: 'a call gives its place up while calls that it made want theirs, and goes on with one of its own',
    async run({ make, advance }) {
      const queue = make({ execute: { concurrency: 1 } })
      const call = caller(queue)
      const outer = call('1', { accesses: WRITE })
      await advance(0)
      const nested = [call('1/0', { accesses: WRITE, parent: '1' }), call('1/1', { accesses: WRITE, parent: '1' })]
      for (const each of nested) {
        await advance(0)
        assertEqual([each.attempts.length, queue.stats().execute.active], [1, 1], 'attempts of the nested call, and places')
        each.finish()
      }
      await within(Promise.all(nested.map(({ outcome }) => outcome)), 'the nested calls')
      const next = call('2', { accesses: WRITE, session: 'two' })
      await advance(0)
      assertEqual([queue.stats().execute.active, next.attempts.length], [1, 0], 'the place of the outer call, and who wants it')
      outer.finish()
      await advance(0)
      assertEqual(next.attempts.length, 1, 'attempts of the next call')
    },
  },
  {
    id: 'lane.nested_agent',
    title: 'the call that gave a sub-agent its task gives its place up for the sub-agent’s calls',
    async run({ make, advance }) {
      const queue = make({ generate: { concurrency: 1 } })
      const call = caller(queue)
      const task = call('1', { accesses: AGENT })
      await advance(0)
      const metadata = { parentSessionId: 'one', parentCallId: '1' }
      const deeper = call('7', { session: 'child', metadata, accesses: AGENT })
      await advance(0)
      assertEqual(deeper.attempts.length, 1, 'attempts of the sub-agent’s own task')
      deeper.finish()
      await within(deeper.outcome, 'the sub-agent’s own task')
      assertEqual(queue.stats().generate.active, 1, 'places at the end of it')
      task.finish()
      await within(task.outcome, 'the task')
    },
  },
]

const stopping: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.cancel',
    title: 'a call that waits leaves at once with the signal’s reason, and the next one moves up',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1 } })
      const call = caller(queue)
      const [holder, leaves, next] = [call('holder'), call('leaves'), call('next')]
      await advance(0)
      const reason = new Error('enough')
      leaves.abort(reason)
      await assertRejectsWith(within(leaves.outcome, 'the rejection'), reason, 'a call that waits')
      assertEqual(queue.stats().query.depth, 1, 'calls that wait')
      holder.finish()
      await advance(0)
      assertEqual([leaves.attempts.length, next.attempts.length], [0, 1], 'attempts')
    },
  },
  {
    id: 'lane.cancel_working',
    title: 'a call that is stopped at work frees its place',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1 } })
      const call = caller(queue)
      const [stopped, next] = [call('stopped'), call('next')]
      await advance(0)
      const reason = new Error('enough')
      stopped.abort(reason)
      await assertRejectsWith(within(stopped.outcome, 'the rejection'), reason, 'a call at work')
      await advance(0)
      assertEqual([next.attempts.length, queue.stats().query.active], [1, 1], 'attempts of the next call, and places')
    },
  },
  {
    id: 'lane.signal_left',
    title: 'nothing is left on the signal of a call that is over',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 1, waitMs: 60_000 } }))
      const [holder, waited] = [call('holder'), call('waited', { script: [succeeded('ok')] })]
      await advance(0)
      assert(waited.listeners() > 0, 'a call that waits does not listen to its signal')
      holder.finish()
      await within(waited.outcome, 'the call that waited')
      assertEqual(waited.listeners(), 0, 'listeners')
    },
  },
  {
    id: 'lane.cancelled_before',
    title: 'a signal that fired before begins nothing',
    async run({ make, advance }) {
      const queue = make({})
      const reason = new Error('before it began')
      const call = caller(queue)('a', { cancelled: reason })
      await assertRejectsWith(within(call.outcome, 'the rejection'), reason, 'a call that was cancelled before')
      await advance(0)
      assertEqual([call.attempts.length, queue.stats().query.started], [0, 0], 'what has begun')
    },
  },
  {
    id: 'lane.paused',
    title: 'a paused lane begins nothing and says so once, until it is resumed',
    async run({ make, advance }) {
      const queue = make({})
      const call = caller(queue)
      queue.pause('query')
      const calls = [call('a'), call('b'), call('c', { accesses: WRITE })]
      await advance(60_000)
      assertEqual(
        calls.map(({ attempts }) => attempts.length),
        [0, 0, 1],
        'attempts while one lane is paused',
      )
      assertEqual([queue.stats().query.paused, queue.stats().execute.paused], [true, false], 'who is paused')
      assertEqual(alertsOf(calls), ['paused warning 1'], 'what was told')
      queue.resume()
      await advance(0)
      assertEqual(
        calls.map(({ attempts }) => attempts.length),
        [1, 1, 1],
        'attempts after it was resumed',
      )
    },
  },
  {
    id: 'lane.closed',
    title: 'a closed queue refuses what waits and what comes; what works goes on',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1 } })
      const submit = caller(queue)
      const [works, waits] = [submit('works'), submit('waits')]
      await advance(0)
      queue.close()
      const comes = submit('comes')
      for (const each of [waits, comes]) {
        const outcome = await within(each.outcome, 'the refusal')
        assert(outcome.type === 'result' && outcome.result.isError && outcome.result.errorKind === 'cancelled', 'it was not refused')
      }
      works.finish()
      assertEqual((await within(works.outcome, 'the call at work')).type, 'result', 'the call at work')
      await advance(60_000)
      assertEqual([waits.attempts.length, comes.attempts.length], [0, 0], 'attempts of what was refused')
      assertEqual(await queue.deadLetters(), [], 'the letters')
    },
  },
]

const others: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.external',
    title: 'work of an external lane is handed to one taker with all that it needs, and comes back',
    async run({ make, advance }) {
      const queue = make({ execute: { handler: 'external' } })
      const signal = neverAborted()
      const call = caller(queue)
      const early = queue.take({ signal, lane: 'execute' })
      const calls = [call('a', { accesses: WRITE }), call('b', { accesses: WRITE }), call('here')]
      await advance(0)
      const tasks = await within(Promise.all([early, queue.take({ signal })]), 'the tasks')
      const { taskId: _, ...first } = tasks[0]
      const expected = {
        lane: 'execute',
        sessionId: 'one',
        callId: 'a',
        tool: 'work',
        payload: { of: 'a', text: '“é😀”' },
        idempotencyKey: 'key of a',
      }
      assertEqual(first, expected, 'the first task')
      assertEqual(
        tasks.map(({ callId }) => callId),
        ['a', 'b'],
        'the calls that were taken',
      )
      assertEqual(calls[2]?.attempts.map(withoutPlace), [{}], 'an attempt in another lane')
      for (const { taskId, callId } of tasks) assertEqual(queue.complete(taskId, { result: `did ${callId}` }), true, 'whether it counts')
      const outcomes = await within(Promise.all([calls[0]?.outcome, calls[1]?.outcome]), 'the outcomes')
      assertEqual(
        outcomes.map((each) => (each?.type === 'result' ? each.result.content : undefined)),
        ['did a', 'did b'],
        'the results',
      )
    },
  },
  {
    id: 'lane.external_once',
    title: 'the first completion of a task counts, and none of one that is over or was never there',
    async run({ make, advance }) {
      const queue = make({ execute: { handler: 'external' } })
      const call = caller(queue)
      const [done, stopped] = [call('done', { accesses: WRITE, effect: 'unsafe' }), call('stopped', { accesses: WRITE })]
      await advance(0)
      const [first, second] = queue.tasks()
      const answers = [1, 2].map(() => queue.complete(first?.taskId ?? '', { error: 'no', retryable: false }))
      stopped.abort(new Error('enough'))
      await within(
        stopped.outcome.catch(() => {}),
        'the call that was stopped',
      )
      answers.push(queue.complete(second?.taskId ?? '', { result: 'late' }), queue.complete('nobody', { result: '' }))
      assertEqual(answers, [true, false, false, false], 'which completions count')
      const outcome = await within(done.outcome, 'the outcome')
      assert(outcome.type === 'result' && outcome.result.isError && outcome.result.content === 'no', 'the first completion was lost')
      assertEqual(queue.tasks(), [], 'tasks that are left')
    },
  },
  {
    id: 'lane.hybrid',
    title: 'in a hybrid lane the tool does the work, and it is shown while it does, for nobody to take',
    async run({ make, advance }) {
      const queue = make({ query: { handler: 'hybrid' } })
      const stop = new AbortController()
      const taken = queue.take({ signal: stop.signal }).then(
        () => true,
        () => false,
      )
      const call = caller(queue)('a')
      const shown = queue.tasks().map(({ callId }) => callId)
      const outcome = await within(call.outcome, 'the outcome')
      await advance(0)
      stop.abort(new Error('no more'))
      assertEqual([shown, queue.tasks(), await taken], [['a'], [], false], 'what was shown then and later, and whether it was taken')
      assertEqual(outcome, { type: 'result', result: 'worked here' }, 'what the tool came to')
    },
  },
  {
    id: 'lane.alert',
    title: 'pressure is told once when it rises, once when it is critical, and once when it falls to half',
    async run({ make, advance }) {
      const call = caller(make({ query: { concurrency: 1, alertDepth: 4 } }))
      const calls = Array.from({ length: 9 }, (_, index) => call(`${index}`))
      await advance(0)
      assertEqual(alertsOf(calls), ['depth warning 4', 'depth critical 8'], 'what was told when it rose')
      for (const each of calls.slice(0, 5)) {
        each.finish()
        await advance(0)
        calls.push(call(`then ${each.callId}`))
        await advance(0)
        each.finish()
      }
      assertEqual(alertsOf(calls).length, 2, 'alerts while it goes up and down')
      for (const each of calls) {
        await advance(0)
        each.finish()
      }
      await advance(0)
      const told = new Set(alertsOf(calls))
      assertEqual([alertsOf(calls).length, told.has('depth cleared 2')], [3, true], 'what was told in all, and when it fell')
    },
  },
]

export const laneLifeCases: readonly Case<LaneSubject>[] = [...nesting, ...stopping, ...others]
