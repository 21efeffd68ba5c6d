/** Executors that break one promise each: the suite must reject every one of them, by the case that is named. */
import { toMessage } from '../base/errors.ts'
import type { Envelope } from '../model/event.ts'
import { failedStep, type StepOutcome } from '../model/step.ts'
import { guardedExecutor } from '../orchestration/guarded-executor.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import { neverAborted, type ExecutorSubject, type StepHandler } from './agent-executor-fixtures.ts'
import type { Candidate } from './conformance.ts'

/** A broken executor, and the id of the case that finds it out. */
export interface ExecutorMutant extends Candidate<ExecutorSubject> {
  readonly killedBy: string
}

type Execute = AgentExecutor['executeStep']

/** What a mutant does with the bare handler and with a sound executor over it. */
type Break = (bare: Execute, sound: Execute) => Execute

const bareExecutor = (handler: StepHandler): AgentExecutor => ({
  contract: 1,
  executeStep: (spec, { signal, onEvent }) => handler(spec, { signal, onEvent: (envelope) => onEvent?.(envelope) }),
})

const mutant = (name: string, killedBy: string, breakIt: Break): ExecutorMutant => ({
  name,
  killedBy,
  create: () => ({
    async through(handler) {
      const bare = bareExecutor(handler)
      const executeStep = breakIt(bare.executeStep, guardedExecutor(bare).executeStep)
      return { contract: 1, executeStep }
    },
  }),
})

/** Changes what the listener gets: called with the sound listener once for each step. */
const withEvents = (
  name: string,
  killedBy: string,
  change: (emit: (envelope: Envelope) => void) => (envelope: Envelope) => void,
): ExecutorMutant =>
  mutant(name, killedBy, (_bare, sound) => (spec, options) => {
    const emit = change((envelope) => options.onEvent?.(envelope))
    return sound(spec, { signal: options.signal, onEvent: emit })
  })

const withOutcome = (name: string, killedBy: string, change: (outcome: StepOutcome) => StepOutcome): ExecutorMutant =>
  mutant(name, killedBy, (_bare, sound) => async (spec, options) => change(await sound(spec, options)))

const without = (outcome: StepOutcome, field: keyof StepOutcome): StepOutcome => {
  const { [field]: _left, ...rest } = outcome
  return rest as StepOutcome
}

const outcomeMutants: readonly ExecutorMutant[] = [
  withOutcome('loses the structured result', 'executor.outcome', (outcome) => without(outcome, 'structured')),
  withOutcome('forgets the usage', 'executor.outcome', (outcome) => ({ ...outcome, usage: { ...outcome.usage, reasoning: 0 } })),
  mutant(
    'drops fields of the spec',
    'executor.outcome',
    (_bare, sound) =>
      ({ authority: _dropped, ...spec }, options) =>
        sound(spec, options),
  ),
  mutant('loses what the caller lets the step do', 'executor.outcome', (_bare, sound) => (spec, options) => {
    const { policies: _lost, ...authority } = spec.authority ?? {}
    return sound({ ...spec, authority }, options)
  }),
  withOutcome('cuts long outputs', 'executor.outcome_large', (outcome) => ({ ...outcome, output: outcome.output.slice(0, 65_536) })),
  withOutcome('loses what a step waits for', 'executor.suspended', (outcome) => without(outcome, 'waitingFor')),
  mutant('rejects instead of failing', 'executor.failure', (bare) => bare),
  withOutcome('does not say why a step failed', 'executor.failure', (outcome) =>
    outcome.success ? outcome : { ...outcome, output: 'failed' },
  ),
  withOutcome('forgets the code of an error', 'executor.failure_code', (outcome) => without(outcome, 'code')),
  mutant('refuses what is more than makes sense', 'executor.many', (_bare, sound) => {
    let running = 0
    return async (spec, options) => {
      if (running >= 8) return failedStep(spec, 'too many')
      running += 1
      return sound(spec, options).finally(() => (running -= 1))
    }
  }),
  mutant('makes its own failed outcome', 'executor.failure_value', (_bare, sound) => async (spec, options) => {
    const outcome = await sound(spec, options)
    return outcome.status === 'failed' ? failedStep(spec, outcome.output) : outcome
  }),
  mutant(
    'passes on the outcome of another task',
    'executor.identity',
    (bare) => (spec, options) => bare(spec, options).catch((error: unknown) => failedStep(spec, toMessage(error))),
  ),
  withOutcome('mislabels the outcome', 'executor.outcome', (outcome) => ({ ...outcome, taskId: `task-${outcome.taskId}` })),
]

const eventMutants: readonly ExecutorMutant[] = [
  mutant('sends events after settling', 'executor.events_late', (bare) => bare),
  withEvents('loses an event', 'executor.events', (emit) => {
    let count = 0
    return (envelope) => {
      count += 1
      if (count !== 100) emit(envelope)
    }
  }),
  withEvents('lets the outcome overtake the last event', 'executor.events', (emit) => {
    let held: Envelope | undefined
    return (envelope) => {
      if (held !== undefined) emit(held)
      held = envelope
    }
  }),
  withEvents('sends an event twice', 'executor.events', (emit) => {
    let count = 0
    return (envelope) => {
      count += 1
      emit(envelope)
      if (count === 100) emit(envelope)
    }
  }),
  withEvents('swaps events', 'executor.events', (emit) => {
    let held: Envelope | undefined
    return (envelope) => {
      if (held === undefined) return void (held = envelope)
      emit(envelope)
      emit(held)
      held = undefined
    }
  }),
  withEvents('leaves out what is large', 'executor.events_large', (emit) => (envelope) => {
    if (JSON.stringify(envelope).length < 65_536) emit(envelope)
  }),
  withEvents('cuts long texts of events', 'executor.events_large', (emit) => (envelope) => {
    const { event } = envelope
    emit(event.type === 'text_delta' ? { ...envelope, event: { ...event, text: event.text.slice(0, 65_536) } } : envelope)
  }),
  withEvents('loses the cursor', 'executor.events', (emit) => (envelope) => emit({ ...envelope, cursor: '' })),
  mutant(
    'calls a listener that is not there',
    'executor.no_listener',
    (_bare, sound) =>
      (spec, { signal, onEvent }) =>
        sound(spec, { signal, onEvent: onEvent ?? (undefined as never as (envelope: Envelope) => void) }).then((outcome) =>
          onEvent === undefined ? failedStep(spec, 'onEvent is not a function') : outcome,
        ),
  ),
  mutant('rejects when a listener throws', 'executor.listener_throws', (bare) => bare),
  mutant('swallows what a listener throws', 'executor.listener_throws', (_bare, sound) => (spec, { signal, onEvent }) => {
    const quiet = (envelope: Envelope): void => {
      try {
        onEvent?.(envelope)
      } catch {}
    }
    return sound(spec, { signal, onEvent: quiet })
  }),
  mutant('sends every event to the newest listener', 'executor.concurrent', (_bare, sound) => {
    let newest: ((envelope: Envelope) => void) | undefined
    return (spec, { signal, onEvent }) => {
      newest = onEvent
      return sound(spec, { signal, onEvent: (envelope) => newest?.(envelope) })
    }
  }),
  mutant('finds the listener by taskId', 'executor.same_task', (_bare, sound) => {
    const listeners = new Map<string, ((envelope: Envelope) => void) | undefined>()
    return (spec, { signal, onEvent }) => {
      listeners.set(spec.taskId, onEvent)
      return sound(spec, { signal, onEvent: (envelope) => listeners.get(spec.taskId)?.(envelope) })
    }
  }),
]

const cancelMutants: readonly ExecutorMutant[] = [
  mutant(
    'swallows the abort',
    'executor.cancel',
    (bare) =>
      (spec, { onEvent }) =>
        bare(spec, { signal: neverAborted(), ...(onEvent === undefined ? {} : { onEvent }) }),
  ),
  mutant('rejects while the far side goes on', 'executor.cancel', (_bare, sound) => (spec, { signal, onEvent }) => {
    const running = sound(spec, { signal: neverAborted(), ...(onEvent === undefined ? {} : { onEvent }) })
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      running.then(resolve, reject)
    })
  }),
  mutant(
    'rejects with an error of its own',
    'executor.cancel',
    (_bare, sound) => (spec, options) => sound(spec, options).catch((error: unknown) => Promise.reject(new Error(toMessage(error)))),
  ),
  mutant(
    'resolves a cancelled step as failed',
    'executor.cancel',
    (_bare, sound) => (spec, options) => sound(spec, options).catch((error: unknown) => failedStep(spec, toMessage(error))),
  ),
  mutant('waits for work that does not stop', 'executor.cancel_ignored', (bare) => bare),
  mutant('cancels every step with one', 'executor.cancel_one', (_bare, sound) => {
    const all = new AbortController()
    return (spec, { signal, onEvent }) => {
      signal.addEventListener('abort', () => all.abort(signal.reason), { once: true })
      return sound(spec, { signal: AbortSignal.any([signal, all.signal]), ...(onEvent === undefined ? {} : { onEvent }) })
    }
  }),
  mutant('forgets a cancel while another is under way', 'executor.cancel_all', (_bare, sound) => {
    let cancelling = false
    return (spec, { signal, onEvent }) => {
      const inner = new AbortController()
      const running = sound(spec, { signal: inner.signal, ...(onEvent === undefined ? {} : { onEvent }) })
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          reject(signal.reason as Error)
          if (cancelling) return
          cancelling = true
          inner.abort(signal.reason)
        }
        signal.addEventListener('abort', stop, { once: true })
        running.then(resolve, reject)
      })
    }
  }),
  mutant('goes on telling until its promise has settled', 'executor.cancel_in_listener', (bare) => (spec, { signal, onEvent }) => {
    const options = { signal, ...(onEvent === undefined ? {} : { onEvent }) }
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      bare(spec, options).then(resolve, reject)
    })
  }),
  mutant('starts though cancelled', 'executor.cancelled_before', (bare, sound) => (spec, options) => {
    if (options.signal.aborted) void bare(spec, options)
    return sound(spec, options)
  }),
  mutant('leaves a listener on the signal for each turn that a step waits', 'executor.signal_left', (_bare, sound) => {
    let before: Promise<unknown> | undefined
    return async (spec, options) => {
      if (before !== undefined) options.signal.addEventListener('abort', () => {}, { once: true })
      const turn = (before ?? Promise.resolve()).then(() => sound(spec, options))
      before = turn.catch(() => {})
      return turn
    }
  }),
  mutant('leaves a listener on the signal', 'executor.signal_left', (_bare, sound) => (spec, options) => {
    options.signal.addEventListener('abort', () => {})
    return sound(spec, options)
  }),
]

/** Every mutant is rejected by the case in its `killedBy`. */
export const agentExecutorMutants: readonly ExecutorMutant[] = [...outcomeMutants, ...eventMutants, ...cancelMutants]
