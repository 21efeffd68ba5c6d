/** Steps, outcomes and events for the executor suite, and the means to wait for what the far side does. */
import type { Envelope } from '../model/event.ts'
import type { AgentStepSpec, StepOutcome } from '../model/step.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'

/** What the far side does with a step. */
export type StepHandler = (
  spec: AgentStepSpec,
  options: { readonly signal: AbortSignal; onEvent(envelope: Envelope): void },
) => Promise<StepOutcome>

/** What the suite judges: a way to an executor whose far side is the given handler. */
export interface ExecutorSubject {
  through(handler: StepHandler): Promise<AgentExecutor>
}

/** A signal that never fires. */
export const neverAborted = (): AbortSignal => new AbortController().signal

export const stepSpec = (taskId: string, prompt = `prompt of ${taskId}`): AgentStepSpec => ({
  taskId,
  agent: 'explore',
  description: `describes ${taskId}`,
  prompt,
})

export const stepOutcome = ({ taskId, agent }: AgentStepSpec, output: string): StepOutcome => ({
  taskId,
  sessionId: `session-of-${taskId}`,
  agent,
  output,
  success: true,
  status: 'completed',
  usage: { input: 11, output: 7, cacheRead: 5, cacheWrite: 3, reasoning: 2 },
})

/** The nth event of a step: every fourth is a fact. */
export const stepEvent = ({ taskId, prompt }: AgentStepSpec, index: number): Envelope => ({
  cursor: `${taskId}/${Math.floor(index / 4)}`,
  durable: index % 4 === 0,
  sessionId: `session-of-${taskId}`,
  runId: `run-of-${taskId}`,
  timestamp: 1_700_000_000_000 + index,
  event:
    index % 4 === 0
      ? { type: 'turn_start', turn: index, attempt: 1 }
      : { type: 'text_delta', text: `${prompt}: ${index} “é😀”\n`, turn: 1, attempt: 1, block: 0, start: index },
})

/** The first `count` events of a step. */
export const stepEvents = (spec: AgentStepSpec, count: number): readonly Envelope[] =>
  Array.from({ length: count }, (_, index) => stepEvent(spec, index))

/** A promise and the function that resolves it. */
export interface Gate<T> {
  readonly opened: Promise<T>
  open(value: T): void
}

export function gate<T>(): Gate<T> {
  const holder: { open: (value: T) => void } = { open: () => {} }
  const opened = new Promise<T>((resolve) => {
    holder.open = resolve
  })
  return { opened, open: (value) => holder.open(value) }
}

/** The promise, or an error in words when it takes more than `ms` milliseconds. Default: 4,000. */
export function within<T>(promise: Promise<T>, what: string, ms = 4000): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: still waiting after ${ms} ms`)), ms)
    void promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Rejects with the signal's reason once it fires, as work that listens to its signal does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
