/** What a lane queue promises of time, of trying again, and of what is given up. */
import { failed, succeeded } from '../model/tool.ts'
import { resultOf } from '../model/tool-outcome.ts'
import { gate, within } from './agent-executor-fixtures.ts'
import { assert, assertEqual, assertRejects } from './assert.ts'
import type { Case } from './conformance.ts'
import { caller, cut, done, type LaneCall, type LaneSubject, withoutPlace, WRITE } from './lane-scene.ts'

const kindOf = (call: LaneCall): unknown => {
  const outcome = call.ended()
  return outcome?.type === 'result' ? outcome.result.errorKind : outcome?.type
}
const eventsOf = (call: LaneCall, type: string): readonly unknown[] => call.events.filter((event) => event.type === type)
const factsOf = (call: LaneCall): readonly unknown[] => call.facts.map(({ type }) => type)

/** Longer than all pauses between tries together. */
const LONG_MS = 200_000

const times: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.wait_timeout',
    title: 'a call that waited too long has not begun, and its time does not count its work',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1, waitMs: 1000 } })
      const call = caller(queue)
      const [holder, late] = [call('holder'), call('late')]
      await advance(999)
      assertEqual([late.ended(), queue.stats().query.depth], [undefined, 1], 'before its time')
      await advance(1)
      assertEqual([kindOf(late), late.attempts.length, queue.stats().query.depth], ['timeout', 0, 0], 'the late call')
      await advance(5000)
      assertEqual(holder.ended(), undefined, 'the call at work')
    },
  },
  {
    id: 'lane.work_timeout',
    title: 'the time to work is handed to the attempt: the shorter of the lane’s and the call’s, and none where its tool says 0',
    async run({ make, advance }) {
      const call = caller(make({ query: { workMs: 500 } }))
      const own = [{}, { timeoutMs: 300 }, { timeoutMs: 900 }, { timeoutMs: 0, toolMs: 0 }, { toolMs: 0 }, { toolMs: 200 }]
      const calls = own.map((each, index) => call(`${index}`, each))
      const other = call('other', { accesses: WRITE })
      await advance(0)
      assertEqual(
        calls.map(({ attempts }) => attempts[0]?.timeoutMs),
        [500, 300, 500, 0, 500, 200],
        'milliseconds for the attempts',
      )
      assertEqual(other.attempts.map(withoutPlace), [{}], 'an attempt in a lane without a limit')
    },
  },
]

const trials: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.retry',
    title: 'what failed for the moment is tried again where twice is as once, told before, waiting without its place',
    async run({ make, advance }) {
      for (const effect of ['none', 'idempotent', 'keyed'] as const) {
        const queue = make({ query: { concurrency: 1 }, execute: { concurrency: 1 } })
        const call = caller(queue)
        const each = call('a', { effect, accesses: effect === 'none' ? [] : WRITE, script: [cut, failed('slow', { kind: 'timeout' })] })
        await advance(0)
        const { query, execute } = queue.stats()
        assertEqual([each.attempts.length, query.active + execute.active], [1, 0], 'attempts, and places while it pauses')
        assertEqual(eventsOf(each, 'command_retry').length, 1, 'times that it was told')
        await advance(LONG_MS)
        assertEqual(each.attempts.length, 3, 'attempts')
        each.finish()
        assertEqual(await within(each.outcome, 'the outcome'), done, 'the outcome')
        const told = eventsOf(each, 'command_retry') as readonly { readonly attempt: number; readonly delayMs: number }[]
        assertEqual(
          told.map(({ attempt }) => attempt),
          [2, 3],
          'the attempts that were told',
        )
        assert((told[1]?.delayMs ?? 0) > (told[0]?.delayMs ?? 0), 'the second pause is no longer than the first')
      }
    },
  },
  {
    id: 'lane.retry_counts',
    title: 'tries end, and attempts that were made before count',
    async run({ make, advance }) {
      const call = caller(make({ query: { retry: { attempts: 3 } } }))
      const calls = [0, 2].map((attempts) => call(`after ${attempts}`, { attempts, script: [cut, cut, cut, cut, cut] }))
      await advance(LONG_MS)
      assertEqual(
        calls.map(({ attempts }) => attempts.length),
        [3, 1],
        'attempts',
      )
      assertEqual(calls.map(kindOf), ['transport', 'transport'], 'what they came to')
    },
  },
  {
    id: 'lane.retry_failed',
    title: 'what failed for good is not tried again',
    async run({ make, advance }) {
      const call = caller(make({}))
      const kinds = ['failed', 'not_found', 'invalid_input', 'permission_denied', 'unknown_outcome'] as const
      const calls = kinds.map((kind) => call(kind, { script: [failed('no', { kind })] }))
      await advance(LONG_MS)
      assertEqual(
        calls.map(({ attempts }) => attempts.length),
        kinds.map(() => 1),
        'attempts',
      )
      assertEqual(calls.map(kindOf), kinds, 'what they came to')
    },
  },
  {
    id: 'lane.retry_unsafe',
    title: 'a call that may not be made twice is not',
    async run({ make, advance }) {
      const call = caller(make({}))
      const calls = (['unsafe', 'composite'] as const).map((effect) => call(effect, { effect, accesses: WRITE, script: [cut, cut] }))
      await advance(LONG_MS)
      assertEqual(
        calls.map(({ attempts }) => attempts.length),
        [1, 1],
        'attempts',
      )
      assertEqual(
        calls.flatMap((each) => eventsOf(each, 'command_retry')),
        [],
        'what was told',
      )
    },
  },
]

const letters: readonly Case<LaneSubject>[] = [
  {
    id: 'lane.dead_letter',
    title: 'a call that is given up is listed, oldest first, and recorded under the letter’s name',
    async run({ make, advance }) {
      const queue = make({ query: { concurrency: 1, waitMs: 1000, retry: { attempts: 1 } } })
      const call = caller(queue)
      const tried = call('tried', { script: [cut] })
      await advance(0)
      call('holder')
      const never = call('never')
      await advance(1000)
      const found = await queue.deadLetters()
      assertEqual(
        found.map(({ callId, sessionId, toolName, args, attempts, lane, errorKind }) => [
          callId,
          sessionId,
          toolName,
          args,
          attempts,
          lane,
          errorKind,
        ]),
        [
          ['tried', 'one', 'work', { of: 'tried', text: '“é😀”' }, 1, 'query', 'transport'],
          ['never', 'one', 'work', { of: 'never', text: '“é😀”' }, 0, 'query', 'timeout'],
        ],
        'the letters',
      )
      for (const [index, each] of [tried, never].entries()) {
        const [fact] = each.facts
        assert(fact?.type === 'command_dead_lettered', `the facts are ${JSON.stringify(factsOf(each))}`)
        assertEqual([fact.letterId, fact.callId, fact.attempts], [found[index]?.id, each.callId, found[index]?.attempts], 'the fact')
      }
      assertEqual([await queue.discard(found[0]?.id ?? ''), await queue.discard(found[0]?.id ?? '')], [true, false], 'discarding, twice')
      assertEqual(
        (await queue.deadLetters()).map(({ callId }) => callId),
        ['never'],
        'the letters that are left',
      )
    },
  },
  {
    id: 'lane.alive',
    title: 'what was done, failed for good, waits or was stopped leaves no letter',
    async run({ make, advance }) {
      const queue = make({})
      const call = caller(queue)
      call('done', { script: [succeeded('ok')] })
      call('failed', { script: [failed('no')] })
      const [waits, stopped] = [call('waits'), call('stopped', { script: [cut] })]
      await advance(0)
      waits.finish({ type: 'suspended', waitingFor: [] })
      stopped.abort(new Error('enough'))
      await advance(LONG_MS)
      assertEqual(await queue.deadLetters(), [], 'the letters')
      assertEqual([...waits.facts, ...stopped.facts], [], 'the facts')
    },
  },
  {
    id: 'lane.redrive',
    title: 'a letter is driven once at a time, and is gone when that was done',
    async run({ make, advance }) {
      const { queue, id } = await withLetter(make, advance)
      const hold = gate<string>()
      const driven: string[] = []
      const drive = (letter: { readonly id: string }): Promise<string> => (driven.push(letter.id), hold.opened)
      const both = [queue.redrive(id, drive), queue.redrive(id, drive)]
      await advance(0)
      assertEqual([driven, (await queue.deadLetters()).length], [[id], 1], 'who was driven, and the letters meanwhile')
      hold.open('done')
      assertEqual(await within(Promise.all(both), 'driving'), ['done', 'done'], 'what driving came to')
      assertEqual(await queue.deadLetters(), [], 'the letters')
      await assertRejects(queue.redrive(id, drive), 'request_not_found', 'driving once more')
    },
  },
  {
    id: 'lane.redrive_failed',
    title: 'a letter that could not be driven stays',
    async run({ make, advance }) {
      const { queue, id } = await withLetter(make, advance)
      await queue.redrive(id, () => Promise.reject(new Error('nobody drives'))).catch(() => {})
      assertEqual(
        (await queue.deadLetters()).map((letter) => letter.id),
        [id],
        'the letters',
      )
      assertEqual(await queue.redrive(id, async ({ callId }) => callId), 'tried', 'driving again')
    },
  },
  {
    id: 'lane.redrive_again',
    title: 'what may have happened is driven again only for who says so',
    async run({ make, advance }) {
      const { queue, id } = await withLetter(make, advance, 'unsafe')
      assertEqual(
        (await queue.deadLetters()).map(({ mayHaveHappened }) => mayHaveHappened),
        [true],
        'whether it may have happened',
      )
      await assertRejects(
        queue.redrive(id, async () => 'driven'),
        'unsupported',
        'driving it',
      )
      assertEqual(await queue.redrive(id, async () => 'driven', { again: true }), 'driven', 'driving it all the same')
    },
  },
]

async function withLetter(
  make: LaneSubject['make'],
  advance: LaneSubject['advance'],
  effect: 'none' | 'unsafe' = 'none',
): Promise<{ readonly queue: ReturnType<LaneSubject['make']>; readonly id: string }> {
  const queue = make({ query: { retry: { attempts: 1 } } })
  const call = caller(queue)('tried', { effect, accesses: effect === 'none' ? [] : WRITE, script: [cut] })
  await advance(0)
  await within(call.outcome, 'the call that is given up')
  assertEqual(call.ended()?.type, resultOf(cut).type, 'its outcome')
  return { queue, id: (await queue.deadLetters())[0]?.id ?? '' }
}

export const laneTrialCases: readonly Case<LaneSubject>[] = [...times, ...trials, ...letters]
