/** One task, from its start fact to its end: its child is found again by the call that gave the task, and never made twice. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { type ChildSignal, childSignal } from '../base/signals.ts'
import { fromCursor } from '../journal/cursor.ts'
import type { Envelope, FactOf, WaitingFor } from '../model/event.ts'
import { type AgentStepSpec, failedStep, type StepBudget, type StepOutcome, stepSessionId } from '../model/step.ts'
import { openRun } from '../model/session-state.ts'
import { schemaProblem } from '../model/schema-problem.ts'
import type { RunContext } from '../loop/middleware.ts'
import { createAgent } from '../session/agent.ts'
import { stepRun, toOutcome } from '../session/local-executor.ts'
import type { AgentOptions, Run, Session, SessionView } from '../session/types.ts'
import { openSession } from '../session/view.ts'
import type { Child } from './children.ts'
import { childOptions, type ChildNeeds } from './child-options.ts'
import { type Asker, CANCELLED, closeRequests, confirmThrough, giveUp, relay, surface } from './child-requests.ts'
import { toEnd, type Used } from './child-end.ts'
import type { AgentDefinition } from './definition.ts'
import { type Lost, LostAttempts } from './lost-attempts.ts'
import { type Task, taskJson } from './task-input.ts'
import type { Team } from './team.ts'

/** Milliseconds between looks at a child that another process is at work on. */
const ATTACH_MS = 250

/** Where a task stands: in which call, as which of its tasks. */
export type TaskPlace = { readonly callId: string; readonly index: number }

export type ChildJob = TaskPlace & {
  readonly taskId: string
  readonly task: Task
  readonly background: boolean
  /** What it may use up, asked for when it begins. */
  grant(): StepBudget
  /** As the facts stand. */
  known(): Child | undefined
  readonly signal: AbortSignal
}

/** How a task stands when nobody is at work on it. */
export type ChildResult =
  | { readonly type: 'ended'; readonly end: FactOf<'subagent_end'> }
  | { readonly type: 'waiting'; readonly taskId: string; readonly agent: string; readonly waitingFor: readonly WaitingFor[] }
  | { readonly type: 'refused'; readonly agent: string; readonly message: string }

export interface ChildSetting {
  readonly team: Team
  readonly run: RunContext
  readonly deeper: ChildNeeds['deeper']
}

/** The same for the same call, whoever makes it and however often: `callKey` is the digest of its identity. */
export const taskIdOf = ({ host }: RunContext, callKey: string, index: number): string =>
  `task-${host.digest(`${callKey}\n${index}`).slice(0, 32)}`

export async function runChild(setting: ChildSetting, job: ChildJob): Promise<ChildResult> {
  const before = job.known()
  if (before?.end !== undefined) return { type: 'ended', end: before.end }
  const checked = check(setting, job.task)
  if (typeof checked === 'string') {
    if (before === undefined) return { type: 'refused', agent: job.task.agent, message: checked }
    return gone(setting, before.start, checked)
  }
  return new ChildRun(setting, job, checked).toResult()
}

/** The agent that a task is for, or why nobody can do it. */
function check({ team }: ChildSetting, { agent, outputSchema }: Task): AgentDefinition | string {
  try {
    const problem = outputSchema === undefined ? undefined : schemaProblem(outputSchema)
    return problem ?? team.registry.get(agent)
  } catch (error) {
    return toMessage(error)
  }
}

/** A task that was begun by a process that knew its agent. */
async function gone({ team, run }: ChildSetting, start: FactOf<'subagent_start'>, message: string): Promise<ChildResult> {
  const spec = { taskId: start.taskId, agent: start.agent, description: start.description, prompt: '', sessionId: start.childSessionId }
  const end = await toEnd({ team, run, start }, { ...failedStep(spec, message), code: 'invalid_argument' }, { toolCalls: 0 })
  await run.append([end], { sync: true })
  return { type: 'ended', end }
}

class ChildRun {
  readonly #setting: ChildSetting
  readonly #job: ChildJob
  readonly #definition: AgentDefinition
  readonly #taskId: string
  readonly #asker: Asker

  constructor(setting: ChildSetting, job: ChildJob, definition: AgentDefinition) {
    this.#setting = setting
    this.#job = job
    this.#definition = definition
    this.#taskId = job.taskId
    this.#asker = { run: setting.run, taskId: this.#taskId, agent: definition.name, place: `${job.callId}:${job.index}` }
  }

  async toResult(): Promise<ChildResult> {
    const control = childSignal(this.#job.signal, asInterruption)
    const { tracker } = this.#setting.team.options
    const forget = tracker?.onCancel(this.#taskId, () => control.abort(new AgentError('cancelled', CANCELLED)))
    try {
      const start = await this.#begin()
      if (typeof start === 'string') return { type: 'refused', agent: this.#definition.name, message: start }
      const result = await this.#finish(start, control)
      const view = result.type === 'waiting' && tracker ? await this.#view(start.childSessionId) : undefined
      if (view && result.type === 'waiting') tracker?.onCancel(this.#taskId, () => giveUp(this.#asker, view, result.waitingFor))
      return result
    } finally {
      control.release()
      forget?.()
    }
  }

  /** Its start fact: the one that there is, or a new one. A child that has got further since counts as progress of the parent. */
  async #begin(): Promise<FactOf<'subagent_start'> | string> {
    const { run } = this.#setting
    const known = this.#job.known()?.start
    const childLength = known === undefined ? 0 : await this.#lengthOf(known.childSessionId)
    if (known !== undefined && childLength <= known.childLength) return known
    const grant = known?.grant ?? this.#job.grant()
    if (Object.values(grant).some((limit) => limit <= 0)) return 'The budget of the run is used up: nothing is left for this task.'
    const { callId, index, task, background } = this.#job
    const start: FactOf<'subagent_start'> = {
      type: 'subagent_start',
      taskId: this.#taskId,
      childSessionId: known?.childSessionId ?? stepSessionId(this.#taskId),
      callId,
      index,
      attempt: (known?.attempt ?? 0) + 1,
      childLength,
      agent: this.#definition.name,
      description: task.description,
      ...(background ? { background: taskJson(task) } : {}),
      ...(Object.keys(grant).length > 0 ? { grant } : {}),
    }
    this.#tell(start)
    await run.append([start], { sync: true })
    return start
  }

  /** Work until it has ended or waits, whoever else is at it. */
  async #finish(start: FactOf<'subagent_start'>, control: ChildSignal): Promise<ChildResult> {
    const { clock } = this.#setting.run.host
    for (;;) {
      const done = await this.#work(start, control.signal).catch((error: unknown) => this.#failure(start, error, control.signal))
      // Another process is at work on it: its end is found in its journal.
      if (done === 'elsewhere') await clock.sleep(ATTACH_MS, { signal: control.signal })
      else if (done.outcome.status !== 'suspended') return this.#end(start, done)
      else {
        const waitingFor = await surface(this.#asker, done.outcome.waitingFor ?? [])
        if (waitingFor.every(({ requestId }) => this.#isAnswered(requestId)) && waitingFor.length > 0) continue
        return { type: 'waiting', taskId: this.#taskId, agent: this.#definition.name, waitingFor }
      }
    }
  }

  #isAnswered(requestId: string): boolean {
    return this.#setting.run.state().run?.requests.get(requestId)?.answer !== undefined
  }

  async #work(start: FactOf<'subagent_start'>, signal: AbortSignal): Promise<Done | 'elsewhere'> {
    const view = await this.#view(start.childSessionId)
    if (view !== undefined) await relay(this.#asker, view)
    const agent = createAgent(this.#options(start.grant ?? {}))
    try {
      const session = await agent.session({ id: start.childSessionId, metadata: this.#metadata() })
      const { length } = await session.state()
      const run = await stepRun(session, this.#spec(start), signal)
      const lost = await this.#follow(run, length)
      const result = await run.result
      if (result.status === 'failed' && result.error.code === 'session_lost') return this.#lost(signal)
      return { outcome: toOutcome(this.#spec(start), result), toolCalls: await toolCallsOf(session, run), lost }
    } finally {
      await agent.close()
    }
  }

  /** Somebody else has the child, or the parent has lost its own session. */
  #lost(signal: AbortSignal): 'elsewhere' {
    signal.throwIfAborted()
    return 'elsewhere'
  }

  /** What could not be done at all. */
  #failure(start: FactOf<'subagent_start'>, error: unknown, signal: AbortSignal): Done | 'elsewhere' {
    if (isAgentError(error, 'session_held') || isAgentError(error, 'session_lost')) return this.#lost(signal)
    if (!isAgentError(error) || error.code.startsWith('store_')) throw error
    if (error.code === 'cancelled' && signal.aborted)
      return { outcome: { ...failedStep(this.#spec(start), error.message), status: 'cancelled' }, toolCalls: 0 }
    return { outcome: { ...failedStep(this.#spec(start), error.message), code: error.code }, toolCalls: 0 }
  }

  async #end(start: FactOf<'subagent_start'>, { outcome, ...used }: Done): Promise<ChildResult> {
    const { run, team } = this.#setting
    const view = await this.#view(start.childSessionId)
    if (view !== undefined && isUnderWay(run)) await closeRequests(this.#asker, view)
    const end = await toEnd({ team, run, start }, outcome, used)
    this.#tell(end)
    // What comes after the end of the run is found in the child's journal.
    if (isUnderWay(run)) await run.append([end], { sync: true })
    return { type: 'ended', end }
  }

  #options(grant: StepBudget): AgentOptions {
    const { team, deeper } = this.#setting
    const { confirm } = team.parent
    const { maxSteps } = this.#job.task
    return childOptions(team, {
      rules: () => this.#setting.run.state().rules,
      definition: this.#definition,
      maxSteps,
      grant,
      deeper,
      confirm: confirm && confirmThrough(this.#asker, confirm),
    })
  }

  /** Its first record names its parent. */
  #metadata(): Session['metadata'] {
    const { run, team } = this.#setting
    return {
      ...run.metadata,
      agent: this.#definition.name,
      description: this.#job.task.description,
      taskId: this.#taskId,
      parentSessionId: run.sessionId,
      parentRunId: run.runId,
      parentCallId: this.#job.callId,
      depth: team.depth,
    }
  }

  #spec({ childSessionId }: FactOf<'subagent_start'>): AgentStepSpec {
    const { prompt, description, outputSchema = this.#definition.outputSchema } = this.#job.task
    return {
      taskId: this.#taskId,
      agent: this.#definition.name,
      description,
      prompt,
      sessionId: childSessionId,
      parentSessionId: this.#setting.run.sessionId,
      ...(outputSchema === undefined ? {} : { outputSchema }),
    }
  }

  /** What is new of it is told on the run of the parent. Gives what it lost, from its first attempt on. */
  async #follow(run: Run, from: number): Promise<Lost | undefined> {
    const lost = new LostAttempts()
    const base = { type: 'subagent_progress' as const, taskId: this.#taskId, childSessionId: run.sessionId, agent: this.#definition.name }
    for await (const { event, cursor, durable } of run) {
      lost.add(event)
      if (event.type === 'subagent_progress') this.#tell(event)
      if (!durable || fromCursor(cursor).offset < from) continue
      if (event.type === 'tool_end' && !event.callId.includes('/'))
        this.#tell({ ...base, status: 'tool_completed', metadata: { tool: event.name, isError: event.isError } })
      if (event.type === 'turn_end') this.#tell({ ...base, status: 'turn_completed', metadata: { turn: event.turn } })
    }
    return lost.total()
  }

  #tell(event: Envelope['event'] & { readonly type: `subagent_${string}` }): void {
    const { run, team } = this.#setting
    if (event.type === 'subagent_progress') run.emit(event)
    team.options.tracker?.record({ sessionId: run.sessionId, timestamp: run.host.clock.now(), event })
  }

  async #lengthOf(sessionId: string): Promise<number> {
    const view = await this.#view(sessionId)
    return view === undefined ? 0 : (await view.state()).length
  }

  #view(sessionId: string): Promise<SessionView | undefined> {
    const { store, answerKey } = this.#setting.team.parent
    return openSession(store, sessionId, answerKey === undefined ? {} : { answerKey }).catch((error: unknown) => {
      if (isAgentError(error, 'session_not_found')) return undefined
      throw error
    })
  }
}

type Done = Used & { readonly outcome: StepOutcome }

/** A run whose session is lost, or whose store is gone, has not ended: its children are left to be resumed with it. */
const asInterruption = (reason: unknown): unknown =>
  isAgentError(reason) && (reason.code === 'session_lost' || reason.code.startsWith('store_'))
    ? new AgentError('session_lost', `The run that this task belongs to was interrupted: ${reason.message}`)
    : reason

/** This process holds the session, and the run in it has not ended. */
export const isUnderWay = (run: RunContext): boolean => {
  const state = run.state()
  return state.claim !== undefined && openRun(state)?.id === run.runId
}

const toolCallsOf = async (session: Session, { id }: Run): Promise<number> =>
  (await session.runs()).find((each) => each.id === id)?.toolCalls ?? 0
