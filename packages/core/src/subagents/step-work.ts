/** The steps of one call of a step tool, from their start facts to their ends. */
import { AgentError, isAgentError, toMessage } from '../base/errors.ts'
import { present } from '../base/present.ts'
import type { FactOf, WaitingFor } from '../model/event.ts'
import { openRun } from '../model/session-state.ts'
import { type AgentStepSpec, failedStep, type StepAnswer, type StepBudget, type StepOutcome, stepSessionId } from '../model/step.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import { answerTo, type RunContext } from '../loop/middleware.ts'
import { executeStepsParallel } from '../orchestration/combinators.ts'
import { guardedExecutor } from '../orchestration/guarded-executor.ts'
import { isUnended } from '../orchestration/unended.ts'
import type { AgentExecutor, ExecuteOptions } from '../ports/agent-executor.ts'
import type { BoundOptions } from '../session/bindable-tool.ts'
import type { BudgetGrants } from '../session/shared-budget.ts'
import { openSession } from '../session/view.ts'
import { storeBlobs } from '../stores/store-blobs.ts'
import { toEnd } from './child-end.ts'
import { type Asker, closeOthers, surface, toDecision } from './child-requests.ts'
import { isUnderWay } from './child-run.ts'
import type { Child } from './children.ts'
import { grantOf } from './grants.ts'
import { type StepEnd, StepFunds } from './step-funds.ts'
import { StepTally } from './step-tally.ts'
import type { TaskState } from './task-state.ts'

const NOTHING_LEFT = 'The budget of the run is used up: nothing is left for this task.'

export type StepSetting = {
  readonly run: RunContext
  readonly agent: BoundOptions
  readonly executor: AgentExecutor
  readonly ledgers: readonly BudgetGrants[]
  state(): TaskState
  /** Is told of what goes on when the call is over. */
  begun(work: Promise<unknown>): void
}

export type StepWorkParts = {
  readonly setting: StepSetting
  readonly steps: readonly AgentStepSpec[]
  readonly callId: string
  readonly signal: AbortSignal
  progress(text: string): void
}

/** The steps of one call, asked for until each has ended or waits for somebody who is not here. */
export class StepWork {
  readonly #work: StepWorkParts
  readonly #outcomes = new Map<string, StepOutcome>()
  readonly #given = new Set<string>()
  readonly #tallies = new Map<string, StepTally>()
  readonly #funds = new Map<string, StepFunds>()
  /** Those that have got their share of the ledgers. */
  readonly #funded = new Set<string>()
  /** They may have been begun before they are asked for now. */
  readonly #again = new Set<string>()

  constructor(work: StepWorkParts) {
    this.#work = work
  }

  /** What is waited for; nothing where all have ended. */
  async done(): Promise<readonly WaitingFor[]> {
    try {
      return await this.#done()
    } catch (error) {
      await Promise.allSettled(this.#work.steps.map((step) => this.#abandoned(step)))
      throw error
    }
  }

  async #done(): Promise<readonly WaitingFor[]> {
    let open = await this.#begin()
    while (open.length > 0) {
      await this.#round(open)
      const answered = await Promise.all(this.#work.steps.map((step) => this.#answered(step)))
      open = answered.filter((step) => step !== undefined)
    }
    const waiting = this.#work.steps.map(({ taskId }) => this.#outcomes.get(taskId)?.waitingFor ?? [])
    return waiting.flat().flatMap(({ requestId }) => this.#work.setting.run.state().run?.requests.get(requestId)?.request ?? [])
  }

  result(): ToolResult {
    const outcomes = this.#work.steps.flatMap(({ taskId }) => this.#outcomes.get(taskId) ?? [])
    const text = outcomes.map(({ agent, status, output }) => `${agent} ${status}.\n${output}`).join('\n\n')
    return outcomes.every(({ success }) => success) ? succeeded(text) : failed(text)
  }

  /** Those that may be asked for, once it is stored what each may use. What has ended is not asked for again. */
  async #begin(): Promise<readonly AgentStepSpec[]> {
    const { steps, setting, callId } = this.#work
    const { run, agent, ledgers } = setting
    for (const [index, step] of steps.entries()) {
      const { taskId, agent: name, description } = step
      const known = this.#known(step)
      this.#funds.set(taskId, new StepFunds({ run, taskId, ledgers, again: known !== undefined }))
      if (known?.end !== undefined) await this.#endedBefore(known.end)
      else if (known !== undefined) this.#again.add(taskId)
      if (known !== undefined) continue
      const grant = grantOf({ run, budget: agent.budget, state: setting.state() }, { callId, tasks: steps.length })
      if (Object.values(grant).some((limit) => limit <= 0)) {
        this.#outcomes.set(taskId, { ...failedStep(step, NOTHING_LEFT), code: 'budget_exhausted' })
        continue
      }
      const place = { callId, index, attempt: 1, childLength: 0, childSessionId: stepSessionId(taskId) }
      const granted = Object.keys(grant).length > 0 ? { grant } : {}
      await run.append([{ type: 'subagent_start', taskId, ...place, agent: name, description, ...granted }], { sync: true })
    }
    return steps.flatMap((step) => (this.#known(step) === undefined || this.#outcomes.has(step.taskId) ? [] : this.#granted(step)))
  }

  /** As it was stored: what it was granted is settled when the session is opened. */
  async #endedBefore(end: FactOf<'subagent_end'>): Promise<void> {
    const { taskId, childSessionId: sessionId, agent, status, success, structured, code, usage, cost, artifact } = end
    const { agent: parent } = this.#work.setting
    const whole = artifact && (await (parent.blobs ?? storeBlobs(parent.store)).get(artifact.digest))
    const told = { taskId, sessionId, agent, status, success, usage, output: whole ?? end.output }
    this.#outcomes.set(taskId, { ...told, ...present({ structured, code, cost }) })
  }

  #granted(step: AgentStepSpec): AgentStepSpec {
    const { grant: budget } = this.#known(step)?.start ?? {}
    return budget === undefined ? step : { ...step, authority: { ...step.authority, budget } }
  }

  #known({ taskId }: Pick<AgentStepSpec, 'taskId'>): Child | undefined {
    return this.#work.setting.state().children.get(taskId)
  }

  /** What it used is stored once, and settled when that is stored. */
  async #ended(outcome: StepOutcome): Promise<void> {
    const { run, agent } = this.#work.setting
    const { taskId } = outcome
    this.#outcomes.set(taskId, outcome)
    const [child, tally, funds] = [this.#known(outcome), this.#tallies.get(taskId), this.#funds.get(taskId)]
    if (child === undefined || child.end !== undefined || tally === undefined) return
    const again = this.#again.has(taskId)
    const lost = funds?.stopped === true || (outcome.begun === false ? again : isUnended(outcome) || tally.saysMore(outcome))
    const end: StepEnd = { outcome, lost }
    const used = funds?.used(end)
    this.#again.add(taskId)
    if (outcome.status !== 'suspended') {
      const { outcome: told, used: counted } = tally.settled(outcome, { grant: child.start.grant, lost })
      const fact = await toEnd({ team: { options: {}, parent: agent }, run, start: child.start }, told, counted)
      if (isUnderWay(run)) await run.append([{ ...fact, ...(used && { used }) }], { sync: true })
    }
    await funds?.settle(used, end)
  }

  /** Each is settled as soon as it has ended: another one may wait for what it gives back. */
  async #round(steps: readonly AgentStepSpec[]): Promise<void> {
    const { setting, signal, progress } = this.#work
    for (const { taskId } of steps) this.#tallies.set(taskId, new StepTally())
    const guarded = guardedExecutor(setting.executor)
    const { concurrencyHint } = guarded
    let failure: { readonly error: unknown } | undefined
    const work = async (step: AgentStepSpec, execution: ExecuteOptions): Promise<StepOutcome> => {
      const outcome = await this.#ask(guarded, step, execution).catch(async (error: unknown) => {
        await this.#abandoned(step)
        throw error
      })
      await this.#ended(outcome).catch((error: unknown) => (failure ??= { error }))
      return outcome
    }
    // Where the call is cut off nobody waits for what is left to do.
    const executeStep: AgentExecutor['executeStep'] = (step, execution) => {
      const working = work(step, execution)
      setting.begun(working)
      return working
    }
    const executor = { contract: 1, executeStep, ...(concurrencyHint !== undefined && { concurrencyHint }) } as const
    await executeStepsParallel(executor, steps, {
      signal,
      onEvent: (envelope, { taskId, description }) => {
        this.#tallies.get(taskId)?.add(envelope)
        if (envelope.event.type === 'agent_end') progress(`${description}: done\n`)
      },
    })
    if (failure !== undefined) throw failure.error
  }

  /** What the ledgers give is set aside right before the step is asked for: so one waits for another of this call, and never for one behind it. */
  async #ask(executor: AgentExecutor, step: AgentStepSpec, execution: ExecuteOptions): Promise<StepOutcome> {
    const { taskId, authority } = step
    const funds = this.#funds.get(taskId)
    if (funds === undefined || this.#work.setting.ledgers.length === 0) return executor.executeStep(step, execution)
    const { budget = {} } = authority ?? {}
    const sharers = this.#work.steps.filter((each) => !this.#funded.has(each.taskId) || each.taskId === taskId).length + 1
    let given: StepBudget | undefined
    try {
      given = await funds.ask({ signal: execution.signal, sharers, atMost: budget })
    } catch (error) {
      if (execution.signal.aborted) throw error
      const code = isAgentError(error) ? error.code : 'internal'
      return { ...failedStep(step, `Its budget could not be asked: ${toMessage(error)}`), code, begun: false }
    }
    if (given === undefined) return { ...failedStep(step, NOTHING_LEFT), code: 'budget_exhausted', begun: false }
    execution.signal.throwIfAborted()
    this.#funded.add(taskId)
    const { workMs: _, ...limits } = { ...budget, ...given }
    return funds.during(executor, { ...step, authority: { ...authority, budget: limits } }, execution)
  }

  /** Its call was cut off. Whoever goes on with the run asks for it again; where the run is over nobody does. */
  async #abandoned({ taskId }: AgentStepSpec): Promise<void> {
    const { run, agent, ledgers } = this.#work.setting
    if (ledgers.length === 0) return
    const state = await openSession(agent.store, run.sessionId).then((view) => view.state())
    if (openRun(state)?.id !== run.runId) await this.#funds.get(taskId)?.lose()
  }

  /** The step with what was answered to it; undefined where it has ended, or nothing was. */
  async #answered(step: AgentStepSpec): Promise<AgentStepSpec | undefined> {
    const { waitingFor = [], status } = this.#outcomes.get(step.taskId) ?? {}
    const open = status === 'suspended' ? waitingFor : []
    const asker = this.#asker(step)
    await surface(asker, open)
    await closeOthers(asker, open)
    const answers = (await Promise.all(open.map((request) => this.#answerTo(asker, request)))).filter((each) => each !== undefined)
    return answers.length > 0 ? { ...this.#granted(step), answers } : undefined
  }

  #asker({ taskId, agent }: AgentStepSpec): Asker {
    const { setting, callId, steps } = this.#work
    return { run: setting.run, taskId, agent, place: `${callId}:${steps.findIndex((each) => each.taskId === taskId)}` }
  }

  /** As it was asked there, so that it can be signed for there. */
  async #answerTo({ run }: Asker, request: WaitingFor): Promise<StepAnswer | undefined> {
    const { setting, signal } = this.#work
    const { confirm, unanswered, answerKey } = setting.agent
    const { requestId, toolName, deadline } = request
    const asked = run.state().run?.requests.get(requestId)
    const answer = asked && (await answerTo(run, asked, { confirm, unanswered, signal }))
    if (answer === undefined) return undefined
    if (this.#given.has(requestId))
      throw new AgentError(
        'invalid_argument',
        `The worker did not take the answer to ${toolName} (${requestId}): does it have another answer key?`,
      )
    this.#given.add(requestId)
    const said = toDecision(answer, deadline)
    return { requestId, answer: answerKey ? { ...said, signature: await answerKey.sign(request, said) } : said }
  }
}
