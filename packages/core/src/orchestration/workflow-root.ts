/** What a workflow and all its scopes share: the executor, the log, the budget, the listeners. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { type Host, systemHost } from '../base/host.ts'
import { type ChildSignal, childSignal } from '../base/signals.ts'
import { sendToInbox } from '../journal/inbox.ts'
import { inboxKey } from '../journal/keys.ts'
import type { AnswerDecision, WaitingFor } from '../model/event.ts'
import { answerProblem, given } from '../model/answer.ts'
import type { StepOutcome } from '../model/step.ts'
import { addUsage, noUsage, type Usage } from '../model/usage.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import { guardedExecutor } from './guarded-executor.ts'
import { isStoredEnd } from './stored-end.ts'
import { type Call, type RunnerParts, StepRunner } from './step-runner.ts'
import type { WorkflowBudget } from './workflow-budget.ts'
import { WorkflowLog } from './workflow-log.ts'
import type { WorkflowEvent, WorkflowListener, WorkflowOptions } from './workflow-types.ts'

/** Milliseconds between looks at the inboxes of suspended steps. */
const POLL_MS = 250

/** A suspended step: which of its inbox was there when it was last asked, which deadline had passed, and how to ask it again at once. */
type Waiting = { seen: number; late: number; readonly requests: readonly WaitingFor[]; wake: () => void }

export class WorkflowRoot {
  readonly rootId: string
  readonly budget: WorkflowBudget | undefined
  readonly host: Host
  readonly #options: WorkflowOptions
  readonly #executor: AgentExecutor
  readonly #control: ChildSignal
  /** What steps see of it: with a store they are left where they stand, to be gone on with when the root runs again. */
  readonly #toSteps: AbortSignal
  readonly #listeners = new Set<WorkflowListener>()
  readonly #waiting = new Map<string, Waiting>()
  /** Of all steps, also those that another process saw end. */
  usage: Usage = noUsage
  #log: Promise<WorkflowLog | undefined> | undefined
  #closed = false

  constructor(options: WorkflowOptions) {
    if (typeof options?.executor !== 'object') refuse('A workflow needs an executor: new Workflow({ executor: agent.executor() })')
    this.#options = options
    this.#executor = guardedExecutor(options.executor)
    this.host = options.host ?? systemHost()
    this.rootId = options.rootId ?? this.host.id('wf')
    this.budget = options.budget
    this.#control = childSignal(options.signal)
    checkOptions(options, this.rootId)
    const { signal } = this.#control
    this.#toSteps = options.store ? childSignal(signal, (reason) => lost(this.rootId, reason)).signal : signal
    if (options.onEvent) this.#listeners.add(options.onEvent)
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  get concurrencyHint(): number {
    return this.#executor.concurrencyHint ?? 1
  }

  /** Reads and claims the log, once. Undefined where there is no store. */
  open(): Promise<WorkflowLog | undefined> {
    if (this.#closed)
      throw new AgentError('invalid_argument', `Workflow ${this.rootId} was closed: make a new one with the same rootId to go on`)
    this.#log ??= this.#open()
    return this.#log
  }

  async #open(): Promise<WorkflowLog | undefined> {
    const { store, leases } = this.#options
    if (store === undefined) return undefined
    const { rootId, host, signal } = this
    const log = await WorkflowLog.open({ store, leases, rootId, host, signal, onLost: (error) => this.#control.abort(error) })
    this.usage = log.found.usage
    this.budget?.restore(rootId, log.found.used)
    await this.budget?.settleEnded(rootId, log.found.steps)
    return log
  }

  /** A runner for one call. `signal` stops this call only. */
  async runner(pending: number, signal?: AbortSignal): Promise<StepRunner> {
    const log = await this.open()
    const { store } = this.#options
    const both = (own: AbortSignal): AbortSignal => (signal === undefined ? own : AbortSignal.any([own, signal]))
    const call: Call = { signal: both(this.signal), toSteps: both(this.#toSteps), pending }
    call.signal.throwIfAborted()
    const parts: RunnerParts = {
      executor: this.#executor,
      host: this.host,
      rootId: this.rootId,
      onStepEvent: this.#options.onStepEvent,
      budget: this.budget,
      log,
      onChanged: this.#options.onChanged ?? 'stop',
      emit: this.#listeners.size === 0 ? undefined : (event) => this.emit(event),
      used: (usage) => (this.usage = addUsage(this.usage, usage)),
      answered: this.#options.suspended === 'wait' ? (outcome, stop) => this.#answered(outcome, stop) : undefined,
      hasEnded: store && ((outcome) => isStoredEnd(outcome, { store, host: this.host })),
    }
    return new StepRunner(parts, call)
  }

  /** Throws `workflow_suspended` where some of these wait for answers. */
  settled<T extends StepOutcome | null>(outcomes: T[]): T[] {
    const waiting = outcomes.filter((outcome) => outcome?.status === 'suspended')
    if (waiting.length === 0) return outcomes
    throw suspendedError(
      this.rootId,
      waiting.flatMap((outcome) => outcome?.waitingFor ?? []),
    )
  }

  emit(event: WorkflowEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  subscribe(listener: WorkflowListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async answer(requestId: string, answer: AnswerDecision): Promise<void> {
    const found = [...this.#waiting].flatMap(([sessionId, waiting]) =>
      waiting.requests.filter((each) => each.requestId === requestId).map((request) => ({ sessionId, waiting, request })),
    )[0]
    const { store, answerKey } = this.#options
    if (found === undefined || store === undefined)
      throw new AgentError('request_not_found', `Workflow ${this.rootId} has no step that waits for '${requestId}' here`)
    const { sessionId, waiting, request } = found
    const said = await given(request, answer, { key: answerKey, now: this.host.clock.now() })
    const problem = await answerProblem(request, said, { key: answerKey, carried: true })
    if (problem !== undefined) throw new AgentError('invalid_argument', problem)
    await sendToInbox(store, sessionId, { entry: { type: 'answer', requestId, answer: said }, from: 0 })
    waiting.wake()
  }

  async close(options: { readonly discard?: boolean } = {}): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#control.abort(new AgentError('cancelled', `Workflow ${this.rootId} was closed`))
    this.#control.release()
    const log = await this.#log?.catch(() => undefined) // whoever opened it was told
    await log?.close(options).catch(() => {}) // it was told before, or the claim is taken over without the release
  }

  /** Resolves when the step's inbox holds something that it had not when it was last asked, or a deadline has passed since. */
  async #answered({ sessionId, waitingFor = [] }: StepOutcome, signal: AbortSignal): Promise<void> {
    const { seen = 0, late = 0 } = this.#waiting.get(sessionId) ?? {}
    const deadline = Math.min(...waitingFor.map((request) => request.deadline ?? Infinity).filter((each) => each > late))
    const waiting: Waiting = {
      seen,
      late,
      requests: waitingFor,
      wake: () => {},
    }
    this.#waiting.set(sessionId, waiting)
    for (;;) {
      const length = await this.#inboxLength(sessionId, waiting.seen)
      const grown = length > waiting.seen
      waiting.seen = length
      if (grown) return
      const leftMs = deadline - this.host.clock.now()
      if (leftMs <= 0) {
        waiting.late = deadline
        return
      }
      const stop = childSignal(signal)
      waiting.wake = () => stop.abort(waiting)
      try {
        await this.host.clock.sleep(Math.min(POLL_MS, leftMs), { signal: stop.signal })
      } catch (error) {
        if (error !== waiting) throw error
      } finally {
        stop.release()
      }
    }
  }

  async #inboxLength(sessionId: string, from: number): Promise<number> {
    let length = from
    const { store } = this.#options
    if (store) for await (const { offset } of store.read(inboxKey(sessionId), { from })) length = offset + 1
    return length
  }
}

const lost = (rootId: string, reason: unknown): AgentError =>
  isAgentError(reason, 'workflow_lost')
    ? reason
    : new AgentError('workflow_lost', `Workflow ${rootId} was stopped: ${toMessage(reason)}`, { cause: reason })

const refuse = (words: string): never => {
  throw new AgentError('invalid_argument', words)
}

function checkOptions({ onChanged = 'stop', suspended = 'stop', store }: WorkflowOptions, rootId: unknown): void {
  if (typeof rootId !== 'string' || rootId === '') refuse('A rootId is a text that is not empty: leave it out to get a new one')
  if (!['stop', 'rerun', 'reuse'].includes(onChanged)) refuse(`onChanged is '${onChanged}': give 'stop', 'rerun' or 'reuse'`)
  if (!['stop', 'wait'].includes(suspended)) refuse(`suspended is '${suspended}': give 'stop' or 'wait'`)
  if (suspended === 'wait' && store === undefined)
    refuse("suspended: 'wait' needs a store: the answers to wait for come through it. Give the one of the steps' agents")
}

const suspendedError = (rootId: string, waitingFor: readonly WaitingFor[]): AgentError =>
  new AgentError(
    'workflow_suspended',
    `Workflow ${rootId} waits for ${waitingFor.map(({ toolName, requestId }) => `${toolName} (${requestId})`).join(', ') || 'an answer'}: answer in the step's session, and run the workflow with the same rootId again`,
    { details: { rootId, waitingFor } },
  )
