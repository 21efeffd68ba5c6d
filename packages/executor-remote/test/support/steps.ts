/** Steps, outcomes and executors for tests. */
import type { AgentExecutor, AgentStepSpec, Envelope, StepOutcome } from '@seamfold/core/kit'
import type { StepHandler } from '@seamfold/core/testing'

export const never = (): AbortSignal => new AbortController().signal

export const specOf = (taskId: string, prompt: string = taskId): AgentStepSpec => ({
  taskId,
  agent: 'explore',
  description: 'look',
  prompt,
})

export const outcomeOf = ({ taskId, agent }: AgentStepSpec, output: string): StepOutcome => ({
  taskId,
  sessionId: `session-of-${taskId}`,
  agent,
  output,
  success: true,
  status: 'completed',
  usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
})

export const eventOf = (
  { taskId }: AgentStepSpec,
  index: number,
  { durable = false, text = String(index) }: { readonly durable?: boolean; readonly text?: string } = {},
): Envelope => ({
  cursor: `${taskId}/${index}`,
  durable,
  sessionId: `session-of-${taskId}`,
  runId: 'run',
  timestamp: index,
  event: { type: 'text_delta', text, turn: 1, attempt: 1, block: 0, start: index },
})

/** An executor that does this in the process. */
export const executorOf = (handler: StepHandler, concurrencyHint: number = 64): AgentExecutor => ({
  contract: 1,
  concurrencyHint,
  executeStep: (spec, { signal, onEvent }) => handler(spec, { signal, onEvent: (envelope) => onEvent?.(envelope) }),
})

/** Emits so many events, yielding between them now and then, and then answers. */
export const streaming = (count: number): AgentExecutor =>
  executorOf(async (spec, { onEvent }) => {
    for (let index = 0; index < count; index++) {
      if (index % 7 === 3) await new Promise((resolve) => setImmediate(resolve))
      onEvent(eventOf(spec, index, { durable: true }))
    }
    return outcomeOf(spec, `streamed ${count}`)
  })

/** A promise and the function that resolves it. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

export function gate(): Gate {
  const holder = { open: (): void => {} }
  const opened = new Promise<void>((resolve) => {
    holder.open = resolve
  })
  return { opened, open: () => holder.open() }
}
