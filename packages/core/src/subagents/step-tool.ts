/** `stepTool`: lets an agent give tasks to an executor, wherever that works, and asks here what is asked there. */
import { AgentError } from '../base/errors.ts'
import { type ToolOptions, tool } from '../model/define-tool.ts'
import type { WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import type { PolicyData, Rule } from '../model/permission-policy.ts'
import { type AgentStepSpec, failedStep, type StepAnswer, type StepOutcome, stepSessionId } from '../model/step.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import { answerTo, defineMiddleware, type RunContext, type ToolInvocation, type ToolOutcome } from '../loop/middleware.ts'
import { executeStepsParallel } from '../orchestration/combinators.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { BindableTool, BoundOptions } from '../session/bindable-tool.ts'
import { toEnd } from './child-end.ts'
import { type Asker, closeOthers, surface, toDecision } from './child-requests.ts'
import { isUnderWay } from './child-run.ts'
import type { Child } from './children.ts'
import { grantOf } from './grants.ts'
import { givenPolicies, sentPolicies } from './sent-policies.ts'
import { StepTally } from './step-tally.ts'
import { type TaskState, taskState } from './task-state.ts'

/** One task of a call. */
export type StepTask = Pick<AgentStepSpec, 'agent' | 'prompt' | 'description' | 'outputSchema'>

export interface StepToolOptions<T> extends Pick<ToolOptions<T>, 'name' | 'description' | 'input' | 'access'> {
  readonly executor: AgentExecutor
  /** What a call asks for. What it throws is told to the model. */
  tasksOf(input: T): readonly StepTask[]
  /**
   * Each must allow what the steps do, beside what is allowed where they are done. Default: the permissions of the agent that has the
   * tool; with an empty list only what is allowed there counts. What narrows that agent itself, as a step or a sub-agent, goes along in
   * any case.
   */
  readonly policies?: readonly PolicyData[]
}

/**
 * Give it to `createAgent({ tools })`. The executor finds a step that it has begun by its id, so a call that was cut off goes on. What
 * a step waits for is asked on the run of the call, under the names of its agent, and answered there: the answers go with the step when
 * it is asked for again. They are signed with the agent's `answerKey`; a step whose worker takes none of them fails. Of the budget of the
 * run and of the session each step is granted a share, as a sub-agent is, and what it used counts there. `createAgent` throws
 * `invalid_argument` where the agent's permissions are no data that could go along; this throws it for such `policies`.
 */
export function stepTool<T = JsonObject>({ executor, tasksOf, policies, ...options }: StepToolOptions<T>): BindableTool {
  const given = policies && givenPolicies(policies)
  const made = tool<T>({ ...options, effect: 'keyed', timeoutMs: 0, execute: () => outOfPlace(options.name) })
  const work = (input: unknown): readonly StepTask[] => tasksOf(input as T)
  return {
    ...made,
    bind(agent) {
      const policiesOf = sentPolicies({ tool: options.name, permissions: agent.permissions, given })
      return {
        tool: made,
        middleware: [
          defineMiddleware<TaskState>({
            name: 'sub-agents',
            ...taskState(agent.llm.model.price),
            start: (run, state) => ({
              wrapToolCall: (invocation, next) =>
                invocation.call.name === options.name
                  ? pass({ run, state, agent, executor, policiesOf, tasksOf: work }, invocation, next)
                  : next(invocation),
            }),
          }),
        ],
      }
    },
  }
}

function outOfPlace(name: string): never {
  throw new AgentError('unsupported', `The tool '${name}' works only where createAgent({ tools }) got it`)
}

const NOTHING_LEFT = 'The budget of the run is used up: nothing is left for this task.'

type Setting = {
  readonly run: RunContext
  readonly agent: BoundOptions
  readonly executor: AgentExecutor
  policiesOf(rules: readonly Rule[]): readonly PolicyData[]
  state(): TaskState
  tasksOf(input: unknown): readonly StepTask[]
}
type Next = (invocation: ToolInvocation) => Promise<ToolOutcome>

/** The call's own work is put in place of the tool's, so that it can wait for a person as a call does. */
async function pass(setting: Setting, invocation: ToolInvocation, next: Next): Promise<ToolOutcome> {
  let waiting: readonly WaitingFor[] = []
  const execute: ToolInvocation['tool']['execute'] = async (input, { callId, idempotencyKey, signal, progress }) => {
    const steps = stepsOf(setting, { tasks: setting.tasksOf(input), callId, key: idempotencyKey })
    const work = new StepWork({ setting, steps, callId, signal, progress })
    waiting = await work.done()
    return waiting.length > 0 ? succeeded('It waits for an answer.') : work.result()
  }
  const outcome = await next({ ...invocation, tool: { ...invocation.tool, execute } })
  return waiting.length > 0 ? { type: 'suspended', waitingFor: waiting } : outcome
}

type Asking = { readonly tasks: readonly StepTask[]; readonly callId: string; readonly key: string }

/** The same steps for the same call, whoever makes it. Each says how deep it is, so that workers that give tasks to each other come to an end. */
function stepsOf({ run, policiesOf }: Setting, { tasks, callId, key }: Asking): readonly AgentStepSpec[] {
  if (tasks.length === 0) throw new AgentError('invalid_argument', 'There is no task: give one, or a list of them.')
  const { depth } = run.metadata
  const policies = policiesOf(run.state().rules ?? [])
  const authority = { depth: (typeof depth === 'number' ? depth : 0) + 1, ...(policies.length === 0 ? {} : { policies }) }
  return tasks.map((task, index) => ({ ...task, taskId: `${key.slice(0, 40)}-${index}`, parentCallId: callId, authority }))
}

type Work = {
  readonly setting: Setting
  readonly steps: readonly AgentStepSpec[]
  readonly callId: string
  readonly signal: AbortSignal
  progress(text: string): void
}

/** The steps of one call, asked for until each has ended or waits for somebody who is not here. */
class StepWork {
  readonly #work: Work
  readonly #outcomes = new Map<string, StepOutcome>()
  readonly #given = new Set<string>()
  readonly #tallies = new Map<string, StepTally>()

  constructor(work: Work) {
    this.#work = work
  }

  /** What is waited for; nothing where all have ended. */
  async done(): Promise<readonly WaitingFor[]> {
    let open = await this.#begin()
    while (open.length > 0) {
      for (const outcome of await this.#round(open)) await this.#ended(outcome)
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

  /** Those that may be asked for, once it is stored what each may use. */
  async #begin(): Promise<readonly AgentStepSpec[]> {
    const { steps, setting, callId } = this.#work
    const { run, agent } = setting
    for (const [index, step] of steps.entries()) {
      const { taskId, agent: name, description } = step
      if (this.#known(step) !== undefined) continue
      const grant = grantOf({ run, budget: agent.budget, state: setting.state() }, { callId, tasks: steps.length })
      if (Object.values(grant).some((limit) => limit <= 0)) {
        this.#outcomes.set(taskId, { ...failedStep(step, NOTHING_LEFT), code: 'budget_exhausted' })
        continue
      }
      const place = { callId, index, attempt: 1, childLength: 0, childSessionId: stepSessionId(taskId) }
      const granted = Object.keys(grant).length > 0 ? { grant } : {}
      await run.append([{ type: 'subagent_start', taskId, ...place, agent: name, description, ...granted }], { sync: true })
    }
    return steps.filter((step) => this.#known(step) !== undefined).map((step) => this.#granted(step))
  }

  #granted(step: AgentStepSpec): AgentStepSpec {
    const { grant: budget } = this.#known(step)?.start ?? {}
    return budget === undefined ? step : { ...step, authority: { ...step.authority, budget } }
  }

  #known({ taskId }: Pick<AgentStepSpec, 'taskId'>): Child | undefined {
    return this.#work.setting.state().children.get(taskId)
  }

  /** What it used is stored once. */
  async #ended(outcome: StepOutcome): Promise<void> {
    const { run, agent } = this.#work.setting
    this.#outcomes.set(outcome.taskId, outcome)
    const child = this.#known(outcome)
    const tally = this.#tallies.get(outcome.taskId)
    if (outcome.status === 'suspended' || child === undefined || child.end !== undefined || tally === undefined) return
    const { outcome: told, used } = tally.settled(outcome, child.start.grant)
    const end = await toEnd({ team: { options: {}, parent: agent }, run, start: child.start }, told, used)
    if (isUnderWay(run)) await run.append([end], { sync: true })
  }

  async #round(steps: readonly AgentStepSpec[]): Promise<readonly StepOutcome[]> {
    const { setting, signal, progress } = this.#work
    for (const { taskId } of steps) this.#tallies.set(taskId, new StepTally())
    return executeStepsParallel(setting.executor, steps, {
      signal,
      onEvent: (envelope, { taskId, description }) => {
        this.#tallies.get(taskId)?.add(envelope)
        if (envelope.event.type === 'agent_end') progress(`${description}: done\n`)
      },
    })
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
