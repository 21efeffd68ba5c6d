/** Workers elsewhere for tests: they spend what they are told to, never more than they were granted, and remember their steps. */
import {
  type Agent,
  budgetLedger,
  createAgent,
  type AgentOptions,
  type BudgetLedger,
  jsonSchema,
  stepTool,
  systemHost,
  type Host,
} from '../../src/index.ts'
import type { AgentExecutor, AgentStepSpec, Envelope, LlmClient, SessionStore, StepOutcome, WaitingFor } from '../../src/kit.ts'
import { failedStep } from '../../src/kit.ts'
import { callOf } from '../../src/testing.ts'
import { entriesOf } from '../orchestration/ledgers.ts'
import { modelOf, turnsOf } from './families.ts'

/** What waits before it tries again does not take its time here. */
const { clock, ...rest } = systemHost()
export const hasty: Host = {
  ...rest,
  clock: {
    ...clock,
    sleep: async (_, { signal } = {}) => {
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  },
}

export const usageOf = (output: number): StepOutcome['usage'] => ({ input: 0, output, cacheRead: 0, cacheWrite: 0, reasoning: 0 })

/** What a step does, by the number of its task: how much it takes, in how many turns, and what becomes of its worker. */
export type Fate = {
  readonly tokens: number
  readonly turns: number
  /** `mute`: the worker is gone before anything was heard. `hangs`: nothing is heard of it any more. */
  readonly end: 'ends' | 'asks' | 'gone' | 'mute' | 'unbegun' | 'hangs'
}

/** Each step spends once, however often it is asked for. */
export class FarWorker implements AgentExecutor {
  readonly contract = 1 as const
  readonly concurrencyHint: number = 3
  readonly asked: AgentStepSpec[] = []
  /** Resolves when a step hangs. */
  readonly hung: PromiseWithResolvers<void> = Promise.withResolvers()
  /** By step: what it really took. */
  readonly spent: Map<string, number> = new Map()
  readonly #asking = new Map<string, boolean>()
  readonly #fateOf: (spec: AgentStepSpec, asked: number) => Fate

  constructor(fateOf: (spec: AgentStepSpec, asked: number) => Fate) {
    this.#fateOf = fateOf
  }

  get total(): number {
    return [...this.spent.values()].reduce((sum, tokens) => sum + tokens, 0)
  }

  async executeStep(spec: AgentStepSpec, { signal, onEvent }: Parameters<AgentExecutor['executeStep']>[1]): Promise<StepOutcome> {
    this.asked.push(spec)
    const { taskId, answers } = spec
    const fate = this.#fateOf(spec, this.asked.length)
    if (fate.end === 'unbegun') return { ...failedStep(spec, 'Nobody is there'), code: 'executor_unavailable', begun: false }
    const most = spec.authority?.budget?.tokens ?? Infinity
    const before = this.spent.get(taskId) ?? 0
    const whole = Math.min(fate.tokens, most)
    const half = fate.end === 'asks' && answers === undefined && !this.#asking.get(taskId) ? Math.floor(whole / 2) : whole
    const spent = Math.max(before, half)
    this.spent.set(taskId, spent)
    await new Promise((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    if (fate.end === 'mute') return { ...failedStep(spec, 'The worker is gone'), code: 'executor_unavailable' }
    const told = fate.end === 'gone' ? Math.floor(spent / 2) : spent
    for (const event of turnsIn(told, fate.turns)) onEvent?.(event)
    if (fate.end === 'gone') return { ...failedStep(spec, 'The worker is gone'), code: 'executor_unavailable' }
    if (fate.end === 'hangs') {
      this.hung.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }
    const base = { ...failedStep(spec, 'done', usageOf(spent)) }
    if (half < whole) {
      this.#asking.set(taskId, true)
      return { ...base, status: 'suspended', waitingFor: [requestOf(spec)] }
    }
    return { ...base, success: true, status: 'completed' }
  }
}

function turnsIn(tokens: number, turns: number): Envelope[] {
  const base = { sessionId: 'far', runId: 'far', timestamp: 0, durable: true, cursor: '' }
  const message = { role: 'assistant' as const, content: [] }
  return Array.from({ length: turns }, (_, index) => {
    const usage = usageOf(index === 0 ? tokens - Math.floor(tokens / turns) * (turns - 1) : Math.floor(tokens / turns))
    return { ...base, event: { type: 'turn_end', turn: index + 1, attempt: 1, message, usage, stopReason: 'end_turn' } }
  })
}

const requestOf = ({ taskId }: AgentStepSpec): WaitingFor => ({
  requestId: `ask-${taskId}`,
  kind: 'question',
  sessionId: 'far',
  runId: 'far',
  callId: '1.0',
  toolName: 'ask_user',
  args: { question: 'Well?' },
  accesses: [],
  reason: 'Well?',
})

export type Caller = Partial<AgentOptions> & {
  readonly store: SessionStore
  readonly worker: AgentExecutor
  readonly ledger: AgentOptions['budget'] & object
  /** Calls, one after the other, and tasks of each. */
  readonly calls?: readonly number[]
  readonly llm?: LlmClient
}

/** An agent that gives so many tasks with each of its calls. */
export function caller({ store, worker, ledger, calls = [1], llm, ...options }: Caller): Agent {
  const there = stepTool<{ readonly tasks: number }>({
    name: 'there',
    description: 'Does it there.',
    input: jsonSchema<{ readonly tasks: number }>({ type: 'object', properties: { tasks: { type: 'integer' } }, required: ['tasks'] }),
    access: () => [],
    executor: worker,
    policies: [],
    tasksOf: ({ tasks }) => Array.from({ length: tasks }, (_, index) => ({ agent: 'default', description: `${index}`, prompt: 'p' })),
  })
  const own = modelOf(
    (request) => {
      const tasks = calls[turnsOf(request)]
      return tasks === undefined ? 'done' : [callOf('there', { tasks })]
    },
    { model: { maxOutputTokens: 20, price: { input: 1, output: 1 } } },
  )
  return createAgent({ llm: llm ?? own, store, tools: [there], budget: ledger, host: hasty, ...options })
}

export const ledgerOn = (store: SessionStore, limits: Parameters<typeof budgetLedger>[1]['limits'], more: object = {}): BudgetLedger =>
  budgetLedger(store, { root: 'day', limits, host: hasty, patienceMs: 20, ...more })

/** What was used and set aside together, after each record of the ledger. */
export async function peaksOf(store: SessionStore): Promise<readonly number[]> {
  const open = new Map<string, number>()
  let used = 0
  return (await entriesOf(store, 'day')).map((entry) => {
    if (entry.type === 'reserved') open.set(entry.id, entry.amount.tokens)
    if (entry.type === 'settled') open.delete(entry.id)
    if (entry.type === 'settled' || entry.type === 'overrun') used += entry.amount.tokens
    return used + [...open.values()].reduce((sum, tokens) => sum + tokens, 0)
  })
}
