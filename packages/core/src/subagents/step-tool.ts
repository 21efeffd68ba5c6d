/** `stepTool`: lets an agent give tasks to an executor, wherever that works, and asks here what is asked there. */
import { AgentError } from '../base/errors.ts'
import { type ToolOptions, tool } from '../model/define-tool.ts'
import type { WaitingFor } from '../model/event.ts'
import type { JsonObject } from '../model/json.ts'
import { type AgentStepSpec, type StepAnswer, type StepOutcome } from '../model/step.ts'
import { failed, succeeded, type ToolResult } from '../model/tool.ts'
import { answerTo, type Middleware, type RunContext, type ToolInvocation, type ToolOutcome } from '../loop/middleware.ts'
import { executeStepsParallel } from '../orchestration/combinators.ts'
import type { AgentExecutor } from '../ports/agent-executor.ts'
import type { BindableTool, BoundOptions } from '../session/bindable-tool.ts'
import { type Asker, closeOthers, surface, toDecision } from './child-requests.ts'

/** One task of a call. */
export type StepTask = Pick<AgentStepSpec, 'agent' | 'prompt' | 'description' | 'outputSchema'>

export interface StepToolOptions<T> extends Pick<ToolOptions<T>, 'name' | 'description' | 'input' | 'access'> {
  readonly executor: AgentExecutor
  /** What a call asks for. What it throws is told to the model. */
  tasksOf(input: T): readonly StepTask[]
}

/**
 * Give it to `createAgent({ tools })`. The executor finds a step that it has begun by its id, so a call that was cut off goes on. What
 * a step waits for is asked on the run of the call, under the names of its agent, and answered there: the answers go with the step when
 * it is asked for again. They are signed with the agent's `answerKey`; a step whose worker takes none of them fails.
 */
export function stepTool<T = JsonObject>({ executor, tasksOf, ...options }: StepToolOptions<T>): BindableTool {
  const made = tool<T>({ ...options, effect: 'keyed', timeoutMs: 0, execute: () => outOfPlace(options.name) })
  const work = (input: unknown): readonly StepTask[] => tasksOf(input as T)
  return {
    ...made,
    bind: (agent) => ({
      tool: made,
      middleware: [
        {
          name: 'sub-agents',
          start: (run): ReturnType<Middleware['start']> => ({
            wrapToolCall: (invocation, next) =>
              invocation.call.name === options.name ? pass({ run, agent, executor, tasksOf: work }, invocation, next) : next(invocation),
          }),
        },
      ],
    }),
  }
}

function outOfPlace(name: string): never {
  throw new AgentError('unsupported', `The tool '${name}' works only where createAgent({ tools }) got it`)
}

type Setting = {
  readonly run: RunContext
  readonly agent: BoundOptions
  readonly executor: AgentExecutor
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
function stepsOf({ run }: Setting, { tasks, callId, key }: Asking): readonly AgentStepSpec[] {
  if (tasks.length === 0) throw new AgentError('invalid_argument', 'There is no task: give one, or a list of them.')
  const { depth } = run.metadata
  const authority = { depth: (typeof depth === 'number' ? depth : 0) + 1 }
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

  constructor(work: Work) {
    this.#work = work
  }

  /** What is waited for; nothing where all have ended. */
  async done(): Promise<readonly WaitingFor[]> {
    let open: readonly AgentStepSpec[] = this.#work.steps
    while (open.length > 0) {
      for (const outcome of await this.#round(open)) this.#outcomes.set(outcome.taskId, outcome)
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

  async #round(steps: readonly AgentStepSpec[]): Promise<readonly StepOutcome[]> {
    const { setting, signal, progress } = this.#work
    return executeStepsParallel(setting.executor, steps, {
      signal,
      onEvent: ({ event }, { description }) => {
        if (event.type === 'agent_end') progress(`${description}: done\n`)
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
    return answers.length > 0 ? { ...step, answers } : undefined
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
