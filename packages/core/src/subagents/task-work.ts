/** The tasks of one segment of a run: those that a call waits for, and those in the background. */
import { orderedParallel } from '../base/ordered-parallel.ts'
import { type ChildSignal, childSignal, orAborted } from '../base/signals.ts'
import type { WaitingFor } from '../model/event.ts'
import { userText } from '../model/message.ts'
import type { StepBudget } from '../model/step.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import type { RunContext, ToolInvocation, ToolOutcome, TurnReport, Verdict } from '../loop/middleware.ts'
import { type ChildJob, type ChildResult, type ChildSetting, runChild, taskIdOf } from './child-run.ts'
import { DEFAULT_DEPTH } from './child-options.ts'
import { type Child, isOpen } from './children.ts'
import { grantOf, isNested } from './grants.ts'
import { type Task, taskFromJson, type TaskInput, tasksOf } from './task-input.ts'
import { callResult, endText, type Settled } from './task-result.ts'
import type { TaskState } from './task-state.ts'

const DEFAULT_CONCURRENCY = 8

/** The call that gives the tasks; `key` is the digest of its identity. */
type Call = { readonly callId: string; readonly key: string; readonly signal: AbortSignal }

export class TaskWork {
  readonly #setting: ChildSetting
  readonly #state: () => TaskState
  /** Tasks in the background that are under way here, or wait. */
  readonly #background = new Map<string, Promise<ChildResult>>()
  /** What tasks in the background are stopped with. */
  readonly #control: ChildSignal
  /** Nested calls that are under way here. */
  readonly #nested = new Set<string>()

  constructor(setting: ChildSetting, state: () => TaskState) {
    this.#setting = setting
    this.#state = state
    this.#control = childSignal(setting.run.signal)
  }

  /** The call's own work is put in place of the tool's, so that it can wait for a person as a call does. */
  async pass(invocation: ToolInvocation, next: (invocation: ToolInvocation) => Promise<ToolOutcome>): Promise<ToolOutcome> {
    let waiting: readonly WaitingFor[] = []
    const execute: ToolInvocation['tool']['execute'] = async (input, { callId, idempotencyKey, signal }) => {
      const done = await this.#execute(input as TaskInput, { callId, key: idempotencyKey, signal })
      waiting = done.waiting
      return done.result
    }
    const outcome = await next({ ...invocation, tool: { ...invocation.tool, execute } })
    return waiting.length > 0 ? { type: 'suspended', waitingFor: waiting } : outcome
  }

  /** A nested call counts from here on, also while it waits for its place: no fact tells of it yet. */
  async count(invocation: ToolInvocation, next: (invocation: ToolInvocation) => Promise<ToolOutcome>): Promise<ToolOutcome> {
    const { callId } = invocation
    if (!isNested(callId)) return next(invocation)
    this.#nested.add(callId)
    return next(invocation).finally(() => this.#nested.delete(callId))
  }

  /** A call that waits for a person ends the segment: not before every task in the background waits too, or has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#background.values())
  }

  /** The run has ended, and nobody waits for its tasks any more. */
  async stop(reason: unknown): Promise<void> {
    this.#control.abort(reason)
    this.#control.release()
    await this.idle()
  }

  /** Those of an earlier process go on. */
  resumeBackground(): void {
    for (const child of this.#open()) this.#launch(child).catch(() => {}) // who waits for it is told
  }

  /** A run ends when its tasks have: the model is told of each, and waits for those that are left. */
  async decide({ calls }: TurnReport): Promise<Verdict | undefined> {
    const { run } = this.#setting
    for (;;) {
      const ended = [...this.#state().children.values()].flatMap(({ start, end, told }) => (start.background && end && !told ? [end] : []))
      if (ended.length > 0) return { type: 'continue', inject: [userText(ended.map(endText).join('\n\n'))] }
      const open = this.#open()
      if (open.length === 0 || calls.length > 0) return undefined
      const results = open.map((child) => this.#launch(child))
      const spoken = await this.#firstNews(results)
      if (spoken === 'steered') return { type: 'continue' }
      const waiting = await this.#waiting(open)
      if (waiting !== undefined) return { type: 'suspend', waitingFor: waiting }
      run.signal.throwIfAborted()
    }
  }

  async #execute(input: TaskInput, call: Call): Promise<{ result: ToolResult; waiting: readonly WaitingFor[] }> {
    const tasks = tasksOf(input)
    if (typeof tasks === 'string') return { result: failed(tasks, { kind: 'invalid_input' }), waiting: [] }
    if (input.collect !== undefined) return { result: await this.#collect(input.collect, input.wait ?? true, call.signal), waiting: [] }
    const { depth, options } = this.#setting.team
    const { maxDepth = DEFAULT_DEPTH } = options
    if (depth > maxDepth)
      return {
        result: failed(`Agents give tasks to agents at most ${maxDepth} deep, and that is how deep this one is: do it yourself.`),
        waiting: [],
      }
    if (input.background === true) return { result: await this.#inBackground(tasks, call), waiting: [] }
    const jobs = tasks.map((task, index) =>
      this.#job({ ...this.#place(call, index), task, signal: call.signal, tasks: tasks.length, background: false }),
    )
    const { concurrency = DEFAULT_CONCURRENCY } = this.#setting.team.options
    const results = await orderedParallel(jobs, concurrency, (job) => runChild(this.#setting, job))
    const waiting = results.flatMap((each) => (each.type === 'waiting' ? each.waitingFor : []))
    if (waiting.length > 0) return { result: succeeded('It waits for an answer.'), waiting }
    return { result: callResult(results.filter(isSettled), input.allow_partial_failure ?? false), waiting: [] }
  }

  async #inBackground(tasks: readonly Task[], call: Call): Promise<ToolResult> {
    const { run } = this.#setting
    const { signal } = this.#control
    const begun = await Promise.all(
      tasks.map(async (task, index) => {
        const job = this.#job({ ...this.#place(call, index), task, signal, tasks: tasks.length, background: true })
        const { taskId } = job
        const started = run.until(() => (this.#state().children.has(taskId) ? taskId : undefined), signal)
        // A call that is made again after a crash finds its tasks under way.
        const result = this.#background.get(taskId) ?? this.#keep(taskId, runChild(this.#setting, job))
        const first = await Promise.race([started, result])
        return typeof first === 'string' || first.type !== 'refused' ? taskId : first
      }),
    )
    const refused = begun.filter((each) => typeof each !== 'string')
    if (refused.length > 0) return callResult(refused, false)
    const ids = begun.filter((each) => typeof each === 'string')
    return succeeded(`In the background: ${ids.join(', ')}. You are told when they have ended; collect them if you need them before.`, {
      background: ids,
    })
  }

  async #collect(taskIds: readonly string[], wait: boolean, signal: AbortSignal): Promise<ToolResult> {
    const { children } = this.#state()
    const unknown = taskIds.filter((id) => children.get(id)?.start.background === undefined)
    if (unknown.length > 0) return failed(`No task in the background is called ${unknown.join(', ')}.`, { kind: 'not_found' })
    if (wait) {
      const open = this.#open().filter(({ start }) => taskIds.includes(start.taskId))
      await orAborted(Promise.all(open.map((child) => this.#launch(child))), signal)
    }
    const found = taskIds.flatMap((id) => this.#state().children.get(id) ?? [])
    const text = found.map(({ start, end }) => (end ? endText(end) : `Task ${start.taskId} (${start.agent}) is not over yet.`)).join('\n\n')
    const collected = found.flatMap(({ end }) => end?.taskId ?? [])
    return succeeded(text, { collected })
  }

  #open(): readonly Child[] {
    return [...this.#state().children.values()].filter((child) => child.start.background !== undefined && isOpen(child))
  }

  /** Under way here already, or begun again where it stood. */
  #launch({ start }: Child): Promise<ChildResult> {
    const known = this.#background.get(start.taskId)
    if (known !== undefined) return known
    const { taskId, callId, index, background = {} } = start
    const { signal } = this.#control
    const job = this.#job({ taskId, callId, index, task: taskFromJson(start, background), signal, tasks: 1, background: true })
    return this.#keep(taskId, runChild(this.#setting, job))
  }

  #keep(taskId: string, result: Promise<ChildResult>): Promise<ChildResult> {
    this.#background.set(taskId, result)
    result.then(
      (done) => done.type !== 'ended' || this.#background.delete(taskId),
      () => {}, // whoever is to be told awaits the promise itself
    )
    return result
  }

  #job({ tasks, ...job }: Omit<ChildJob, 'grant' | 'known'> & { readonly tasks: number }): ChildJob {
    return {
      ...job,
      known: () => this.#state().children.get(job.taskId),
      grant: () => this.#grant(job.callId, tasks),
    }
  }

  #place({ callId, key }: Call, index: number): Pick<ChildJob, 'taskId' | 'callId' | 'index'> {
    return { taskId: taskIdOf(this.#setting.run, key, index), callId, index }
  }

  #grant(callId: string, tasks: number): StepBudget {
    const { run, team } = this.#setting
    return grantOf({ run, budget: team.parent.budget, state: this.#state(), nested: this.#nested }, { callId, tasks })
  }

  /** Until one of them has ended, all wait, or somebody speaks or answers. */
  async #firstNews(results: readonly Promise<ChildResult>[]): Promise<'steered' | undefined> {
    const { run } = this.#setting
    const answers = answersIn(run)
    const stop = new AbortController()
    const heard = run.until(
      (state) => (state.run?.steered === true ? 'steered' : answersIn(run) > answers ? 'answered' : undefined),
      AbortSignal.any([run.signal, stop.signal]),
    )
    heard.catch(() => {}) // it is stopped below
    const ended = results.map(async (result) => {
      if ((await result).type === 'waiting') await Promise.all(results)
    })
    try {
      return (await Promise.race([heard, ...ended])) === 'steered' ? 'steered' : undefined
    } finally {
      stop.abort()
    }
  }

  /** What the run waits for when all that is left of it waits. What was answered in the meantime goes on. */
  async #waiting(open: readonly Child[]): Promise<readonly WaitingFor[] | undefined> {
    const left = open.filter(({ start }) => this.#background.has(start.taskId))
    const states = await Promise.all(left.map(async (child) => Promise.race([this.#launch(child), Promise.resolve(undefined)])))
    const waiting = states.flatMap((state) => (state?.type === 'waiting' ? [state] : []))
    const answered = waiting.filter((state) => this.#isAnswered(state))
    for (const { taskId } of answered) this.#background.delete(taskId)
    if (waiting.length < left.length || answered.length > 0 || waiting.length === 0) return undefined
    return waiting.flatMap(({ waitingFor }) => waitingFor)
  }

  #isAnswered({ waitingFor }: Extract<ChildResult, { type: 'waiting' }>): boolean {
    const requests = this.#setting.run.state().run?.requests
    return waitingFor.some(({ requestId }) => requests?.get(requestId)?.answer !== undefined)
  }
}

const isSettled = (result: ChildResult): result is Settled => result.type !== 'waiting'

const answersIn = (run: RunContext): number =>
  [...(run.state().run?.requests.values() ?? [])].filter(({ answer }) => answer !== undefined).length
