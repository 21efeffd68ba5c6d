/** Brings steps to their outcomes: from the log where they are there, else by attempts that are stored before they are made. */
import { AgentError, toMessage } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import { childSignal } from '../base/signals.ts'
import type { Envelope } from '../model/event.ts'
import { failedStep, stepQuestion, stepSessionId, type StepOutcome } from '../model/step.ts'
import { addUsage, noUsage, type Usage } from '../model/usage.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import { attemptStep, specOf } from './attempt.ts'
import { planStep, stepChanged, type StepPlan } from './step-plan.ts'
import type { StepGrant } from './step-grant.ts'
import { WorkLimit } from './work-limit.ts'
import { isUnended } from './unended.ts'
import { attemptId, type WorkflowBudget } from './workflow-budget.ts'
import type { WorkflowLog } from './workflow-log.ts'
import type { OnChanged, StepListener, WorkflowListener, WorkflowStep } from './workflow-types.ts'

export interface RunnerParts {
  /** Guarded. */
  readonly executor: AgentExecutor
  readonly host: Host
  readonly rootId: string
  readonly onStepEvent: StepListener | undefined
  readonly budget: WorkflowBudget | undefined
  readonly log: WorkflowLog | undefined
  readonly onChanged: OnChanged
  readonly emit: WorkflowListener | undefined
  readonly used: ((usage: Usage) => void) | undefined
  /** Resolves when the step may have been answered. Without it a suspended outcome is returned as it is. */
  readonly answered: ((outcome: StepOutcome, signal: AbortSignal) => Promise<void>) | undefined
  /** Whether an outcome that sounds as if it were no end is stored as one in the session of the step. */
  readonly hasEnded: ((outcome: StepOutcome) => Promise<boolean>) | undefined
}

/** What stops a call, what its steps are told then, and how many of them are still to begin. */
export type Call = { readonly signal: AbortSignal; readonly toSteps: AbortSignal; pending: number }

export type PlannedStep = { readonly step: WorkflowStep; readonly key: string; readonly identity: string; readonly plan: StepPlan }

type Begun = Attempt & { readonly sessionId: string | undefined; readonly grant: StepGrant | undefined }

type Attempt = PlannedStep & { readonly attempt: number; readonly resume: string | undefined }

const UNPLANNED: StepPlan = { type: 'run', attempt: 1, resume: undefined, changed: false }

/** Milliseconds between looks at a step whose session somebody else holds. */
const ATTACH_MS = 500

export class StepRunner {
  readonly #parts: RunnerParts
  readonly #call: Call
  #running = 0

  constructor(parts: RunnerParts, call: Call) {
    this.#parts = parts
    this.#call = call
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  get limit(): number {
    return this.#parts.executor.concurrencyHint ?? 1
  }

  /** Throws `step_changed` where the log has another question under this key, and nothing was said about what to do then. */
  plan(step: WorkflowStep, key: string): PlannedStep {
    const { log, host, onChanged, emit } = this.#parts
    if (log === undefined) return { step, key, identity: '', plan: UNPLANNED }
    const identity = host.digest(stepQuestion(step)).slice(0, 32)
    const entry = log.found.steps.get(key)
    const plan = planStep(entry, identity, onChanged)
    if (plan.type === 'refused' || plan.changed) emit?.({ type: 'step_changed', action: actionOf(plan), ...placeOf(step, key) })
    if (plan.type === 'refused') throw stepChanged(key, entry?.outcome !== undefined)
    return { step, key, identity, plan }
  }

  async run(planned: PlannedStep): Promise<StepOutcome> {
    const { plan, step, key } = planned
    this.#call.pending--
    if (plan.type === 'refused') throw stepChanged(key, true)
    if (plan.type === 'cached') {
      this.#parts.log?.found.steps.delete(key) // told once; the workflow's memory does not grow with it
      this.#parts.emit?.({ type: 'step_cached', ...placeOf(step, key) })
      return plan.outcome
    }
    this.#running++
    try {
      return await this.#attempts(planned, plan)
    } catch (error) {
      const { signal, toSteps } = this.#call
      throw toSteps.aborted && error === toSteps.reason ? signal.reason : error
    } finally {
      this.#running--
    }
  }

  async #attempts(planned: PlannedStep, from: Extract<StepPlan, { type: 'run' }>): Promise<StepOutcome> {
    const { step } = planned
    let { attempt, resume } = from
    let usage = noUsage
    let tries = 1
    for (;;) {
      const outcome = await this.#attempt({ ...planned, attempt, resume })
      const open = isUnended(outcome)
      if (!open) usage = addUsage(usage, outcome.usage)
      // What was resumed may have been cancelled by whoever was at it before: that is no answer to us.
      const staleCancel = resume !== undefined && outcome.status === 'cancelled'
      if (!staleCancel) {
        if (outcome.status !== 'failed' || outcome.code === 'budget_exhausted' || tries >= (step.retry?.attempts ?? 1))
          return attempt === from.attempt ? outcome : { ...outcome, usage }
        await this.#pause(step, tries++)
      }
      // What may be at work somewhere is asked for again; what has ended is begun anew.
      resume = open ? (resume ?? this.#sessionOf({ ...planned, attempt })) : undefined
      if (!open) attempt++
    }
  }

  async #pause({ retry }: WorkflowStep, tries: number): Promise<void> {
    const delayMs = (retry?.delayMs ?? 0) * 2 ** (tries - 1)
    if (delayMs > 0) await this.#parts.host.clock.sleep(delayMs, { signal: this.#call.signal })
  }

  async #attempt(attempt: Attempt): Promise<StepOutcome> {
    const { budget, log } = this.#parts
    const { step } = attempt
    this.#call.signal.throwIfAborted()
    const sessionId = attempt.resume ?? this.#sessionOf(attempt)
    if (budget === undefined) return this.#begin({ ...attempt, sessionId, grant: undefined })
    const grant = await this.#grantOf(budget, attempt, sessionId)
    if (grant === undefined) return deniedStep(step)
    let outcome: StepOutcome | undefined
    try {
      log?.assertUsable()
      outcome = await this.#begin({ ...attempt, sessionId, grant })
      return outcome
    } finally {
      await grant.settle(outcome && isUnended(outcome) ? undefined : outcome)
      if (outcome?.code === 'budget_exhausted') budget.starved(grant.budget)
    }
  }

  #grantOf(budget: WorkflowBudget, { step, key, attempt }: Attempt, sessionId: string | undefined): Promise<StepGrant | undefined> {
    const { rootId, host, emit } = this.#parts
    const others = Math.min(this.limit - this.#running, this.#call.pending)
    return budget.grant({
      rootId,
      id: attemptId(rootId, key, attempt),
      wanted: step.budget,
      sharers: 1 + Math.max(0, others),
      signal: this.#call.signal,
      covers: sessionId ?? stepSessionId(step.taskId),
      warn: (threshold) => emit?.({ type: 'budget_threshold_hit', ...threshold }),
      now: host.clock.now,
    })
  }

  /** Stores that it may run, runs it, and stores what came of it. */
  async #begin({ step, key, identity, attempt, resume, sessionId, grant }: Begun): Promise<StepOutcome> {
    const { log, host, emit } = this.#parts
    if (log !== undefined) {
      log.assertUsable()
      if (resume === undefined)
        await log.append({ type: 'step_start', key, identity, attempt, sessionId: sessionId ?? '', at: host.clock.now() }, { sync: true })
      this.#call.signal.throwIfAborted()
    }
    emit?.({
      type: 'step_run',
      attempt,
      resumed: resume !== undefined,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...placeOf(step, key),
    })
    let outcome = await this.#untilDone({ step, key, sessionId, grant })
    if (outcome.status === 'suspended') return outcome
    if (!isUnended(outcome)) outcome = await this.#stored(outcome, { step, key, attempt, grant })
    const { status, success, output: reason } = outcome
    emit?.({ type: 'step_end', attempt, status, success, ...(status === 'failed' ? { reason } : {}), ...placeOf(step, key) })
    return outcome
  }

  /** The outcome as it was stored. */
  async #stored(
    given: StepOutcome,
    { step, key, attempt, grant }: Pick<Begun, 'step' | 'key' | 'attempt' | 'grant'>,
  ): Promise<StepOutcome> {
    const { log, host } = this.#parts
    let outcome = given
    this.#parts.used?.(outcome.usage)
    const store = async (): Promise<void> => {
      const used = grant === undefined ? {} : { used: grant.used(outcome) }
      return log?.append({ type: 'step_end', key, attempt, outcome, ...used, at: host.clock.now() })
    }
    await store().catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error
      const words = `The executor of step ${step.taskId} gave an outcome that cannot be stored as JSON: ${toMessage(error)}`
      outcome = failedStep(step, words, outcome.usage)
      return store()
    })
    return outcome
  }

  /** Asks until there is an end, or nobody here waits for answers. */
  async #untilDone({ step, key, sessionId, grant }: Asked): Promise<StepOutcome> {
    const { executor, host, log, onStepEvent, answered, hasEnded, emit } = this.#parts
    const { toSteps: signal } = this.#call
    const latest = step.timeoutMs === undefined ? Infinity : host.clock.now() + step.timeoutMs
    const plain = sessionId === undefined && Object.keys(grant?.budget ?? {}).length === 0 && isPlain(step)
    const spec = plain ? step : specOf(step, sessionId, grant?.budget)
    const control = grant && childSignal(signal) // a step without a grant can only be stopped with the rest
    let over: AgentError | undefined
    const stop = (): void => {
      over = new AgentError('budget_exhausted', `Step ${step.taskId} was stopped: its time of work is used up`)
      control?.abort(over)
    }
    const limit = grant && new WorkLimit({ grant, clock: host.clock, over: stop })
    const onEvent = listenerOf(grant, { limit, onStepEvent: onStepEvent && ((envelope) => onStepEvent(envelope, spec)) })
    try {
      for (;;) {
        grant?.restart()
        const outcome = await attemptStep(spec, step.timeoutMs, { executor, host, signal: control?.signal ?? signal, onEvent })
        if (outcome.code === 'session_held' && log !== undefined && host.clock.now() + ATTACH_MS < latest) {
          await host.clock.sleep(ATTACH_MS, { signal: control?.signal ?? signal })
          log.assertUsable()
          continue
        }
        if (isUnended(outcome) && (await hasEnded?.(outcome))) return { ...outcome, code: 'run_failed' }
        if (outcome.status !== 'suspended') return outcome
        emit?.({ type: 'step_suspended', waitingFor: outcome.waitingFor ?? [], ...placeOf(step, key) })
        if (answered === undefined) return outcome
        await answered(outcome, signal)
      }
    } catch (error) {
      if (over === undefined || error !== over) throw error
      return { ...failedStep(spec, over.message), code: over.code }
    } finally {
      limit?.end()
      control?.release()
    }
  }

  /** With a log: named after what is asked, where and how often. Without one: its own in its workflow, or left to the executor. */
  #sessionOf({ step, key, identity, attempt }: Omit<Attempt, 'plan' | 'resume'>): string | undefined {
    const { log, host, rootId } = this.#parts
    if (step.sessionId !== undefined || log === undefined) {
      const own = step.sessionId ?? (rootId === '' ? undefined : `${rootId}/${key}`)
      return attempt === 1 ? own : `${own ?? stepSessionId(step.taskId)}.${attempt}`
    }
    return `step-${host.digest(JSON.stringify([log.found.born, key, identity, attempt])).slice(0, 32)}`
  }
}

type Asked = {
  readonly step: WorkflowStep
  readonly key: string
  readonly sessionId: string | undefined
  readonly grant: StepGrant | undefined
}

const placeOf = ({ taskId, agent }: WorkflowStep, key: string): { key: string; taskId: string; agent: string } => ({ key, taskId, agent })

const actionOf = (plan: StepPlan): OnChanged =>
  plan.type === 'refused' ? 'stop' : plan.type === 'run' && plan.resume === undefined ? 'rerun' : 'reuse'

const isPlain = ({ retry, timeoutMs, budget }: WorkflowStep): boolean =>
  retry === undefined && timeoutMs === undefined && budget === undefined

const deniedStep = (step: WorkflowStep): StepOutcome => ({
  ...failedStep(step, `The workflow's budget is used up, so step ${step.taskId} was not begun`),
  code: 'budget_exhausted',
})

type Listening = { readonly limit: WorkLimit | undefined; readonly onStepEvent: ((envelope: Envelope) => void) | undefined }

function listenerOf(grant: StepGrant | undefined, { limit, onStepEvent }: Listening): ((envelope: Envelope) => void) | undefined {
  if (grant === undefined) return onStepEvent
  return (envelope) => {
    grant.observe(envelope)
    limit?.check()
    onStepEvent?.(envelope)
  }
}
