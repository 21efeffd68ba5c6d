/** What an executor promises about events. */
import type { Envelope } from '../model/event.ts'
import type { AgentStepSpec } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import {
  gate,
  neverAborted,
  stepEvent,
  stepEvents,
  stepOutcome,
  stepSpec,
  within,
  type ExecutorSubject,
} from './agent-executor-fixtures.ts'
import { assert, assertEqual } from './assert.ts'
import type { Case } from './conformance.ts'

const signal = neverAborted()
const BURST = 200
const LARGE = 300_000

/** So that emitting is spread over several turns of the event loop. */
const nextTick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

const stepEventText = (spec: AgentStepSpec, index: number): string => {
  const { event } = stepEvent(spec, index)
  return event.type === 'text_delta' ? event.text : ''
}

/** The outcome and the events of each step, all given to the executor in one go. */
async function atOnce(executor: AgentExecutor, specs: readonly AgentStepSpec[]) {
  const runs = specs.map(async (spec) => {
    const events: Envelope[] = []
    const outcome = await executor.executeStep(spec, { signal, onEvent: (envelope) => void events.push(envelope) })
    return { outcome, events }
  })
  return within(Promise.all(runs), 'the outcomes')
}

const breaks = (): never => {
  throw new Error('the listener broke')
}

export const eventCases: readonly Case<ExecutorSubject>[] = [
  {
    id: 'executor.events',
    title: 'events arrive whole, in order, once each, and before the outcome',
    async run({ through }) {
      const spec = stepSpec('events')
      const executor = await through(async (received, { onEvent }) => {
        for (let index = 0; index < BURST; index++) {
          if (index % 50 === 25) await nextTick()
          onEvent(stepEvent(received, index))
        }
        return stepOutcome(received, 'ok')
      })
      const seen: Envelope[] = []
      await within(executor.executeStep(spec, { signal, onEvent: (envelope) => void seen.push(envelope) }), 'the outcome')
      assertEqual(seen, stepEvents(spec, BURST), 'the events')
    },
  },
  {
    id: 'executor.events_large',
    title: 'a large event arrives whole and in its place',
    async run({ through }) {
      const spec = stepSpec('large-event')
      const large = {
        ...stepEvent(spec, 1),
        event: { type: 'text_delta', text: 'é'.repeat(LARGE), turn: 1, attempt: 1, block: 0, start: 1 },
      } as const
      const executor = await through(async (received, { onEvent }) => {
        for (const envelope of [stepEvent(received, 0), large, stepEvent(received, 2)]) onEvent(envelope)
        return stepOutcome(received, 'ok')
      })
      const seen: Envelope[] = []
      await within(executor.executeStep(spec, { signal, onEvent: (envelope) => void seen.push(envelope) }), 'the outcome')
      assertEqual(
        seen.map(({ event }) => (event.type === 'text_delta' ? event.text.length : event.type)),
        ['turn_start', LARGE, stepEventText(spec, 2).length],
        'the sizes of the events',
      )
      assert(seen[1] !== undefined && JSON.stringify(seen[1]) === JSON.stringify(large), 'the large event is another one')
    },
  },
  {
    id: 'executor.events_late',
    title: 'no event arrives after the promise settled',
    async run({ through }) {
      const emitters = new Map<string, (envelope: Envelope) => void>()
      const executor = await through(async (received, { onEvent }) => {
        emitters.set(received.taskId, onEvent)
        onEvent(stepEvent(received, 0))
        return stepOutcome(received, 'ok')
      })
      const spec = stepSpec('early')
      const seen: Envelope[] = []
      await within(executor.executeStep(spec, { signal, onEvent: (envelope) => void seen.push(envelope) }), 'the outcome')
      emitters.get('early')?.(stepEvent(spec, 1))
      await within(executor.executeStep(stepSpec('later'), { signal }), 'a later step')
      assertEqual(seen, stepEvents(spec, 1), 'the events')
    },
  },
  {
    id: 'executor.no_listener',
    title: 'a step without a listener is as good as one with',
    async run({ through }) {
      const spec = stepSpec('silent')
      const executor = await through(async (received, { onEvent }) => {
        onEvent(stepEvent(received, 0))
        return stepOutcome(received, 'ok')
      })
      assertEqual(await within(executor.executeStep(spec, { signal }), 'the outcome'), stepOutcome(spec, 'ok'), 'the outcome')
    },
  },
  {
    id: 'executor.listener_throws',
    title: 'a listener that throws fails its own step and stops it, no other',
    async run({ through }) {
      const stopped = gate<true>()
      const executor = await through(async (received, options) => {
        if (received.taskId === 'well') return stepOutcome(received, 'ok')
        options.signal.addEventListener('abort', () => stopped.open(true))
        options.onEvent(stepEvent(received, 0))
        await stopped.opened
        return stepOutcome(received, 'ok')
      })
      const [broken, well] = await within(
        Promise.all([
          executor.executeStep(stepSpec('broken'), { signal, onEvent: breaks }),
          executor.executeStep(stepSpec('well'), { signal }),
        ]),
        'the outcomes',
      )
      assertEqual([broken.status, well.status], ['failed', 'completed'], 'the outcomes')
      assert(broken.output.includes('the listener broke'), `the output does not say why: ${broken.output}`)
      await within(stopped.opened, 'the far side stops')
    },
  },
  {
    id: 'executor.concurrent',
    title: 'steps that run at once do not mix their events or outcomes',
    async run({ through }) {
      const specs = Array.from({ length: 12 }, (_, index) => stepSpec(`step-${index}`))
      const executor = await through(async (received, { onEvent }) => {
        onEvent(stepEvent(received, 0))
        await nextTick()
        for (let index = 1; index < 20; index++) {
          if (index % 5 === 0) await nextTick()
          onEvent(stepEvent(received, index))
        }
        return stepOutcome(received, received.prompt)
      })
      const found = await atOnce(executor, specs)
      const expected = specs.map((spec) => ({ outcome: stepOutcome(spec, spec.prompt), events: stepEvents(spec, 20) }))
      assertEqual(found, expected, 'the steps')
    },
  },
  {
    id: 'executor.same_task',
    title: 'of two steps with one taskId at once each gets the events and the outcome',
    async run({ through }) {
      const specs = [stepSpec('twin'), stepSpec('twin')]
      const executor = await through(async (received, { onEvent }) => {
        for (const envelope of stepEvents(received, 5)) {
          await nextTick()
          onEvent(envelope)
        }
        return stepOutcome(received, received.prompt)
      })
      const found = await atOnce(executor, specs)
      const expected = specs.map((spec) => ({ outcome: stepOutcome(spec, spec.prompt), events: stepEvents(spec, 5) }))
      assertEqual(found, expected, 'the steps')
    },
  },
]
