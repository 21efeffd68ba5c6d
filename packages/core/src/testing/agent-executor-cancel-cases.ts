/** What an executor promises about cancelling. */
import type { Envelope } from '../model/event.ts'
import {
  gate,
  neverAborted,
  stepEvent,
  stepEvents,
  stepOutcome,
  stepSpec,
  untilAborted,
  within,
  type ExecutorSubject,
} from './agent-executor-fixtures.ts'
import { assert, assertEqual, assertRejectsWith } from './assert.ts'
import type { Case } from './conformance.ts'

/** Steps at once at most, however many an executor takes. */
const MANY = 300

export const cancelCases: readonly Case<ExecutorSubject>[] = [
  {
    id: 'executor.cancel',
    title: 'when the signal fires the far side stops and the reason itself comes back',
    async run({ through }) {
      const started = gate<true>()
      const stopped = gate<true>()
      const executor = await through((_spec, { signal }) => {
        signal.addEventListener('abort', () => stopped.open(true))
        started.open(true)
        return untilAborted(signal)
      })
      const controller = new AbortController()
      const reason = new Error('enough')
      const running = executor.executeStep(stepSpec('stopped'), { signal: controller.signal })
      await within(Promise.race([started.opened, running]), 'the far side starts')
      controller.abort(reason)
      await assertRejectsWith(within(running, 'the rejection'), reason, 'a cancelled step')
      await within(stopped.opened, 'the far side stops')
    },
  },
  {
    id: 'executor.cancel_ignored',
    title: 'the promise rejects, and nothing more arrives, though the far side goes on',
    async run({ through }) {
      const started = gate<(envelope: Envelope) => void>()
      const goOn = gate<true>()
      const executor = await through(async (received, { onEvent }) => {
        if (received.taskId === 'later') return stepOutcome(received, 'ok')
        onEvent(stepEvent(received, 0))
        started.open(onEvent)
        await goOn.opened
        return stepOutcome(received, 'ok')
      })
      const controller = new AbortController()
      const reason = { why: 'enough' }
      const spec = stepSpec('deaf')
      const seen: Envelope[] = []
      const first = gate<true>()
      const onEvent = (envelope: Envelope): void => {
        seen.push(envelope)
        first.open(true)
      }
      const running = executor.executeStep(spec, { signal: controller.signal, onEvent })
      await within(first.opened, 'the first event')
      controller.abort(reason)
      await assertRejectsWith(within(running, 'the rejection'), reason, 'a cancelled step')
      const emit = await started.opened
      emit(stepEvent(spec, 1))
      goOn.open(true)
      await within(executor.executeStep(stepSpec('later'), { signal: neverAborted() }), 'a later step')
      assertEqual(seen, stepEvents(spec, 1), 'the events')
    },
  },
  {
    id: 'executor.cancel_one',
    title: 'cancelling one step leaves the others alone',
    async run({ through }) {
      const started = gate<true>()
      const stopped = gate<true>()
      let count = 0
      const executor = await through(async (received, { signal }) => {
        count += 1
        if (count === Math.min(2, executor.concurrencyHint ?? 8)) started.open(true)
        if (received.taskId === 'stopped') {
          signal.addEventListener('abort', () => stopped.open(true))
          return untilAborted(signal)
        }
        await stopped.opened
        return stepOutcome(received, signal.aborted ? 'aborted' : 'untouched')
      })
      const controller = new AbortController()
      const reason = new Error('only this one')
      const cancelled = executor.executeStep(stepSpec('stopped'), { signal: controller.signal })
      const other = executor.executeStep(stepSpec('other'), { signal: neverAborted() })
      await within(Promise.race([started.opened, cancelled, other]), 'both start')
      controller.abort(reason)
      await assertRejectsWith(within(cancelled, 'the rejection'), reason, 'the cancelled step')
      const { status, output } = await within(other, 'the other step')
      assertEqual({ status, output }, { status: 'completed', output: 'untouched' }, 'the other step')
    },
  },
  {
    id: 'executor.cancel_all',
    title: 'when steps that run at once are all cancelled, every one stops on the far side',
    async run({ through }) {
      const wanted = 5
      let running = 0
      let stopped = 0
      const [allRun, allStopped] = [gate<true>(), gate<true>()]
      const executor = await through((_spec, { signal }) => {
        running += 1
        if (running === Math.min(wanted, executor.concurrencyHint ?? 8)) allRun.open(true)
        signal.addEventListener('abort', () => {
          stopped += 1
          if (stopped === running) allStopped.open(true)
        })
        return untilAborted(signal)
      })
      const controller = new AbortController()
      const reason = new Error('all of them')
      const { signal } = controller
      const steps = Array.from({ length: wanted }, (_, index) => executor.executeStep(stepSpec(`step-${index}`), { signal }))
      await within(Promise.race([allRun.opened, ...steps]), 'all start')
      controller.abort(reason)
      for (const step of steps) await assertRejectsWith(within(step, 'the rejection'), reason, 'a cancelled step')
      await within(allStopped.opened, 'all stop on the far side')
    },
  },
  {
    id: 'executor.cancel_in_listener',
    title: 'a listener that cancels its step hears nothing more of it',
    async run({ through }) {
      const spec = stepSpec('heard-enough')
      const executor = await through(async (received, { signal, onEvent }) => {
        if (received.taskId === 'later') return stepOutcome(received, 'ok')
        for (const envelope of stepEvents(received, 10)) onEvent(envelope)
        return untilAborted(signal)
      })
      const controller = new AbortController()
      const reason = new Error('heard enough')
      const seen: Envelope[] = []
      const onEvent = (envelope: Envelope): void => {
        seen.push(envelope)
        if (seen.length === 3) controller.abort(reason)
      }
      const running = executor.executeStep(spec, { signal: controller.signal, onEvent })
      await assertRejectsWith(within(running, 'the rejection'), reason, 'a step that its listener cancelled')
      await within(executor.executeStep(stepSpec('later'), { signal: neverAborted() }), 'a later step')
      assertEqual(seen, stepEvents(spec, 3), 'the events')
    },
  },
  {
    id: 'executor.cancelled_before',
    title: 'a signal that fired before the call starts nothing',
    async run({ through }) {
      const started: string[] = []
      const executor = await through(async (received) => {
        started.push(received.taskId)
        return stepOutcome(received, 'ok')
      })
      const controller = new AbortController()
      const reason = new Error('before it began')
      controller.abort(reason)
      const running = executor.executeStep(stepSpec('never'), { signal: controller.signal })
      await assertRejectsWith(within(running, 'the rejection'), reason, 'a step that was cancelled before')
      await within(executor.executeStep(stepSpec('later'), { signal: neverAborted() }), 'a later step')
      assertEqual(started, ['later'], 'the steps that started')
    },
  },
  {
    id: 'executor.signal_left',
    title: 'nothing is left on the signal once its steps settled, those that had to wait too',
    async run({ through }) {
      const all = gate<true>()
      const executor = await through(async (received) => {
        if (received.prompt === 'many') await all.opened
        return stepOutcome(received, 'ok')
      })
      const { signal, left } = countingSignal()
      for (const taskId of ['one', 'two']) await within(executor.executeStep(stepSpec(taskId), { signal }), 'the outcome')
      assert(left() === 0, `${left()} listeners are left on the signal`)
      const count = Math.min(MANY, 2 * (executor.concurrencyHint ?? 8) + 1)
      const specs = Array.from({ length: count }, (_, index) => ({ ...stepSpec(`step-${index}`), prompt: 'many' }))
      const outcomes = specs.map((spec) => executor.executeStep(spec, { signal }))
      all.open(true)
      await within(Promise.all(outcomes), 'the outcomes')
      assert(left() === 0, `${left()} listeners of ${count} steps at once are left on the signal`)
    },
  },
]

/** A signal that knows how many listeners it has. */
function countingSignal(): { readonly signal: AbortSignal; left(): number } {
  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...parts: Parameters<AbortSignal['addEventListener']>): void => {
    listeners.add(parts[1])
    add(...parts)
  }
  signal.removeEventListener = (...parts: Parameters<AbortSignal['removeEventListener']>): void => {
    listeners.delete(parts[1])
    remove(...parts)
  }
  return { signal, left: () => listeners.size }
}
