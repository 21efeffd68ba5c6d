/** What the tests of workflows share: steps, executors that remember what they were asked, and readings of events and logs. */
import { type AgentStepSpec, type Envelope, memoryStore, type StepOutcome, type WorkflowEvent, type WorkflowStep } from '../../src/index.ts'
import type { AgentExecutor, ExecuteOptions, SessionStore, Usage } from '../../src/kit.ts'

export const step = (taskId: string, rest: Partial<WorkflowStep> = {}): WorkflowStep => ({
  taskId,
  agent: 'explore',
  description: `describes ${taskId}`,
  prompt: `prompt of ${taskId}`,
  ...rest,
})

export const steps = (...ids: readonly string[]): WorkflowStep[] => ids.map((id) => step(id))

export const tokens = (input: number, output = 0): Usage => ({ input, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })

export const outcomeOf = (spec: AgentStepSpec, rest: Partial<StepOutcome> = {}): StepOutcome => ({
  taskId: spec.taskId,
  agent: spec.agent,
  sessionId: spec.sessionId ?? `session-of-${spec.taskId}`,
  output: `did: ${spec.prompt}`,
  success: (rest.status ?? 'completed') === 'completed',
  status: 'completed',
  usage: tokens(10, 5),
  ...rest,
})

type Work = (spec: AgentStepSpec, options: ExecuteOptions) => Partial<StepOutcome> | void | Promise<Partial<StepOutcome> | void>

export interface AskedExecutor extends AgentExecutor {
  /** Every step that was asked, in order. */
  readonly asked: readonly AgentStepSpec[]
  readonly ids: readonly string[]
  /** How many were at work at once at the most. */
  readonly most: number
}

/** An executor whose steps do the given work, and then answer with what it says. */
export function executorOf(work: Work = () => {}, concurrencyHint: number = 8): AskedExecutor {
  const asked: AgentStepSpec[] = []
  let running = 0
  let most = 0
  return {
    contract: 1,
    concurrencyHint,
    asked,
    get ids() {
      return asked.map(({ taskId }) => taskId)
    },
    get most() {
      return most
    },
    async executeStep(spec, options) {
      asked.push(spec)
      most = Math.max(most, ++running)
      try {
        return outcomeOf(spec, (await work(spec, options)) ?? {})
      } finally {
        running--
      }
    },
  }
}

/** Opens one by one what waits at it. */
export function gates(): { wait(id: string): Promise<void>; open(id: string): void } {
  const all = new Map<string, PromiseWithResolvers<void>>()
  const of = (id: string): PromiseWithResolvers<void> => {
    const gate = all.get(id) ?? Promise.withResolvers<void>()
    all.set(id, gate)
    return gate
  }
  return { wait: (id) => of(id).promise, open: (id) => of(id).resolve() }
}

/** Waits until something is so, letting promises that are decided take their course. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 2000) throw new Error(`It never came: ${holds.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export const outputs = (outcomes: readonly (StepOutcome | null)[]): readonly (string | undefined)[] => outcomes.map((each) => each?.output)

export const statuses = (outcomes: readonly (StepOutcome | null)[]): readonly (string | undefined)[] => outcomes.map((each) => each?.status)

/** Events as short words, in order. */
export function told(): { readonly events: WorkflowEvent[]; readonly onEvent: (event: WorkflowEvent) => void; types(): readonly string[] } {
  const events: WorkflowEvent[] = []
  return {
    events,
    onEvent: (event) => void events.push(event),
    types: () => events.map((event) => ('key' in event ? `${event.type} ${event.key}` : event.type)),
  }
}

type StoredRecord = { readonly type: string; readonly key?: string; readonly [field: string]: unknown }

/** What a workflow's log holds. */
export async function logOf(store: SessionStore, rootId: string): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = []
  for await (const { record } of store.read(`workflow/${rootId}`))
    records.push(JSON.parse(record.slice(record.indexOf('{'))) as StoredRecord)
  return records
}

/** The same store with its workflow log's records rewritten. */
export async function rewritten(
  store: SessionStore,
  rootId: string,
  change: (record: string, offset: number) => string,
): Promise<SessionStore> {
  const other = memoryStore()
  const records: string[] = []
  for await (const { record, offset } of store.read(`workflow/${rootId}`)) records.push(change(record, offset))
  await other.append(`workflow/${rootId}`, records, { expected: 0 })
  return other
}

/** The nth turn of a step came to its end, having used so many tokens. */
export const turnEnd = (spec: AgentStepSpec, usage: Usage): Envelope => ({
  cursor: '',
  durable: true,
  sessionId: spec.sessionId ?? spec.taskId,
  runId: 'run',
  timestamp: 0,
  event: { type: 'turn_end', turn: 1, attempt: 1, message: { role: 'assistant', content: [] }, usage, stopReason: 'end_turn' },
})

/** What a promise is rejected with; watched from now on. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
