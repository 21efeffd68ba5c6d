/** Lane queues that break one promise each: the lane suite has to reject every one. */
import type { LiveEvent } from '../model/live-event.ts'
import { resultOf } from '../model/tool-outcome.ts'
import type { LaneCommand, LaneLimits, LaneQueue, LaneRules, LaneWork } from '../ports/lane-queue.ts'
import { neverAborted } from './agent-executor-fixtures.ts'
import { type LaneSubject, WRITE } from './lane-scene.ts'

export type LaneQueueMutant = {
  readonly name: string
  /** The case that has to fail. */
  readonly killedBy: string
  /** Breaks good queues in this one way. */
  readonly mutate: (subject: LaneSubject) => LaneSubject
}

type Mutate = LaneQueueMutant['mutate']

const NAMES = ['control', 'query', 'execute', 'generate'] as const

const ruled =
  (change: (rules: LaneRules) => LaneRules): Mutate =>
  ({ make, advance }) => ({ make: (rules) => make(change(rules)), advance })

const without = <T extends object, K extends keyof T>(given: T, name: K): Omit<T, K> => {
  const { [name]: _, ...rest } = given
  return rest
}

const limited = (change: (limits: LaneLimits) => LaneLimits): Mutate =>
  ruled((rules) => ({ ...rules, ...Object.fromEntries(NAMES.map((name) => [name, change(rules[name] ?? {})])) }))

const having =
  (parts: (queue: LaneQueue) => Partial<LaneQueue>): Mutate =>
  ({ make, advance }) => ({ make: (rules) => broken(make(rules), parts), advance })

function broken(queue: LaneQueue, parts: (queue: LaneQueue) => Partial<LaneQueue>): LaneQueue {
  return {
    contract: 1,
    submit: (command, work) => queue.submit(command, work),
    stats: () => queue.stats(),
    pause: (lane) => queue.pause(lane),
    resume: (lane) => queue.resume(lane),
    deadLetters: () => queue.deadLetters(),
    redrive: (id, drive, options) => queue.redrive(id, drive, options),
    discard: (id) => queue.discard(id),
    tasks: () => queue.tasks(),
    take: (options) => queue.take(options),
    complete: (taskId, completion) => queue.complete(taskId, completion),
    close: () => queue.close(),
    ...parts(queue),
  }
}

const commanded = (change: (command: LaneCommand) => LaneCommand): Mutate =>
  having((queue) => ({ submit: (command, work) => queue.submit(change(command), work) }))

const worked = (change: (work: LaneWork) => LaneWork): Mutate =>
  having((queue) => ({ submit: (command, work) => queue.submit(command, change(work)) }))

const telling = (mayTell: (event: LiveEvent) => boolean): Mutate =>
  worked((work) => ({ ...work, emit: (event) => (mayTell(event) ? work.emit(event) : undefined) }))

const places: readonly LaneQueueMutant[] = [
  {
    name: 'makes a result of a wait',
    killedBy: 'lane.outcome',
    mutate: having((queue) => ({
      async submit(command, work) {
        const outcome = await queue.submit(command, work)
        return outcome.type === 'suspended' ? resultOf({ content: 'waits', isError: true }) : outcome
      },
    })),
  },
  {
    name: 'gives one place too many',
    killedBy: 'lane.concurrency',
    mutate: limited((limits) => ({ ...limits, concurrency: (limits.concurrency ?? 4) + 1 })),
  },
  {
    name: 'lets one call at a time into a lane',
    killedBy: 'lane.concurrency',
    mutate: limited((limits) => ({ ...limits, concurrency: 1 })),
  },
  { name: 'forgets the total', killedBy: 'lane.total', mutate: ruled((rules) => without(rules, 'concurrency')) },
  { name: 'has one lane', killedBy: 'lane.independent', mutate: commanded((command) => ({ ...command, accesses: WRITE })) },
  { name: 'knows no priorities', killedBy: 'lane.priority', mutate: limited((limits) => ({ ...limits, priority: 0 })) },
  {
    name: 'lets a call that only makes others take a worker’s place',
    killedBy: 'lane.of_call',
    mutate: commanded((command) => ({ ...command, effect: command.effect === 'composite' ? 'unsafe' : command.effect })),
  },
  { name: 'knows no lanes of tools', killedBy: 'lane.of_tool', mutate: ruled((rules) => without(rules, 'tools')) },
  {
    name: 'looks lanes of tools up where everything has some',
    killedBy: 'lane.of_tool',
    mutate: ruled((rules) => ({ ...rules, tools: { ...rules.tools, toString: 'control' as const } })),
  },
  {
    name: 'serves the newest first',
    killedBy: 'lane.order',
    mutate: having((queue) => {
      const batch: (() => void)[] = []
      const flush = (): void =>
        batch
          .splice(0)
          .toReversed()
          .forEach((each) => each())
      return {
        submit: (command, work) =>
          new Promise((resolve) => {
            if (batch.push(() => resolve(queue.submit(command, work))) === 1) queueMicrotask(flush)
          }),
      }
    }),
  },
  { name: 'serves by arrival alone', killedBy: 'lane.fair', mutate: commanded((command) => ({ ...command, sessionId: 'one' })) },
  {
    name: 'counts intervals by the clock',
    killedBy: 'lane.rate',
    mutate: limited((limits) => (limits.rate ? { ...limits, rate: { ...limits.rate, perMs: limits.rate.perMs / 2 } } : limits)),
  },
  {
    name: 'lets one more begin than the rate',
    killedBy: 'lane.rate',
    mutate: limited((limits) => (limits.rate ? { ...limits, rate: { ...limits.rate, calls: 3 } } : limits)),
  },
  {
    name: 'does not measure the wait',
    killedBy: 'lane.stats',
    mutate: having((queue) => ({
      stats() {
        const stats = queue.stats()
        return { ...stats, query: { ...stats.query, waitedMs: 0 } }
      },
    })),
  },
]

const trials: readonly LaneQueueMutant[] = [
  { name: 'lets calls wait for ever', killedBy: 'lane.wait_timeout', mutate: limited((limits) => without(limits, 'waitMs')) },
  { name: 'knows no time to work', killedBy: 'lane.work_timeout', mutate: limited((limits) => without(limits, 'workMs')) },
  {
    name: 'takes no limit of a tool for none of its own',
    killedBy: 'lane.work_timeout',
    mutate: commanded((command) => ({ ...command, tool: without(command.tool, 'timeoutMs') })),
  },
  {
    name: 'tells nobody where it puts a call',
    killedBy: 'lane.told',
    mutate: worked((work) => ({ ...work, attempt: (attempt) => work.attempt(without(attempt, 'lane')) })),
  },
  { name: 'tries once', killedBy: 'lane.retry', mutate: limited((limits) => ({ ...limits, retry: { attempts: 1 } })) },
  { name: 'tries again in silence', killedBy: 'lane.retry', mutate: telling(({ type }) => type !== 'command_retry') },
  { name: 'forgets what was tried before', killedBy: 'lane.retry_counts', mutate: commanded((command) => ({ ...command, attempts: 0 })) },
  {
    name: 'tries everything again',
    killedBy: 'lane.retry_failed',
    mutate: limited((limits) => ({ ...limits, retry: { ...limits.retry, on: ['failed', 'not_found', 'transport', 'timeout'] } })),
  },
  {
    name: 'takes every effect for idempotent',
    killedBy: 'lane.retry_unsafe',
    mutate: commanded((command) => ({ ...command, effect: command.effect === 'none' ? 'none' : 'idempotent' })),
  },
  { name: 'records no letter', killedBy: 'lane.dead_letter', mutate: worked((work) => ({ ...work, record() {} })) },
  {
    name: 'lists the newest letter first',
    killedBy: 'lane.dead_letter',
    mutate: having((queue) => ({ deadLetters: async () => (await queue.deadLetters()).toReversed() })),
  },
  { name: 'loses the arguments of a letter', killedBy: 'lane.dead_letter', mutate: commanded((command) => ({ ...command, args: {} })) },
  {
    name: 'makes a letter of every failure',
    killedBy: 'lane.alive',
    mutate: limited((limits) => ({ ...limits, retry: { attempts: 1, on: ['failed', 'transport', 'timeout'] } })),
  },
  {
    name: 'hands a letter to everybody',
    killedBy: 'lane.redrive',
    mutate: having((queue) => ({
      async redrive(id, drive) {
        const letter = (await queue.deadLetters()).find((each) => each.id === id)
        if (letter === undefined) return queue.redrive(id, drive)
        const outcome = await drive(letter)
        await queue.discard(id)
        return outcome
      },
    })),
  },
  {
    name: 'forgets a letter before it was driven',
    killedBy: 'lane.redrive_failed',
    mutate: having((queue) => ({
      redrive: (id, drive, options) => queue.redrive(id, async (letter) => (await queue.discard(id), drive(letter)), options),
    })),
  },
  {
    name: 'drives everything again',
    killedBy: 'lane.redrive_again',
    mutate: having((queue) => ({ redrive: (id, drive) => queue.redrive(id, drive, { again: true }) })),
  },
]

const life: readonly LaneQueueMutant[] = [
  {
    name: 'does not know who made a call',
    killedBy: 'lane.nested',
    mutate: commanded((command) => ({ ...command, parentCallId: undefined })),
  },
  {
    name: 'does not know whose sub-agent it is',
    killedBy: 'lane.nested_agent',
    mutate: commanded((command) => ({ ...command, metadata: {} })),
  },
  {
    name: 'rejects with an error of its own',
    killedBy: 'lane.cancel',
    mutate: having((queue) => ({
      submit: (command, work) => queue.submit(command, work).catch((error: unknown) => Promise.reject(new Error('left', { cause: error }))),
    })),
  },
  { name: 'does not hear the signal', killedBy: 'lane.cancel', mutate: worked((work) => ({ ...work, signal: neverAborted() })) },
  {
    name: 'keeps the place of a call that was stopped',
    killedBy: 'lane.cancel_working',
    mutate: worked((work) => ({ ...work, attempt: (change) => work.attempt(change).catch(() => new Promise(() => {})) })),
  },
  {
    name: 'goes on listening',
    killedBy: 'lane.signal_left',
    mutate: worked((work) => {
      work.signal.addEventListener('abort', () => {})
      return work
    }),
  },
  {
    name: 'begins and then looks at the signal',
    killedBy: 'lane.cancelled_before',
    mutate: worked((work) => {
      if (work.signal.aborted) work.attempt({}).catch(() => {})
      return work
    }),
  },
  { name: 'cannot be paused', killedBy: 'lane.paused', mutate: having(() => ({ pause() {} })) },
  { name: 'pauses all lanes', killedBy: 'lane.paused', mutate: having((queue) => ({ pause: () => queue.pause() })) },
  { name: 'cannot be closed', killedBy: 'lane.closed', mutate: having(() => ({ close() {} })) },
  {
    name: 'pauses when it is closed',
    killedBy: 'lane.closed',
    mutate: having((queue) => ({ close: () => queue.pause() })),
  },
  {
    name: 'hands a task to every taker',
    killedBy: 'lane.external',
    mutate: having((queue) => ({ take: async (options) => queue.tasks()[0] ?? queue.take(options) })),
  },
  {
    name: 'does not say under which key',
    killedBy: 'lane.external',
    mutate: having((queue) => ({ take: async (options) => ({ ...(await queue.take(options)), idempotencyKey: '' }) })),
  },
  {
    name: 'thanks for every completion',
    killedBy: 'lane.external_once',
    mutate: having((queue) => ({ complete: (taskId, completion) => queue.complete(taskId, completion) || true })),
  },
  {
    name: 'keeps to itself what it works on',
    killedBy: 'lane.hybrid',
    mutate: limited((limits) => ({ ...limits, handler: limits.handler === 'hybrid' ? 'internal' : (limits.handler ?? 'internal') })),
  },
  {
    name: 'gives work of the tool away',
    killedBy: 'lane.hybrid',
    mutate: limited((limits) => ({ ...limits, handler: limits.handler === 'hybrid' ? 'external' : (limits.handler ?? 'internal') })),
  },
  {
    name: 'tells only of trouble',
    killedBy: 'lane.alert',
    mutate: telling((event) => event.type !== 'queue_alert' || event.level !== 'cleared'),
  },
  {
    name: 'is alarmed too early',
    killedBy: 'lane.alert',
    mutate: limited((limits) => ({ ...limits, alertDepth: (limits.alertDepth ?? 50) / 2 })),
  },
]

/** Each is killed by the case that it names, and every case of the suite kills at least one. */
export const laneQueueMutants: readonly LaneQueueMutant[] = [...places, ...trials, ...life]
